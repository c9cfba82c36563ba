"""The index of hand-offs in the database: both sides' records in any order, and corrections."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests import builders
from tests.builders import NOW, line
from tests.trade import SHIPPED, Trade, tell
from traceapp import problem
from traceapp.batches.books import hand_offs
from traceapp.batches.books.models import HandOff
from traceapp.batches.queries import balance
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.handoffs import queries
from traceapp.web import lists
from traceapp.web.endpoints import transaction

# Shipment, receipt and a correction of each.
ORDERS = list(itertools.permutations(range(4)))


def row() -> HandOff:
    db.session.rollback()
    return db.session.scalars(select(HandOff)).one()


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def test_a_shipment_is_an_offer_to_the_place_it_goes_to(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    found = row()
    assert (found.state, found.sender_id, found.receiver_id) == (
        "on_the_way",
        trade.minh.producer_id,
        trade.hoa.producer_id,
    )
    assert (found.shipped_quantity, found.received_quantity) == ("120", None)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_of_arrival_ends_in_the_same_index(
    trade: Trade, order: tuple[int, ...]
) -> None:
    ship, receipt = trade.ship(), trade.receive()
    correction = trade.ship("118", id=str(new_id()), corrects=str(trade.ship_id))
    after = trade.receive("118", id=str(new_id()), corrects=receipt["id"])
    messages = [
        (trade.minh, ship),
        (trade.hoa, receipt),
        (trade.minh, correction),
        (trade.hoa, after),
    ]
    for place in order:
        tell(*messages[place])
    found = row()
    assert (found.state, found.event_id, str(found.record_id)) == (
        "settled",
        trade.ship_id,
        correction["id"],
    )
    assert (found.shipped_quantity, found.received_quantity) == ("118", "118")


def test_a_receipt_before_its_shipment_waits_and_pairs(trade: Trade) -> None:
    tell(trade.hoa, trade.receive("120"))
    waiting = row()
    assert (waiting.state, waiting.sender_id) == ("unmatched", trade.minh.producer_id)
    assert waiting.producer_id == trade.hoa.producer_id
    tell(trade.minh, trade.ship())
    paired = row()
    assert (paired.state, paired.producer_id) == ("matched", trade.minh.producer_id)


def test_a_receipt_that_names_no_shipment_pairs_where_it_is_clear(trade: Trade) -> None:
    tell(trade.hoa, trade.receive("120", ship_event_id=None))
    assert row().state == "unmatched"
    tell(trade.minh, trade.ship())
    assert row().state == "matched"


def test_a_refusal_needs_nothing_in_hand_and_moves_nothing(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.refuse(fields={"reason": "dập"}))
    assert row().state == "refused"
    batch = (trade.minh.producer_id, trade.greens)
    assert not any(balance(trade.hoa.producer_id, batch).values())
    tell(trade.minh, trade.receive("120", site_id=str(trade.minh.site_id)))
    assert row().state == "refused"
    books = balance(trade.minh.producer_id, batch)
    assert {books["returned_in"], books["stock"]} == {Decimal(120), Decimal(300)}


def test_only_who_is_offered_goods_may_refuse_them(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    with transaction():
        tung = builders.business("Tùng", kinds=("shop",))
    message = trade.refuse(site_id=str(tung.site_id))
    with pytest.raises(problem.NotFound) as caught:
        tell(tung, message)
    assert [finding.pointer for finding in caught.value.findings] == ["/about/0/batch_id"]


def test_goods_moved_between_own_places_are_no_hand_off(trade: Trade) -> None:
    own = {"to_site": str(trade.minh.site_id)} | SHIPPED
    tell(trade.minh, trade.ship(fields=own))
    assert db.session.scalars(select(HandOff)).all() == []


def test_a_shipment_to_a_name_is_kept_under_that_name(trade: Trade) -> None:
    tell(trade.minh, trade.ship(fields={"to_site": "Bếp ăn Trường Mầm non"} | SHIPPED))
    found = row()
    assert (found.receiver_id, found.other_name) == (None, "Bếp ăn Trường Mầm non")
    assert found.folded_name == "bep an truong mam non"


def test_spaces_around_a_destination_change_nothing(trade: Trade) -> None:
    tell(trade.minh, trade.ship(fields={"to_site": f" {trade.hoa.site_id} "} | SHIPPED))
    assert row().receiver_id == trade.hoa.producer_id
    tell(trade.hoa, trade.refuse())  # nobody but who is offered goods may name them
    assert row().state == "refused"


def test_a_name_with_spaces_is_kept_without_them(trade: Trade) -> None:
    tell(trade.minh, trade.ship(fields={"to_site": " Bếp ăn Hoa Sen "} | SHIPPED))
    assert row().other_name == "Bếp ăn Hoa Sen"


@pytest.mark.parametrize("more", [timedelta(0), timedelta.resolution])
def test_the_list_and_the_page_of_a_delivery_agree_when_its_day_is_over(
    trade: Trade, more: timedelta
) -> None:
    tell(trade.minh, trade.ship())
    now = row().sent_at + timedelta(days=1) + more
    reader = trade.minh.producer_id
    (one,) = queries.of_event(reader, trade.ship_id)
    for state in ("on_the_way", "not_confirmed"):
        found = queries.listed(reader, lists.Asked(chosen={"state": state}), now)
        assert len(found.rows) == (queries.state_of(one, now) == state)


def test_a_shipment_taken_back_by_its_sender_is_gone(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    with transaction():
        other = builders.batch(trade.minh, builders.product(trade.minh, name="Mồng tơi"), "MT-1")
    fixed = trade.ship(id=str(new_id()), corrects=str(trade.ship_id), inputs=[line(other, "5")])
    tell(trade.minh, fixed)
    found = row()
    assert (found.batch_id, found.event_id) == (other, trade.ship_id)


def test_the_index_made_anew_is_the_index_that_was_kept(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    before = _all_rows()
    db.session.rollback()
    with transaction():
        db.session.execute(delete(HandOff))
        hand_offs.index_all_job({}, NOW + timedelta(days=1))()
    assert _all_rows() == before


def _all_rows() -> list[tuple[Any, ...]]:
    db.session.rollback()
    return [tuple(found) for found in db.session.execute(select(*HandOff.__table__.columns))]


def test_nobody_hands_over_the_same_goods_under_the_number_of_anothers_shipment(
    trade: Trade,
) -> None:
    tell(trade.minh, trade.ship())
    with transaction():
        tung = builders.business("Tung", kinds=("shop",))
    mine = line(trade.greens, "7", producer_id=str(trade.minh.producer_id))
    tell(tung, builders.event(tung, "receive", outputs=[mine]))
    forged = builders.event(
        tung,
        "ship",
        id=str(trade.ship_id),
        inputs=[mine],
        fields={"to_site": str(trade.hoa.site_id)},
    )
    with pytest.raises(problem.InvalidInput) as refused:
        tell(tung, forged)
    assert [one.rule for one in refused.value.findings] == ["id_in_use"]
    tell(trade.hoa, trade.receive("120"))
    found = db.session.scalars(select(HandOff).where(HandOff.event_id == trade.ship_id)).all()
    assert [(one.producer_id, one.state) for one in found] == [(trade.minh.producer_id, "matched")]


def test_a_shipment_sent_again_is_the_same_one(trade: Trade) -> None:
    assert tell(trade.minh, trade.ship()) == tell(trade.minh, trade.ship())
