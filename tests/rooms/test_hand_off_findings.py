"""What is found about a hand-off follows its state: answers, agreement, pairing, corrections."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business
from tests.trade import SHIPPED, Trade, tell
from traceapp.batches.books.models import HandOff
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.concerned import Concerned
from traceapp.findings.keeping import judge_again
from traceapp.findings.models import FindingRow
from traceapp.handoffs import links, operations
from traceapp.trace.facts import AnswerKind, Ref
from traceapp.web.endpoints import transaction

SCHOOL = {"to_site": "Bếp ăn Trường Mầm non"} | SHIPPED
LATER = NOW + timedelta(days=2)


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def found(rule: str) -> list[UUID | None]:
    """Give the events of which a rule says something now."""
    db.session.rollback()
    standing = FindingRow.cleared_at.is_(None) & (FindingRow.rule == rule)
    return list(db.session.scalars(select(FindingRow.event_id).where(standing)))


def judge_later(trade: Trade) -> None:
    """Judge the shipment when its day is over, as the job does."""
    db.session.rollback()
    with transaction():
        judge_again(Concerned({Ref(trade.minh.producer_id, trade.ship_id)}), LATER)


def answer_by_link(trade: Trade, kg: str | None) -> None:
    """Answer without an account: so much arrived, or None: nothing is taken."""
    kind = AnswerKind.REFUSED if kg is None else AnswerKind.RECEIVED
    items = [{"quantity": Decimal(kg), "uom": "kg"}] if kg else []
    batch = Ref(trade.minh.producer_id, trade.greens)
    db.session.rollback()
    with transaction():
        by, day = trade.minh.actor.member_id, timedelta(days=1)
        made = links.make((batch.producer_id, trade.ship_id), by=by, now=NOW, lasts=day)
        link = links.find(made.token, NOW)
        assert link is not None
        reply = operations.Reply(kind, "Chị Sen", None, items)
        operations.answer(link, [batch], reply, now=NOW)


def agree(trade: Trade, side: Business) -> None:
    """Take over the other side's figure."""
    db.session.rollback()
    with transaction():
        by = (side.producer_id, side.actor.member_id)
        operations.accept((trade.minh.producer_id, trade.ship_id), by=by, now=NOW)


@pytest.mark.parametrize("kg", ["120", None])
def test_an_answer_by_link_ends_the_waiting(trade: Trade, kg: str | None) -> None:
    tell(trade.minh, trade.ship(fields=SCHOOL))
    judge_later(trade)
    assert found("handoff_confirm") == [trade.ship_id]
    answer_by_link(trade, kg)
    assert found("handoff_confirm") == []


def test_an_answer_by_link_of_another_quantity_is_a_mismatch_until_the_sender_agrees(
    trade: Trade,
) -> None:
    tell(trade.minh, trade.ship(fields=SCHOOL))
    answer_by_link(trade, "100")
    assert found("qty_mismatch") == [trade.ship_id]
    agree(trade, trade.minh)
    assert found("qty_mismatch") == []


def test_a_receipt_of_another_quantity_is_a_mismatch_until_either_side_agrees(
    trade: Trade,
) -> None:
    tell(trade.minh, trade.ship())
    receipt = tell(trade.hoa, trade.receive())
    assert found("qty_mismatch") == [receipt]
    agree(trade, trade.hoa)
    assert found("qty_mismatch") == []


def test_a_correction_of_the_shipment_settles_what_was_found_of_the_receipt(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    tell(trade.minh, trade.ship("118", id=str(new_id()), corrects=str(trade.ship_id)))
    assert found("qty_mismatch") == []


@pytest.mark.parametrize("ship_first", [True, False])
def test_a_receipt_that_names_no_shipment_answers_it_where_that_is_clear(
    trade: Trade, *, ship_first: bool
) -> None:
    """Whichever comes first; the other side's step is judged again too."""
    loose = trade.receive("100", ship_event_id=None)
    if ship_first:
        tell(trade.minh, trade.ship())
        judge_later(trade)
        assert found("handoff_confirm") == [trade.ship_id]
        tell(trade.hoa, loose)
    else:
        tell(trade.hoa, loose)
        tell(trade.minh, trade.ship())
        judge_later(trade)
    assert found("handoff_confirm") == []
    assert [str(one) for one in found("qty_mismatch")] == [loose["id"]]


def test_goods_moved_between_own_places_wait_for_nobody(trade: Trade) -> None:
    tell(trade.minh, trade.ship(fields={"to_site": str(trade.minh.site_id)} | SHIPPED))
    judge_later(trade)
    assert found("handoff_confirm") == []


def test_figures_in_different_units_are_compared_in_one(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    got = trade.receive("118000")
    got["outputs"][0]["uom"] = "g"
    tell(trade.hoa, got)
    db.session.rollback()
    row = db.session.scalars(select(HandOff)).one()
    assert Decimal(row.compared_shipped or 0) > Decimal(row.compared_received or 0)
    assert [str(one) for one in found("qty_mismatch")] == [got["id"]]
