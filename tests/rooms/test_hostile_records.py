"""Records that no app writes: each is refused in words, and the good ones beside it are kept."""

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.builders import Business, business, product
from tests.phones import VirtualPhone, phone_of
from traceapp.batches.models import Batch, Event
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

ODD = ("", "-1", "2026-11-21T05:40:00+07:00", "9999-12-31T23:59:59Z", "kg", "\ud800")
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.uuids().map(str)
    | st.sampled_from(ODD),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = (
    *(("sequence",), ("sha256",), ("batches",), ("originals",), ("event",), ("producer_id",)),
    *(("event", "id"), ("event", "step_kind"), ("event", "event_time"), ("event", "device_time")),
    *(("event", "site_id"), ("event", "site_producer_id"), ("event", "plot_id")),
    *(("event", "season_id"), ("event", "ship_event_id"), ("event", "corrects")),
    *(("event", "inputs"), ("event", "outputs"), ("event", "about"), ("event", "fields")),
    *(("event", "photos"), ("event", "producer_id"), ("event", "author_member_id")),
    *(("batches", 0), ("batches", 0, "batch_id"), ("batches", 0, "product_id")),
    *(("batches", 0, "lot"), ("batches", 0, "uom"), ("batches", 0, "quantity")),
    *(("batches", 0, "code"), ("batches", 0, "site_id"), ("batches", 0, "expiry_date")),
    *(("batches", 0, "producer_id"), ("event", "outputs", 0, "producer_id")),
    *(("event", "outputs", 0, "batch_id"), ("event", "outputs", 0, "quantity")),
)
CHANGES = st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3)
HOSTILE = st.lists(JUNK | CHANGES.map(lambda changes: ("changed", changes)), min_size=1, max_size=4)


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="field_worker")


@pytest.fixture
def greens(lan: Business) -> UUID:
    with transaction():
        return product(lan)


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan)


def changed(record: dict[str, Any], changes: list[tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    """Put junk at some places of a good record."""
    record = deepcopy(record)
    for place, junk in changes:
        inner: Any = record
        for step in place[:-1]:
            there = isinstance(inner, list) and isinstance(step, int) and step < len(inner)
            inner = inner[step] if there or (isinstance(inner, dict) and step in inner) else None
        if isinstance(inner, dict) or (isinstance(inner, list) and inner):
            inner[place[-1]] = junk
    return record


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(hostile=HOSTILE)
def test_whatever_stands_beside_it_a_good_record_is_kept(
    phone: VirtualPhone, greens: UUID, hostile: list[Any]
) -> None:
    events, batches = count(Event), count(Batch)
    first, last = (phone.harvest(greens, lot=uuid4().hex[:12]) for _ in range(2))
    between = [
        changed(phone.harvest(greens, lot=uuid4().hex[:12]), one[1])
        if isinstance(one, tuple)
        else one
        for one in hostile
    ]
    results = phone.results(first, *between, last)
    assert [results[0]["status"], results[-1]["status"]] == [201, 201]
    kept = [one for one in results if one["status"] == 201]
    for one in results:
        assert one["status"] in {200, 201, 403, 409, 422, 424}
        assert ("event" if one["status"] in {200, 201} else "problem") in one
    assert count(Event) == events + len(kept)
    assert batches + 2 <= count(Batch) <= batches + len(kept)
