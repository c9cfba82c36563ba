"""Commands of this room: `flask --app wsgi backup`, `restore`, `drill`, `doctor`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
import flask_migrate
from flask.cli import with_appcontext

from traceapp.database.engine import db
from traceapp.upkeep import backup, doctor, drill, restore, schema
from traceapp.upkeep.places import Place
from traceapp.upkeep.refusal import RefusedError
from traceapp.web.settings import settings

FOLDER = "backups"
PATH = click.Path(path_type=Path)


@click.command("backup")
@click.option("--to", "to", type=PATH, help="A folder, or a file that is not there yet.")
@click.option("--keep", type=click.IntRange(min=1), help="Delete all but the newest N there.")
@with_appcontext
def back_up(to: Path | None, keep: int | None) -> None:
    """Write database, photos and secret into one file, while the server runs."""
    now = datetime.now(UTC)
    target = to or settings().instance_dir / FOLDER
    is_file = target.name.endswith(backup.SUFFIX)
    path = target if is_file else target / backup.file_name(now)
    try:
        manifest = backup.take(Place(settings()), path, now)
    except (RefusedError, OSError) as refused:
        raise click.ClickException(str(refused)) from refused
    rows = sum(table.rows for table in manifest.facts.tables.values())
    click.echo(f"{path}: {rows} rows, {len(manifest.members) - 3} files")
    for missing in manifest.facts.missing:
        click.echo(f"Missing in the store, and so in the backup: {missing}", err=True)
    for gone in backup.keep_newest(path.parent, keep) if keep else ():
        click.echo(f"deleted {gone}")


@click.command("restore")
@click.argument("archive", type=PATH)
@with_appcontext
def bring_back(archive: Path) -> None:
    """Bring a backup into an empty place; refuses to overwrite anything."""
    try:
        manifest = restore.restore(archive, Place(settings()), datetime.now(UTC))
    except (RefusedError, OSError) as refused:
        raise click.ClickException(f"Not restored. {refused}") from refused
    rows = sum(table.rows for table in manifest.facts.tables.values())
    click.echo(f"Restored the backup of {manifest.facts.made_at}: {rows} rows, all equal.")
    if manifest.facts.schema_revision != schema.newest():
        db.engine.dispose()
        flask_migrate.upgrade()
        click.echo(f"Schema brought from {manifest.facts.schema_revision} to {schema.newest()}.")


@click.command("drill")
@click.argument("archive", type=PATH, required=False)
@with_appcontext
def rehearse(archive: Path | None) -> None:
    """Back up, restore into a new place and compare; or try the backup that is named."""
    try:
        report = drill.run(Place(settings()), datetime.now(UTC), archive)
    except (RefusedError, OSError) as refused:
        raise click.ClickException(f"The drill failed. {refused}") from refused
    for line in report.lines:
        verdict = "equal" if line.is_equal else "DIFFERENT"
        click.echo(f"{line.name:<24}{line.before:>9}{line.after:>9}  {verdict}")
    for missing in report.manifest.facts.missing:
        click.echo(f"Missing in the store before the backup: {missing}", err=True)
    if not report.is_good:
        raise click.ClickException("The drill failed: not everything came back.")
    click.echo("Everything came back.")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_appcontext
def examine(*, as_json: bool) -> None:
    """Check this installation; ends with 1 where something fails."""
    verdicts = doctor.examine(Place(settings()), datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([asdict(verdict) for verdict in verdicts], ensure_ascii=False))
    else:
        for verdict in verdicts:
            click.echo(f"{verdict.level:<5} {verdict.check}: {verdict.found}")
            if verdict.hint:
                click.echo(f"      {verdict.hint}")
    click.get_current_context().exit(0 if doctor.is_well(verdicts) else 1)


COMMANDS = (back_up, bring_back, rehearse, examine)
