"""What two people send at the same moment is judged as if one had come after the other."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from tests.trade import Trade, tell
from traceapp.batches import operations
from traceapp.batches.books.models import HandOff
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.models import FindingRow
from traceapp.handoffs import operations as hand_offs
from traceapp.web.endpoints import transaction

AGAIN = pytest.mark.parametrize("attempt", range(4))


def at_once(app: Flask, acts: Sequence[Callable[[], object]]) -> None:
    """Do each act in a transaction and thread of its own, all starting together."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        with app.app_context():
            db.session.execute(select(1))  # connected: what follows begins at one moment
            db.session.rollback()
            start.wait(60)
            with transaction():
                act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(do, act) for act in acts]:
            done.result(120)
    db.session.rollback()


def telling(by: Business, message: dict[str, Any]) -> Callable[[], object]:
    return lambda: operations.record_event(by.actor, message, now=NOW)


def rules() -> set[str]:
    return set(db.session.scalars(select(FindingRow.rule).where(FindingRow.cleared_at.is_(None))))


@AGAIN
def test_a_shipment_and_its_receipt_find_each_other(app: Flask, attempt: int) -> None:
    trade = Trade()
    acts = [telling(trade.minh, trade.ship()), telling(trade.hoa, trade.receive())]
    at_once(app, acts * 2)
    found = db.session.scalars(select(HandOff)).one()
    assert (found.state, found.shipped_quantity, found.received_quantity) == (
        *("disputed", "120", "118"),
    )
    assert "qty_mismatch" in rules()


@AGAIN
def test_a_spray_and_a_harvest_find_each_other(app: Flask, attempt: int) -> None:
    with transaction():
        lan = business("HTX Lan")
        lot = batch(lan, product(lan), "H1")
    ground: dict[str, Any] = {"plot_id": str(lan.plot_id)}
    early: dict[str, Any] = {"event_time": "2026-11-20T05:00:00+07:00", "fields": {"phi_days": 7}}
    spray = event(lan, "spray", **ground, **early)
    harvest = event(lan, "harvest", **ground, outputs=[line(lot, "5")])
    at_once(app, [telling(lan, spray), telling(lan, harvest)])
    assert "phi" in rules()


@AGAIN
def test_agreeing_with_what_is_just_corrected_settles_nothing_else(
    app: Flask, attempt: int
) -> None:
    trade = Trade()
    tell(trade.minh, trade.ship())
    receipt = trade.receive()
    tell(trade.hoa, receipt)
    correction = trade.receive("100", id=str(new_id()), corrects=receipt["id"])
    shipment = (trade.minh.producer_id, trade.ship_id)
    by = (trade.minh.producer_id, trade.minh.actor.member_id)
    agree = lambda: hand_offs.accept(shipment, by=by, now=NOW)  # noqa: E731
    at_once(app, [agree, telling(trade.hoa, correction)])
    found = db.session.scalars(select(HandOff)).one()
    assert found.received_quantity == "100"
    # Whoever came second: what was agreed to is 118, unless 100 was there before.
    assert found.state in {"disputed", "settled"}
