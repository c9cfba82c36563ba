"""Taking in a producer that left another installation, with equal records. The caller commits.

Everything is checked before a row is written: bytes by `archive`, shapes and owners here, the rest
by the database. Hashes of events and photos are taken anew, never believed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import DataError, IntegrityError

from traceapp.audit import operations as audit
from traceapp.batches.books import hand_offs
from traceapp.batches.recording import content
from traceapp.batches.recording.searching import folded_words
from traceapp.database.engine import db
from traceapp.exchange import belongings, record_file
from traceapp.exchange.archive import RECORDS, Archive, checked, refusal
from traceapp.exchange.leaving import photo_name, voice_name
from traceapp.freshness import operations as freshness
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.errors import InvalidKey
from traceapp.jobs import operations as jobs
from traceapp.network import sums
from traceapp.photos.operations import EXTENSIONS, RENDER
from traceapp.photos.storage import Storage, original_path
from traceapp.producers.models import Producer
from traceapp.voices import sound
from traceapp.voices.storage import path_of
from traceapp.web.settings import settings

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came, and how many records of each table were written."""

    producer_id: UUID
    name: str
    counts: Mapping[str, int]
    photos: int


def take_in(file: IO[bytes], *, now: datetime) -> Arrived:
    """Write everything of an export. Raises ExportRefused with what is wrong; nothing is written.

    The producer must not be here yet.
    """
    archive = checked(file)
    producer_id = _producer_of(archive)
    if db.session.get(Producer, producer_id) is not None:
        raise refusal("This producer is here already: an export is taken in once.")
    arrival = _Arrival(archive, producer_id)
    try:
        arrival.write_records()
    except IntegrityError as error:
        raise refusal("A record contradicts another one, or one that is here.") from error
    except DataError as error:
        raise refusal("A value does not fit its column.") from error
    arrival.write_photos(now)
    arrival.write_voices()
    name = arrival.check_whole()
    audit.note(producer_id, "export.taken_in", f"producer/{producer_id}", by=None, now=now)
    sums.rebuild()
    jobs.enqueue(hand_offs.INDEX_ALL, {}, now=now)
    freshness.step()
    return Arrived(producer_id, name, arrival.counts, len(arrival.photos_here))


def _producer_of(archive: Archive) -> UUID:
    try:
        return UUID(str(archive.about.get("producer_id")))
    except ValueError:
        raise refusal("Its manifest.json names no producer.") from None


