"""Rows written many at once stand as if each had been written by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW
from traceapp.database.bulk import FEW, insert_rows
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.database.types import Identifier, Instant
from traceapp.web.endpoints import transaction

KINDS = Table(
    "every kind",
    MetaData(),
    Column("position", Integer, primary_key=True),
    Column("id", Identifier),
    Column("at", Instant),
    Column("large", BigInteger),
    Column("order", String(40)),
    Column("text", Text),
    Column("is_so", Boolean),
    Column("hash", LargeBinary(32)),
    Column("day", Date),
)
MANY = FEW + 5


def rows(number: int) -> list[dict[str, Any]]:
    full = {
        "text": "Chè\t\\N\n'\"\U0001f345",
        "at": datetime(2026, 11, 21, 5, 40, 0, 123456, tzinfo=UTC),
        "order": "",
        "large": -(2**62),
        "is_so": True,
        "hash": bytes(range(32)),
        "day": NOW.date(),
    }
    empty = dict.fromkeys(full)
    return [
        {"id": new_id(), "position": n} | (empty if n % 3 == 2 else full) for n in range(number)
    ]


@pytest.fixture
def kinds(app: Flask) -> Table:
    with app.app_context(), transaction():
        KINDS.create(db.session.connection())
    return KINDS


@pytest.mark.parametrize("number", [0, 1, FEW - 1, MANY])
def test_every_kind_of_value_is_written_as_it_was_given(
    app: Flask, kinds: Table, number: int
) -> None:
    with app.app_context():
        wanted = rows(number)
        with transaction():
            insert_rows(kinds, wanted)
        found = db.session.execute(select(kinds).order_by(kinds.c.position)).mappings()
        assert [dict(row) for row in found] == [
            {column.name: row[column.name] for column in kinds.columns} for row in wanted
        ]


@pytest.mark.parametrize("number", [1, MANY])
def test_a_row_that_is_there_already_breaks_all_and_leaves_what_was_before(
    app: Flask, kinds: Table, number: int
) -> None:
    with app.app_context():
        with transaction():
            db.session.execute(insert(kinds), rows(1))
            with pytest.raises(IntegrityError) as caught, db.session.begin_nested():
                insert_rows(kinds, rows(number))
        assert "\U0001f345" not in str(caught.value)  # what people typed is in no log
        assert len(db.session.execute(select(kinds.c.position)).all()) == 1
