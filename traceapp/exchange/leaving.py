"""Everything of a producer in one file: asked for at the desk, made by the worker, kept a week."""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.exchange import belongings, readme, record_file
from traceapp.exchange.archive import PIECE, RECORDS, Writer
from traceapp.exchange.models import ExportFile
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.photos.models import Photo
from traceapp.photos.operations import EXTENSIONS
from traceapp.photos.storage import Storage, original_path
from traceapp.producers.models import Producer
from traceapp.voices.models import Voice
from traceapp.voices.storage import path_of
from traceapp.web import csv_text
from traceapp.web.settings import settings

MAKE = "export.make"
FORGET = "export.forget"
FORGET_MADE = "export.forget_made"
KEPT_FOR = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(hours=1)

Files = Iterator[tuple[bytes, str, str]]  # hash, place in the storage, name in the export


def ask(producer_id: UUID, member_id: UUID, *, now: datetime) -> UUID:
    """Ask for a file with everything; while one is being made, that one is meant."""
    waiting = db.session.scalars(
        select(ExportFile.export_id).where(
            ExportFile.producer_id == producer_id,
            ExportFile.made_at.is_(None),
            ExportFile.asked_at > now - GIVEN_UP_AFTER,
        )
    ).first()
    if waiting is not None:
        return waiting
    export_id = new_id()
    db.session.add(
        ExportFile(
            producer_id=producer_id,
            export_id=export_id,
            asked_by_member_id=member_id,
            asked_at=now,
        )
    )
    about = {"producer_id": str(producer_id), "export_id": str(export_id)}
    jobs.enqueue(MAKE, about, now=now)
    jobs.enqueue(FORGET, about, now=now, run_after=now + KEPT_FOR)
    audit.note(
        producer_id,
        "export.asked",
        f"export/{export_id}",
        by=(producer_id, member_id),
        now=now,
    )
    return export_id


def stored_at(producer_id: UUID, export_id: UUID) -> str:
    """Name the place of an export in the storage."""
    return f"exports/{producer_id}/{export_id}.zip"


def make_job(payload: Payload, now: datetime) -> Deed:
    """Make the file, outside any write transaction; give the deed that records it."""
    producer_id, export_id = _named(payload)
    with tempfile.TemporaryDirectory(prefix="traceapp-export-") as folder:
        path = Path(folder) / "export.zip"
        with path.open("wb") as file:
            write(producer_id, file, now=now)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").digest()
        size = path.stat().st_size
        Storage(settings().storage_url).keep(stored_at(producer_id, export_id), path)
    return partial(_made, producer_id, export_id, size, sha256, now)


def _made(producer_id: UUID, export_id: UUID, size: int, sha256: bytes, now: datetime) -> None:
    row = db.session.get(ExportFile, (producer_id, export_id))
    if row is not None:
        row.made_at, row.size, row.sha256 = now, size, sha256
        db.session.flush()


def forget_job(payload: Payload, _now: datetime) -> Deed:
    """Remove an export whose week is over."""
    producer_id, export_id = _named(payload)
    Storage(settings().storage_url).remove(stored_at(producer_id, export_id))

    def forget() -> None:
        row = db.session.get(ExportFile, (producer_id, export_id))
        if row is not None:
            db.session.delete(row)
            db.session.flush()

    return forget


def forget_made_job(payload: Payload, _now: datetime) -> Deed:
    """Remove what was made for a producer until a moment: somebody was erased then."""
    producer_id = UUID(str(payload["producer_id"]))
    until = datetime.fromisoformat(str(payload["made_until"]))
    mine = (ExportFile.producer_id == producer_id, ExportFile.made_at <= until)
    for export_id in db.session.scalars(select(ExportFile.export_id).where(*mine)):
        Storage(settings().storage_url).remove(stored_at(producer_id, export_id))

    def forget() -> None:
        db.session.execute(delete(ExportFile).where(*mine))

    return forget


def _named(payload: Payload) -> tuple[UUID, UUID]:
    return UUID(str(payload["producer_id"])), UUID(str(payload["export_id"]))


