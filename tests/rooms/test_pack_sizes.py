"""Packs keep their size (ADR 24): what comes late converts as if it had come at once."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from traceapp import problem
from traceapp.batches import operations, product_changes, queries
from traceapp.batches.models import EventItem, Product
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

BAGS = {"name": "Túi 500 g", "uom": "túi", "net_quantity": "0.5", "net_uom": "kg"}
SMALLER = {"net_quantity": "0.45", "net_uom": "kg"}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


def change(lan: Business, product_id: UUID, **said: Any) -> str:
    """Change what a product says; give the rule that refuses it, or nothing."""
    db.session.rollback()
    try:
        with transaction():
            old = product_changes.record_of(
                product_changes.find_product(lan.producer_id, product_id)
            )
            old.pop("version")
            given = old | said
            product_changes.change_product(lan.actor, product_id, given, version=None, now=NOW)
    except problem.InvalidInput as refused:
        (finding,) = refused.findings
        assert finding.pointer == "/net_quantity"
        return finding.rule
    return ""


def content(lan: Business, product_id: UUID) -> tuple[str | None, str | None]:
    db.session.rollback()
    found = db.session.get_one(Product, (lan.producer_id, product_id))
    return found.net_quantity, found.net_uom


@pytest.mark.parametrize("before", [BAGS, BAGS | {"net_quantity": None, "net_uom": None}])
def test_a_pack_keeps_its_size_from_the_first_lot_on(lan: Business, before: dict[str, Any]) -> None:
    with transaction():
        bags = product(lan, **before)
    assert change(lan, bags, **SMALLER) == ""  # a mistake of the first hour
    assert change(lan, bags, **before) == ""
    with transaction():
        batch(lan, bags, "T1", uom="túi")
    was = content(lan, bags)
    for other in (SMALLER, {"net_quantity": "0.5", "net_uom": "g"}):
        assert change(lan, bags, **other) == "pack_size_in_use"
    assert content(lan, bags) == was
    assert change(lan, bags, name="Túi nhỏ") == ""


def test_the_same_content_in_another_unit_is_no_change(lan: Business) -> None:
    with transaction():
        bags = product(lan, **BAGS)
        batch(lan, bags, "T1", uom="túi")
    assert change(lan, bags, net_quantity="500", net_uom="g") == ""
    assert content(lan, bags) == ("500", "g")
    assert change(lan, bags, net_quantity=None, net_uom=None) == "pack_size_in_use"


def test_no_first_size_is_said_later_of_lots_whose_mass_it_would_tell(lan: Business) -> None:
    with transaction():
        milk = product(lan, name="Sữa", uom="lít")
        lot = batch(lan, milk, "S1", uom="lít")
        operations.record_event(
            lan.actor, event(lan, "pack", outputs=[line(lot, "10", "lít")]), now=NOW
        )
    assert db.session.scalars(select(EventItem.mass)).one() is None
    assert change(lan, milk, net_quantity="1.03", net_uom="kg") == "pack_size_in_use"


def test_a_first_size_is_said_later_of_lots_that_are_kept_by_weight(lan: Business) -> None:
    with transaction():
        greens = product(lan, name="Cải ngọt rời", uom="kg")
        batch(lan, greens, "R1")
    assert change(lan, greens, **SMALLER) == ""
    assert content(lan, greens) == ("0.45", "kg")
    for other in (BAGS, {"net_quantity": None, "net_uom": None}):
        assert change(lan, greens, **other) == "pack_size_in_use"


@pytest.mark.parametrize("seed", range(3))
def test_steps_convert_alike_in_any_order_around_a_wish_to_change_the_size(
    lan: Business, seed: int
) -> None:
    with transaction():
        bags = product(lan, **BAGS)
        lot = batch(lan, bags, "T1", uom="túi")
    packed = event(lan, "pack", outputs=[line(lot, "12")], event_time="2026-11-20T08:00:00+07:00")
    sold = event(lan, "sell", inputs=[line(lot, "3", "túi")])
    right = event(lan, "pack", corrects=packed["id"], outputs=[line(lot, "11")])
    told = [packed, sold, right]
    Random(seed).shuffle(told)
    for one in told:
        with transaction():
            operations.record_event(lan.actor, one, now=NOW)
        assert change(lan, bags, **SMALLER) == "pack_size_in_use"
    assert queries.balance(lan.producer_id, (lan.producer_id, lot))["stock"] == 19
    masses = select(EventItem.mass).order_by(EventItem.mass)
    assert db.session.scalars(masses).all() == [1_500_000, 11_000_000, 12_000_000]


def test_a_lot_registered_at_once_with_a_change_has_the_size_that_stands(
    app: Flask, lan: Business
) -> None:
    for n in range(5):
        db.session.rollback()
        with transaction():
            bags = product(lan, **BAGS | {"name": f"Túi {n}"})
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            made = pool.submit(pack, app, lan, bags, start)
            changed = pool.submit(shrink, app, lan, bags, start)
            mass, refused = made.result(60), changed.result(60)
        assert mass == (5_000_000 if refused else 4_500_000)
        assert content(lan, bags)[0] == ("0.5" if refused else "0.45")


def pack(app: Flask, lan: Business, bags: UUID, start: Barrier) -> int | None:
    """Register a lot and pack ten of it in one transaction; give what they weigh."""
    with app.app_context():
        start.wait(60)
        with transaction():
            lot = batch(lan, bags, "T1", uom="túi")
            operations.record_event(
                lan.actor, event(lan, "pack", outputs=[line(lot, "10", "túi")]), now=NOW
            )
        return db.session.scalars(select(EventItem.mass).where(EventItem.batch_id == lot)).one()


def shrink(app: Flask, lan: Business, bags: UUID, start: Barrier) -> str:
    with app.app_context():
        start.wait(60)
        return change(lan, bags, **SMALLER)
