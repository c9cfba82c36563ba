"""A story of more events than a database takes the names of at once."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, batch, business, line, product, record
from tests.conftest import AppMaker
from traceapp.batches.facts.happenings import events_named
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.models import Event, EventItem
from traceapp.config import TRACE_WALKS
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import Base, db
from traceapp.database.ids import new_id
from traceapp.trace.facts import Ref

MANY = 8_000
TOO_MANY_FOR_A_DRIVER = 33_000
Sent = tuple[Business, UUID, UUID]


def sending() -> Sent:
    """Give a farm, a batch, and the step that sent it."""
    lan, hoa = business("HTX Lan"), business("Hoa", kinds=("processor",))
    cut = batch(lan, product(lan), "H1")
    receiver = {"to_site": str(hoa.site_id)}
    return lan, cut, record(lan, "ship", inputs=[line(cut, "1")], fields=receiver).event_id


def copy(kind: type[Base], event_id: UUID, ids: list[UUID]) -> None:
    """Write the rows of an event again under these ids."""
    table = db.metadata.tables[kind.__tablename__]
    (row,) = db.session.execute(select(table).where(table.c.event_id == event_id)).mappings()
    insert_rows(table, [{**row, "event_id": one} for one in ids])


def strangers(of: Business) -> list[tuple[UUID, UUID]]:
    """Give names that nothing has."""
    return [(of.producer_id, new_id()) for _ in range(TOO_MANY_FOR_A_DRIVER)]


@pytest.mark.parametrize("walk", TRACE_WALKS)
def test_all_events_of_a_batch_are_told_however_many(make_app: AppMaker, walk: str) -> None:
    with make_app(TRACE_WALK=walk).app_context():
        lan, cut, event_id = sending()
        more = [new_id() for _ in range(MANY)]
        for kind in (Event, EventItem):
            copy(kind, event_id, more)
        told = trace_facts((lan.producer_id, cut)).events
        assert {one.ref.id for one in told} == {event_id, *more}
        assert all([item.batch.id for item in one.inputs] == [cut] for one in told)


def test_a_story_of_so_many_batches_is_told(app: Flask) -> None:
    lan, cut, event_id = sending()
    subject = (lan.producer_id, cut)
    facts = trace_facts(subject, [subject, *strangers(lan), subject])
    assert [one.ref.id for one in facts.batches] == [cut]
    assert [one.ref.id for one in facts.events] == [event_id]


def test_so_many_events_are_read_by_name(app: Flask) -> None:
    lan, _, event_id = sending()
    found = events_named([*strangers(lan), (lan.producer_id, event_id)])
    assert [one.ref for one in found] == [Ref(lan.producer_id, event_id)]
    assert events_named([]) == []
