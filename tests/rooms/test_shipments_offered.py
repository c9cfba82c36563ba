"""Which shipments a receiver is offered to confirm: what is on its way to him as it stands now."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests import builders
from tests.builders import NOW, Business, line
from tests.trade import SHIPPED, Trade, tell
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.steps.shipment_options import shipments_from, shipments_to
from traceapp.phone import goods
from traceapp.web.endpoints import transaction

Offered = list[tuple[UUID, list[tuple[UUID, Decimal]]]]


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def offered(to: Business, also: UUID | None = None) -> Offered:
    """Give what is offered: shipment, and its lots with how much was sent."""
    db.session.rollback()
    found = shipments_to(to.producer_id, now=NOW, also=also)
    if also is None:
        ids = [one["event_id"] for one in goods.shipments(to.producer_id, NOW)]
        assert ids == [str(one.event_id) for one in found]
    return [
        (one.event_id, [(ref[1], Decimal(kg or 0)) for ref, kg, _ in one.items]) for one in found
    ]


def correct(trade: Trade, kg: str, **changes: Any) -> UUID:
    """Correct the shipment; give the id of what holds instead."""
    corrected: dict[str, Any] = {"id": str(new_id()), "corrects": str(trade.ship_id)} | changes
    return tell(trade.minh, trade.ship(kg, **corrected))


def test_a_shipment_is_offered_until_it_is_answered(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    assert offered(trade.hoa) == [(trade.ship_id, [(trade.greens, Decimal(120))])]
    tell(trade.hoa, trade.receive("120"))
    assert offered(trade.hoa) == []


def test_what_was_settled_by_a_correction_is_not_offered_again(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive("118"))
    correct(trade, "118")
    assert offered(trade.hoa) == []


def test_a_corrected_shipment_is_offered_once_as_it_holds(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    holds = correct(trade, "12")
    assert offered(trade.hoa) == [(trade.ship_id, [(trade.greens, Decimal(12))])]
    tell(trade.hoa, trade.receive("12", ship_event_id=str(holds)))
    assert offered(trade.hoa) == []


def test_what_was_redirected_is_offered_to_whom_it_goes_now(trade: Trade) -> None:
    with transaction():
        mai = builders.business("Quầy Mai", kinds=("shop",))
    tell(trade.minh, trade.ship())
    correct(trade, "120", fields={"to_site": str(mai.site_id)} | SHIPPED)
    assert offered(trade.hoa) == []
    assert offered(mai) == [(trade.ship_id, [(trade.greens, Decimal(120))])]


def test_a_lot_that_did_not_come_with_the_others_stays_offered(trade: Trade) -> None:
    with transaction():
        other = builders.batch(trade.minh, builders.product(trade.minh, name="Mồng tơi"), "MT-1")
    tell(trade.minh, trade.ship(inputs=[line(trade.greens, "120"), line(other, "7")]))
    tell(trade.hoa, trade.receive("120"))
    assert offered(trade.hoa) == [(trade.ship_id, [(other, Decimal(7))])]


def test_a_shipment_whose_receipt_was_of_another_is_offered_again(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.minh, trade.ship(id=str(trade.other_id)))
    receipt = trade.receive("120")
    tell(trade.hoa, receipt)
    of_other = {"id": str(new_id()), "corrects": receipt["id"]}
    tell(trade.hoa, trade.receive("120", ship_event_id=str(trade.other_id), **of_other))
    assert offered(trade.hoa) == [(trade.ship_id, [(trade.greens, Decimal(120))])]


@pytest.mark.parametrize("by_what_holds", [True, False])
def test_who_corrects_a_receipt_is_offered_what_it_answered(
    trade: Trade, *, by_what_holds: bool
) -> None:
    tell(trade.minh, trade.ship())
    holds = correct(trade, "118")
    named = holds if by_what_holds else trade.ship_id
    tell(trade.hoa, trade.receive("118", ship_event_id=str(named)))
    assert offered(trade.hoa, also=named) == [(named, [(trade.greens, Decimal(118))])]


def test_what_was_sent_is_listed_as_it_holds(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    holds = correct(trade, "118")
    found = shipments_from(trade.minh.producer_id, now=NOW)
    assert [one.event_id for one in found] == [holds]