def write(producer_id: UUID, to: IO[bytes], *, now: datetime) -> dict[str, Any]:
    """Write everything of a producer as it stands at one moment. Raises NotFound."""
    with Session(db.engine) as session:
        if db.engine.dialect.name == "postgresql":  # SQLite reads one moment anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        producer = session.get(Producer, producer_id)
        if producer is None:
            raise problem.NotFound
        return _Export(session, producer, Writer(to), now).write()


class _Export:
    def __init__(self, session: Session, producer: Producer, writer: Writer, now: datetime) -> None:
        self._session = session
        self._producer = producer
        self._writer = writer
        self._now = now

    def write(self) -> dict[str, Any]:
        about: dict[str, Any] = {
            "producer_id": str(self._producer.producer_id),
            "producer": self._producer.name,
            "made_at": self._now.isoformat(timespec="seconds"),
            "tables": {name: self._count(name) for name in belongings.TAKEN_ALONG},
        }
        tables = ((name, self._records(name)) for name in belongings.TAKEN_ALONG)
        self._writer.add(RECORDS, record_file.written(about, tables))
        for name in belongings.TAKEN_ALONG:
            self._writer.add(f"tables/{name}.csv", self._csv(name))
        for name, there in (("photos", self._photos()), ("voices", self._voices())):
            count, missing = self._add_files(there)
            about |= {name: count, f"missing_{name}": missing}
        for language in readme.LANGUAGES:
            self._writer.add(
                f"README.{language}.md", [readme.page(language, about).encode("utf-8")]
            )
        self._writer.close(about)
        return about

    def _rows(self, name: str) -> Iterator[Any]:
        return belongings.rows_of(self._session, self._producer.producer_id, name)

    def _count(self, name: str) -> int:
        query = belongings.query_of(self._producer.producer_id, name).order_by(None)
        return self._session.execute(
            select(func.count()).select_from(query.subquery())
        ).scalar_one()

    def _records(self, name: str) -> Iterator[dict[str, Any]]:
        of = belongings.table(name)
        return (belongings.as_json(of, row) for row in self._rows(name))

    def _csv(self, name: str) -> Iterator[bytes]:
        header = belongings.table(name).columns.keys()
        rows = ([record[column] for column in header] for record in self._records(name))
        return (line.encode("utf-8") for line in csv_text.lines(header, rows))

    def _photos(self) -> Files:
        keys = (
            select(Photo.sha256, Photo.media_type)
            .where(Photo.producer_id == self._producer.producer_id)
            .order_by(Photo.sha256)
        )
        for sha256, media_type in self._session.execute(keys).all():
            place = original_path(self._producer.producer_id, sha256)
            yield sha256, place, photo_name(sha256, media_type)

    def _voices(self) -> Files:
        keys = (
            select(Voice.sha256, Voice.media_type)
            .where(Voice.producer_id == self._producer.producer_id, Voice.erased_at.is_(None))
            .order_by(Voice.sha256)
        )
        for sha256, media_type in self._session.execute(keys).all():
            place = path_of(self._producer.producer_id, sha256)
            yield sha256, place, voice_name(sha256, media_type)

    def _add_files(self, there: Files) -> tuple[int, list[str]]:
        """Add the files that are in the storage: how many, and the hashes of those that are not."""
        storage = Storage(settings().storage_url)
        count, missing = 0, []
        for sha256, place, name in there:
            try:
                file = storage.open(place)
            except FileNotFoundError:
                missing.append(sha256.hex())
                continue
            with file:
                self._writer.add(name, iter(partial(file.read, PIECE), b""), packed=True)
            count += 1
        return count, missing


def photo_name(sha256: bytes, media_type: str) -> str:
    """Name a photo inside an export."""
    return f"photos/{sha256.hex()}.{EXTENSIONS[media_type]}"


def voice_name(sha256: bytes, media_type: str) -> str:
    """Name a voice note inside an export."""
    return f"voices/{sha256.hex()}.{media_type.rpartition('/')[2]}"
