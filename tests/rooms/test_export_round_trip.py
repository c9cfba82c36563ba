"""A producer leaves with everything and arrives elsewhere with equal records."""

import hashlib
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON, close, settings_for
from tests.everything import everything
from traceapp.app import create_app
from traceapp.batches.models import Event
from traceapp.database.engine import Base, db
from traceapp.exchange import arriving, leaving
from traceapp.exchange.belongings import LEFT_OUT, TAKEN_ALONG, TERRITORIES
from traceapp.photos.models import Photo
from traceapp.photos.storage import Storage, original_path
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallLetter, RecallReminder
from traceapp.recalls.notices import letter_trail
from traceapp.trace.facts import Ref
from traceapp.voices import queries
from traceapp.voices.models import Voice
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


def _normal(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def all_rows() -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table that is taken along, read without the code under test."""
    found = {}
    for name in TAKEN_ALONG:
        table = Base.metadata.tables[name]
        columns = [column for column in table.columns if column.name != "account_id"]
        rows = {tuple(map(_normal, row)) for row in db.session.execute(select(*columns))}
        found[name] = rows
    db.session.rollback()
    return found


def _words() -> dict[UUID, str | None]:
    """Give the words by which steps are found: they do not travel, they are folded anew."""
    rows = db.session.execute(select(Event.event_id, Event.folded_words))
    return {row.event_id: row.folded_words for row in rows}


def exports_of_all() -> dict[UUID, bytes]:
    files = {}
    for producer_id in db.session.scalars(select(Producer.producer_id)).all():
        to = BytesIO()
        leaving.write(producer_id, to, now=NOON)
        files[producer_id] = to.getvalue()
    db.session.rollback()
    return files


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An installation without a single record, also without territories."""
    app = create_app(settings_for(database_url, tmp_path / "elsewhere", TRACEAPP_DEMO="1"))
    yield app
    close(app)


def test_the_whole_demo_arrives_elsewhere_on_either_database_with_equal_records(
    loaded_demo: Flask, empty: Flask
) -> None:
    with loaded_demo.app_context():
        before, words = all_rows(), _words()
        files = exports_of_all()
        photos = {
            (row.producer_id, row.sha256): Storage(settings().storage_url).read(
                original_path(row.producer_id, row.sha256)
            )
            for row in db.session.execute(select(Photo.producer_id, Photo.sha256))
        }
    assert len(files) > 10
    assert photos
    with empty.app_context():
        for data in files.values():
            with transaction():
                arriving.take_in(BytesIO(data), now=NOON)
        after = all_rows()
        for name in TAKEN_ALONG:
            if name in TERRITORIES:
                assert after[name] <= before[name]
            elif name == "audit_entry":
                assert after[name] >= before[name]
            else:
                assert after[name] == before[name], name
        assert _words() == words
        for document, sha256 in db.session.execute(select(Event.document, Event.content_sha256)):
            assert hashlib.sha256(document.encode()).digest() == sha256
        for (producer_id, sha256), original in photos.items():
            path = original_path(producer_id, sha256)
            assert Storage(settings().storage_url).read(path) == original


@pytest.fixture
def of_everything(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """Another installation, with a row in every table that the demo leaves empty."""
    path = tmp_path / "everything.db"
    shutil.copy(sqlite_template, path)
    app = create_app(settings_for(f"sqlite:///{path}", tmp_path))
    with app.app_context(), transaction():
        everything()
    yield app
    close(app)


def test_a_row_of_every_table_arrives_elsewhere(
    loaded_demo: Flask, of_everything: Flask, empty: Flask
) -> None:
    with loaded_demo.app_context():
        in_the_demo = {name for name, rows in all_rows().items() if rows}
    with of_everything.app_context():
        before, files, said = all_rows(), exports_of_all(), _said()
    assert said
    assert set(TAKEN_ALONG) - in_the_demo == {n for n in before if before[n]} - in_the_demo
    with empty.app_context():
        for data in files.values():
            with transaction():
                arriving.take_in(BytesIO(data), now=NOON)
        after = all_rows()
        assert _said() == said
    for name in set(TAKEN_ALONG) - {*TERRITORIES, "audit_entry"}:
        assert after[name] == before[name], name


def test_what_a_recall_told_leaves_with_whoever_leads_it(
    of_everything: Flask, empty: Flask
) -> None:
    with of_everything.app_context():
        letter = db.session.scalars(select(RecallLetter).where(RecallLetter.kind == "told")).first()
        assert letter is not None
        case = Ref(letter.case_producer_id, letter.case_id)
        told, reminders = _told_and_reminded(case)
        file = BytesIO()
        leaving.write(case.producer_id, file, now=NOON)
    others = {row.producer_id for row in told} - {case.producer_id}
    assert others
    assert reminders
    with empty.app_context():
        with transaction():
            arriving.take_in(BytesIO(file.getvalue()), now=NOON)
        assert _told_and_reminded(case) == (told, reminders)
        elsewhere = {one.holder_id for one in letter_trail.last_of_each(case) if one.phone is None}
        assert others <= elsewhere  # told of, though they did not come along


def _told_and_reminded(case: Ref) -> tuple[set[Any], set[Any]]:
    """Give the letters and reminders of a recall, row by row."""
    found = []
    for table in (RecallLetter.__table__, RecallReminder.__table__):
        is_of = (table.c.case_producer_id == case.producer_id, table.c.case_id == case.id)
        found.append(set(db.session.execute(select(table).where(*is_of))))
    db.session.rollback()
    return found[0], found[1]


def _said() -> dict[tuple[UUID, bytes], bytes]:
    """Give what people said, by producer and hash."""
    there = db.session.scalars(select(Voice).where(Voice.erased_at.is_(None)))
    return {(one.producer_id, one.sha256): queries.content(one) for one in there}


def test_every_table_is_taken_along_or_left_out_for_a_reason() -> None:
    assert set(TAKEN_ALONG) | LEFT_OUT.keys() == set(Base.metadata.tables)
    assert not set(TAKEN_ALONG) & LEFT_OUT.keys()
