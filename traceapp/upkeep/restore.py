"""Restoring a backup into an empty place: everything is checked first, nothing is overwritten."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from traceapp.database.types import to_microseconds
from traceapp.upkeep import archive, fingerprint, schema
from traceapp.upkeep.archive import DATABASE, FILES, SECRET, Manifest
from traceapp.upkeep.places import SECRET_FILE, Place
from traceapp.upkeep.refusal import RefusedError

# What a start writes by itself, before anybody has come.
WRITTEN_BY_A_START = frozenset(
    {
        *("alembic_version", "public_generation", "worker_pulse", "one_time_code"),
        *("province", "commune", "throttle", "job"),
    }
)
STILL_RUNNING = timedelta(seconds=30)
SHOWN = 5
LARGE = 32 * 1024 * 1024


def restore(source: Path, place: Place, now: datetime) -> Manifest:
    """Bring a backup into an empty place; raises RefusedError before anything is changed.

    The schema stays what it was in the backup: an older one is to be upgraded afterwards.
    """
    manifest = archive.verify(source)
    _require_fitting(manifest, place)
    _require_room(manifest, place, now)
    with tempfile.TemporaryDirectory(prefix="traceapp-restore-") as folder:
        dumped = Path(folder) / DATABASE
        for name, content in archive.contents(source):
            if name == DATABASE:
                with dumped.open("wb") as file:
                    shutil.copyfileobj(content, file)
            elif name == SECRET:
                _put_secret(place, content.read().decode("ascii"))
            else:
                _put_file(place, name.removeprefix(FILES), content, Path(folder) / "large")
        # Last: until the database is there, the place is still an empty one.
        place.copying.load(place.url, dumped)
    _compare(manifest, place)
    return manifest


def _require_fitting(manifest: Manifest, place: Place) -> None:
    facts = manifest.facts
    schema.require_known(facts.schema_revision)
    if facts.database != place.copying.NAME:
        raise RefusedError(
            f"This backup is of {facts.database}, and DATABASE_URL names {place.copying.NAME}. "
            "Restore it into its own kind; to change the kind, export and import."
        )
    secret = hashlib.sha256(place.config.secret_key.encode()).hexdigest()
    if place.secret_is_given and secret != manifest.members[SECRET].sha256:
        raise RefusedError(
            "SECRET_KEY is set to another secret than the one in the backup. Unset it, and the "
            "restored one is used from its file; or set it to the old one."
        )


def _require_room(manifest: Manifest, place: Place, now: datetime) -> None:
    with _opened(place) as connection:
        if connection is not None:
            _require_empty(connection, now)
    others = [
        path
        for path in place.storage.paths()
        if not _is_of(manifest, path, place.storage.read(path))
    ]
    if others:
        raise RefusedError(
            f"The store is not empty ({len(others)} files, such as {others[0]}). "
            "Nothing was changed: name an empty STORAGE_URL."
        )


@contextmanager
def _opened(place: Place) -> Iterator[Connection | None]:
    """Open the database of a place; None where there is none yet."""
    if place.copying.NAME == "sqlite" and not place.copying.file_of(place.url).exists():
        yield None
        return
    engine = create_engine(place.url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise RefusedError(f"The database to restore into does not answer: {error}") from error


def _require_empty(connection: Connection, now: datetime) -> None:
    quote = connection.dialect.identifier_preparer.quote
    there = fingerprint.tables(connection)
    filled = [
        table
        for table in there
        if table not in WRITTEN_BY_A_START
        and connection.execute(text(f"SELECT 1 FROM {quote(table)} LIMIT 1")).first()  # noqa: S608
    ]
    if filled:
        raise RefusedError(
            f"The database is not empty ({', '.join(filled[:SHOWN])} have rows). "
            "Nothing was changed: restore into a new one, or move this one away."
        )
    since = to_microseconds(now - STILL_RUNNING)
    pulse = text("SELECT 1 FROM worker_pulse WHERE seen_at > :since")
    if "worker_pulse" in there and connection.execute(pulse, {"since": since}).first():
        raise RefusedError("A worker is running here. Stop server and worker first.")


def _is_of(manifest: Manifest, path: str, content: bytes) -> bool:
    member = manifest.members.get(FILES + path)
    return member is not None and member.sha256 == hashlib.sha256(content).hexdigest()


def _put_file(place: Place, path: str, content: IO[bytes], part: Path) -> None:
    """Keep a file; a large one goes by way of the disk and not through memory."""
    beginning = content.read(LARGE)
    if len(beginning) < LARGE:
        place.storage.write(path, beginning)
        return
    with part.open("wb") as file:
        file.write(beginning)
        shutil.copyfileobj(content, file)
    place.storage.keep(path, part)


def _put_secret(place: Place, secret: str) -> None:
    """Keep the secret for the owner alone; one that a first start made here is put aside."""
    path = place.config.instance_dir / SECRET_FILE
    if place.config.secret_key == secret:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{SECRET_FILE}.before-restore"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def fingerprint_of(place: Place) -> Mapping[str, fingerprint.TableSum]:
    """Tell what the database of a place holds now."""
    with place.copying.snapshot(place.url) as connection:
        return fingerprint.take(connection)


def _compare(manifest: Manifest, place: Place) -> None:
    if wrong := fingerprint.differences(manifest.facts.tables, fingerprint_of(place)):
        raise RefusedError(f"What was restored differs from the backup: {', '.join(wrong)}.")
