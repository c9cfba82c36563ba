"""Questions about more lots and steps than a database takes as values of one statement."""

from types import SimpleNamespace
from typing import Any

from flask import Flask

from tests.builders import batch, event, line
from tests.http.programs import program
from traceapp.batches import told_lots
from traceapp.batches.books import hand_off_events
from traceapp.batches.facts import makers
from traceapp.batches.paper import diary_facts
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.batches import batch_queries
from traceapp.dossier import pictures
from traceapp.trace.facts import Ref

TOO_MANY = 33_000  # pairs: SQLite takes 32,766 values, PostgreSQL 65,535


def test_any_number_of_lots_and_steps_is_asked_about(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Quầy Hoa", kinds=("shop",))
    raw, packed = (batch(lan.by, lan.product_id, lot) for lot in ("R1", "P1"))
    db.session.commit()
    to_hoa = {"to_site": str(hoa.by.site_id)}
    steps = [
        event(lan.by, "harvest", outputs=[line(raw, "10")]),
        event(lan.by, "pack", inputs=[line(raw, "10")], outputs=[line(packed, "10")]),
        event(lan.by, "ship", inputs=[line(packed, "4")], fields=to_hoa),
    ]
    for step in steps:
        assert lan.post("/events", step).status_code == 201
    lots = [Ref(lan.by.producer_id, raw), *others(), Ref(lan.by.producer_id, packed)]
    events = [Ref(lan.by.producer_id, new_id()), *others()]
    events += [
        Ref(lan.by.producer_id, fact.ref.id) for fact in hand_off_events.hand_off_events(lots)
    ]
    assert {one.id for one in hand_off_events.named_by(events)} == {packed}
    assert set(told_lots.lots_told_to(lan.by.producer_id, lots).values()) == {"R1", "P1"}
    assert list(makers._packed_from(lots)) == [Ref(lan.by.producer_id, packed)]
    assert len(makers._names(lots)) == 1
    assert [line.lot for found in diary_facts._lines(set(events)).values() for line in found] == [
        "P1"
    ]
    kinds = frozenset({"harvest", "pack"})
    assert len(diary_facts._entries(diary_facts._named(lan.by.producer_id, set(lots), kinds))) == 2
    reader: Any = SimpleNamespace(producer_id=lan.by.producer_id, member_id=new_id())
    assert batch_queries.checked_by(reader, events) == set()
    assert len(batch_queries.site_owners([*(ref.id for ref in others()), lan.by.site_id])) == 1
    told: Any = [SimpleNamespace(event=ref) for ref in events]
    assert pictures.of_steps(lan.by.producer_id, told) == []


def others() -> list[Ref]:
    return [Ref(new_id(), new_id()) for _ in range(TOO_MANY)]
