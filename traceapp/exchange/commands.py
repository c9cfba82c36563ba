"""Commands of this room: `flask --app wsgi export` and `import-export`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange import arriving, leaving
from traceapp.producers.models import Producer
from traceapp.web.endpoints import transaction


@click.command("export")
@click.argument("producer")
@click.option("--to", "to", required=True, type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export(producer: str, to: Path) -> None:
    """Write everything of PRODUCER (its id or name) into a new file."""
    now = datetime.now(UTC)
    producer_id = _find(producer)
    part = to.with_name(f"{to.name}.part")
    try:
        with to.open("xb"):
            pass
    except FileExistsError:
        raise click.ClickException(f"{to} exists already: name another file.") from None
    try:
        with part.open("wb") as file:
            about = leaving.write(producer_id, file, now=now)
        part.replace(to)
    except BaseException:
        to.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
        raise
    with transaction():
        about_what = f"producer/{producer_id}"
        audit.note(producer_id, "export.written", about_what, by=None, now=now)
    records = sum(about["tables"].values())
    click.echo(f"{to}: {about['producer']}, {records} records, {about['photos']} photos")


@click.command("import-export")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_export(file: Path) -> None:
    """Take in the producer of FILE, which `export` wrote elsewhere."""
    with _in_words(), file.open("rb") as opened, transaction():
        arrived = arriving.take_in(opened, now=datetime.now(UTC))
    click.echo(f"{arrived.name}: {sum(arrived.counts.values())} records, {arrived.photos} photos")


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except problem.ExportRefused as refused:
        text = f"{refused.title}. {refused.detail.format_map(refused.values)}"
        raise click.ClickException(text) from refused


COMMANDS = (export, import_export)


def _find(text: str) -> UUID:
    try:
        key = UUID(text)
    except ValueError:
        query = select(Producer.producer_id).where(Producer.folded_name == fold(text.strip()))
    else:
        query = select(Producer.producer_id).where(Producer.producer_id == key)
    found = db.session.scalars(query).all()
    db.session.rollback()
    if not found:
        raise click.ClickException(f"There is no producer {text!r} here.")
    if len(found) > 1:
        ids = ", ".join(map(str, found))
        raise click.ClickException(f"Several producers are called that; name one by id: {ids}")
    return found[0]
