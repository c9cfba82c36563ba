"""Many writers at once leave the books exact."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product, record
from traceapp.batches import operations, queries
from traceapp.batches.books import hand_offs
from traceapp.batches.books.models import CorrectedEvent, HandOff, SetAsideParent
from traceapp.batches.family.lineage import ancestors
from traceapp.database.engine import db
from traceapp.trace.facts import Ref as FactRef
from traceapp.web.endpoints import transaction


def at_once(app: Flask, by: Business, messages: Sequence[dict[str, Any]]) -> None:
    """Record each message from a thread of its own, all starting together."""
    all_at_once(app, [(by, message) for message in messages])


def all_at_once(app: Flask, told: Sequence[tuple[Business, dict[str, Any]]]) -> None:
    """Record what each says from a thread of its own, all starting together."""
    start = Barrier(len(told))

    def send(by: Business, message: dict[str, Any]) -> None:
        with app.app_context():
            start.wait(60)
            with transaction():
                operations.record_event(by.actor, message, now=NOW)

    with ThreadPoolExecutor(len(told)) as pool:
        for sent in [pool.submit(send, *one) for one in told]:
            sent.result(120)


def test_fifty_who_take_ten_kilograms_of_a_hundred_leave_the_ledger_exact(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        lot = batch(lan, product(lan), "H1")
        record(lan, "harvest", outputs=[line(lot, "100")])
    at_once(app, lan, [event(lan, "sell", inputs=[line(lot, "10")]) for _ in range(50)])
    with app.app_context():
        balance = queries.balance(lan.producer_id, (lan.producer_id, lot))
        assert balance == {"made": 100, "sold": 500, "stock": -400}


def test_a_correction_that_comes_at_once_with_its_step_never_misses_it(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
    for _ in range(10):  # about no goods in common, which would let them wait for each other
        wrong = event(lan, "weed")
        right = event(lan, "weed", corrects=wrong["id"])
        better = [event(lan, "weed", corrects=right["id"]) for _ in range(2)]
        at_once(app, lan, [wrong, right, *better])
        db.session.rollback()
        corrected = select(CorrectedEvent.replaced_by_id).distinct()
        last = max(UUID(message["id"]) for message in better)
        assert last in set(db.session.scalars(corrected)), "it holds instead of all the others"
    db.session.rollback()
    assert len(db.session.scalars(select(CorrectedEvent)).all()) == 3 * 10
    assert len(set(db.session.scalars(select(CorrectedEvent.replaced_by_id)))) == 10


def test_parts_of_a_circle_that_come_at_once_are_one_circle(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        greens = product(lan)
        lots = [batch(lan, greens, f"L{number}") for number in range(4)]
    for round_number in range(5):
        messages = [
            event(
                lan,
                "pack",
                event_time=f"2026-11-2{round_number % 2}T0{number}:00:00+07:00",
                inputs=[line(lots[number], "1")],
                outputs=[line(lots[(number + 1) % 4], "1")],
            )
            for number in range(4)
        ]
        at_once(app, lan, messages)
    db.session.rollback()
    aside = set(db.session.scalars(select(SetAsideParent.batch_id)))
    assert aside  # each lot is above each other one by some step, so some had to yield
    for lot in lots:
        assert (lan.producer_id, lot) not in _proper_ancestors((lan.producer_id, lot))


def _proper_ancestors(ref: tuple[UUID, UUID]) -> set[tuple[UUID, UUID]]:
    """Give what stands above a batch, itself too where a circle leads back to it."""
    above: set[tuple[UUID, UUID]] = set()
    for parent in ancestors(ref):
        above |= ancestors(parent)
    return above


def test_a_corrected_shipment_and_its_receipt_that_come_at_once_know_of_each_other(
    app: Flask,
) -> None:
    with transaction():
        lan, hoa = business("HTX Lan"), business("Quầy Hoa", kinds=("shop",))
        greens = product(lan)
        first, second = (batch(lan, greens, lot) for lot in ("L1", "L2"))
        record(lan, "harvest", outputs=[line(first, "900"), line(second, "900")])
    to = {"fields": {"to_site": str(hoa.site_id)}}
    for _ in range(10):
        wrong = event(lan, "ship", inputs=[line(first, "20")], **to)
        with transaction():
            operations.record_event(lan.actor, wrong, now=NOW)
        right = event(lan, "ship", inputs=[line(second, "20")], corrects=wrong["id"], **to)
        came = [line(first, "20", producer_id=str(lan.producer_id))]
        at = "2026-11-21T08:00:00+07:00"
        got = event(hoa, "receive", event_time=at, outputs=came, ship_event_id=wrong["id"])
        all_at_once(app, [(lan, right), (hoa, got)])
    db.session.rollback()
    kept = _hand_offs()
    with transaction():
        hand_offs.index([FactRef(lan.producer_id, lot) for lot in (first, second)], NOW)
    assert kept == _hand_offs()


def _hand_offs() -> list[tuple[UUID, UUID, str]]:
    rows = db.session.scalars(select(HandOff))
    found = sorted((one.event_id, one.batch_id, one.state) for one in rows)
    db.session.rollback()
    return found