class _Arrival:
    def __init__(self, archive: Archive, producer_id: UUID) -> None:
        self._archive = archive
        self._producer_id = producer_id
        self._codes: set[str] = set()
        self._photos: dict[bytes, str] = {}
        self._voices: dict[bytes, str] = {}
        self.photos_here: list[bytes] = []
        self.counts = dict.fromkeys(belongings.TAKEN_ALONG, 0)

    def write_records(self) -> None:
        last = 0
        for name, rows in _chunks(record_file.read(self._archive.lines(RECORDS))):
            if name not in self.counts:
                raise refusal(f"There is no table {name[:60]!r} here: it was made elsewhere.")
            if belongings.TAKEN_ALONG.index(name) < last:
                raise refusal("data.json has its tables in another order.")
            last = belongings.TAKEN_ALONG.index(name)
            self._write(name, [self._checked(name, row) for row in rows])
            self.counts[name] += len(rows)

    def _checked(self, name: str, record: Row) -> Row:
        try:
            row = belongings.from_json(belongings.table(name), record)
        except ValueError as error:
            raise refusal(f"A record of {name} is not one of ours: {error}.") from error
        self._check_owner(name, row)
        if name == "event":
            _check_event(row)
        elif name == "public_code":
            _check_code(row["code"])
            self._codes.add(row["code"])
        elif name == "photo":
            if row["media_type"] not in EXTENSIONS:
                raise refusal("A photo is of a kind that is not kept here.")
            self._photos[row["sha256"]] = row["media_type"]
        elif name == "voice" and row["erased_at"] is None:
            self._voices[row["sha256"]] = row["media_type"]
        elif name == "producer" and row["is_demo"] and not settings().demo:
            raise refusal("It holds sample data of the demo, and this is not the demo.")
        return row

    def _check_owner(self, name: str, row: Row) -> None:
        if name in belongings.TERRITORIES:
            return
        is_own = (
            row["code"] in self._codes
            if name == "code_state_change"
            else row[belongings.owner_column(belongings.table(name)).name] == self._producer_id
        )
        if not is_own:
            raise refusal(f"A record of {name} belongs to another producer.")

    def _write(self, name: str, rows: list[Row]) -> None:
        of = belongings.table(name)
        if name in belongings.TERRITORIES:
            rows = [row for row in rows if not _is_here(of, row)]
        if rows:
            db.session.execute(insert(of), rows)

    def write_photos(self, now: datetime) -> None:
        storage = Storage(settings().storage_url)
        named = {sha256: photo_name(sha256, kind) for sha256, kind in self._photos.items()}
        for sha256, data in self._files("photo", named):
            storage.write(original_path(self._producer_id, sha256), data)
            self.photos_here.append(sha256)
            jobs.enqueue(
                RENDER, {"producer_id": str(self._producer_id), "sha256": sha256.hex()}, now=now
            )

    def write_voices(self) -> None:
        storage = Storage(settings().storage_url)
        named = {sha256: voice_name(sha256, kind) for sha256, kind in self._voices.items()}
        for sha256, data in self._files("voice", named):
            try:
                kind = sound.inspect(data).media_type
            except sound.RefusedSound:
                kind = ""
            if kind != self._voices[sha256]:
                raise refusal(f"The voice {sha256.hex()} is of another kind than it says.")
            storage.write(path_of(self._producer_id, sha256), data)

    def _files(self, kind: str, named: Mapping[bytes, str]) -> Iterator[tuple[bytes, bytes]]:
        """Give each file by its hash, taken anew; those may lack that lacked when it was made."""
        missing = set(self._archive.about.get(f"missing_{kind}s") or ())
        names = set(self._archive.names())
        for sha256, name in named.items():
            if name not in names:
                if sha256.hex() not in missing:
                    raise refusal(f"The {kind} {sha256.hex()} is missing.")
                continue
            data = self._archive.read(name)
            if hashlib.sha256(data).digest() != sha256:
                raise refusal(f"The {kind} {sha256.hex()} has other bytes than its name says.")
            yield sha256, data

    def check_whole(self) -> str:
        """Compare with what the manifest counts; give the producer's name."""
        if self._archive.about.get("tables") != self.counts:
            raise refusal("manifest.json and data.json count different numbers of records.")
        producer = db.session.get(Producer, self._producer_id)
        if producer is None:
            raise refusal("The producer itself is missing.")
        return producer.name


def _chunks(records: Iterator[tuple[str, Row]]) -> Iterator[tuple[str, list[Row]]]:
    name, rows = "", list[Row]()
    for table, row in records:
        if rows and (table != name or len(rows) >= belongings.CHUNK):
            yield name, rows
            rows = []
        name = table
        rows.append(row)
    if rows:
        yield name, rows


def _is_here(of: Any, row: Row) -> bool:  # noqa: ANN401 - a table
    key = [column == row[column.name] for column in of.primary_key.columns]
    return db.session.execute(select(of).where(*key)).first() is not None


def _check_event(row: Row) -> None:
    document = row["document"].encode("utf-8")
    if content.fingerprint(document) != row["content_sha256"]:
        raise refusal(f"The step {row['event_id']} was changed: its hash is another one.")
    said: Any = {}
    try:
        said = json.loads(document)
        is_its_own = UUID(said["id"]) == row["event_id"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        is_its_own = False
    if not is_its_own:
        raise refusal(f"The step {row['event_id']} has the document of another one.")
    row["folded_words"] = folded_words(row["step_kind"], said.get("fields"))
    row["likeness"] = content.likeness(row, said)


def _check_code(code: str) -> None:
    try:
        is_one = BatchCode.parse(code).text == code
    except InvalidKey:
        is_one = False
    if not is_one:
        raise refusal(f"{code[:20]!r} is no code: its check character is wrong.")
