"""Taking a backup while the server runs: one moment of the database, and every file it names."""

import tempfile
import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from os import SEEK_END
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, inspect, text

from traceapp.config import CHECKOUT
from traceapp.photos.storage import original_path, rendition_path
from traceapp.upkeep import archive, fingerprint, records, schema
from traceapp.upkeep.archive import DATABASE, FILES, SECRET, Facts, Manifest
from traceapp.upkeep.places import Place
from traceapp.upkeep.refusal import RefusedError
from traceapp.voices.storage import path_of

PREFIX, SUFFIX = "traceapp-", ".tar.gz"
STAMP = "%Y%m%dT%H%M%SZ"


def file_name(now: datetime) -> str:
    """Name a backup after its moment, so that names sort by age."""
    return f"{PREFIX}{now.astimezone(UTC):{STAMP}}{SUFFIX}"


def take(place: Place, to: Path, now: datetime) -> Manifest:
    """Write a backup to the file `to`; raises RefusedError and leaves nothing behind.

    Files that rows name and the store has not are told in the manifest: better a backup that says
    what it lacks than none.
    """
    with (
        tempfile.TemporaryDirectory(prefix="traceapp-backup-") as folder,
        archive.writing(to) as writer,
    ):
        dumped = Path(folder) / DATABASE
        with place.copying.snapshot(place.url) as connection:
            facts = _facts(place, connection, now)
            named = files_named(connection)
            place.copying.dump(connection, dumped)
        with dumped.open("rb") as file:
            writer.add(DATABASE, file, dumped.stat().st_size)
        writer.add_bytes(SECRET, place.config.secret_key.encode("ascii"))
        # A file is whole before the row that names it is committed, and never changes: after the
        # snapshot, all that it names is there. One may be erased meanwhile, as is right.
        for path in sorted(place.storage.paths()):
            with suppress(FileNotFoundError), place.storage.open(path) as file:
                size = file.seek(0, SEEK_END)
                file.seek(0)
                writer.add(FILES + path, file, size)
        missing = sorted(path for path in named if FILES + path not in writer.members)
        manifest = writer.close_with(replace(facts, missing=missing))
    records.note(place.config.instance_dir, records.BACKUP, now)
    return manifest


def files_named(connection: Connection) -> set[str]:
    """List the files that rows speak of."""
    files = {
        original_path(_id(producer), sha256)
        for producer, sha256 in connection.execute(text("SELECT producer_id, sha256 FROM photo"))
    }
    if inspect(connection).has_table("voice"):  # a database of an older release has none
        kept = text("SELECT producer_id, sha256 FROM voice WHERE erased_at IS NULL")
        files |= {path_of(_id(producer), sha256) for producer, sha256 in connection.execute(kept)}
    pictures = connection.execute(text("SELECT file_name FROM photo_rendition")).scalars()
    return files | {rendition_path(name) for name in pictures}


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Delete all but the newest backups of a folder; give what was deleted."""
    there = sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))
    gone = there[: max(0, len(there) - count)]
    for path in gone:
        path.unlink()
    return gone


def _id(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(bytes=bytes(value))  # type: ignore[call-overload]


def _facts(place: Place, connection: Connection, now: datetime) -> Facts:
    revision = schema.of(connection)
    if revision is None:
        raise RefusedError("The database has no tables yet: there is nothing to back up.")
    schema.require_known(revision)
    return Facts(
        made_at=now.astimezone(UTC).isoformat(),
        app_version=_version(),
        database=place.copying.NAME,
        server_version=place.copying.server_version(connection),
        schema_revision=revision,
        tables=fingerprint.take(connection),
        missing=[],
    )


def _version() -> str:
    told = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])
