"""Recalled goods on their way: who sent them and who waits for them are told; they count once."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import true

from tests.builders import line, record
from tests.rooms.test_recall_cases import NOW, acting, greens, issued, owner
from tests.trade import Trade, tell
from traceapp import problem
from traceapp.database.engine import db
from traceapp.desk.recalls.case_words import account
from traceapp.producers.models import Producer
from traceapp.recalls import answering
from traceapp.recalls.answering import Count
from traceapp.recalls.goods import scope
from traceapp.recalls.goods.held import Scope
from traceapp.recalls.notices import letters


@pytest.fixture
def trade(app: Flask) -> Trade:
    """Minh sent 120 kg of 300 kg of greens to Hoa; nobody received them yet."""
    made = Trade(on_sale=True)
    tell(made.minh, made.ship())
    return made


def figures(found: Scope) -> dict[str, tuple[int, int, int]]:
    """Give what each has, waits for, and sent."""
    return {
        str(one.holder.vi): (int(one.left), int(one.coming), int(one.sent)) for one in found.held
    }


def kilograms(found: Scope) -> tuple[int, int, int]:
    return int(found.left_kg), int(found.coming_kg), int(found.sold_kg)


def test_goods_on_their_way_count_once_and_concern_both_sides(trade: Trade) -> None:
    case = issued(owner(trade.minh), greens(trade))
    for found in (scope.of_batches([greens(trade)]), scope.of_case(case)):
        assert figures(found) == {"Xưởng Minh": (180, 0, 120), "Quầy Hoa": (0, 120, 0)}
        assert kilograms(found) == (180, 120, 0)
    assert [int(one.coming) for one in scope.held_by(case, trade.hoa.producer_id)] == [120]
    for side in (trade.minh, trade.hoa):
        assert [one.case for one in answering.unanswered(side.producer_id)] == [case]


def test_who_sent_all_of_it_away_is_told_too(trade: Trade) -> None:
    with acting():
        record(trade.minh, "waste", inputs=[line(trade.greens, "180")])
    case = issued(owner(trade.minh), greens(trade))
    assert figures(scope.of_case(case)) == {"Xưởng Minh": (0, 0, 120), "Quầy Hoa": (0, 120, 0)}
    assert [one.case for one in answering.unanswered(trade.minh.producer_id)] == [case]


def test_when_they_come_they_count_where_they_are(trade: Trade) -> None:
    case = issued(owner(trade.minh), greens(trade))
    tell(trade.hoa, trade.receive("120"))
    found = scope.of_case(case)
    assert figures(found) == {"Xưởng Minh": (180, 0, 0), "Quầy Hoa": (120, 0, 0)}
    assert kilograms(found) == (300, 0, 0)


def test_what_went_to_nobody_known_here_counts_at_who_sent_it(trade: Trade) -> None:
    with acting():
        to = {"to_site": "Chợ Mơ", "doc_no": "PX-2"}
        record(trade.minh, "ship", inputs=[line(trade.greens, "30")], fields=to)
    found = scope.of_batches([greens(trade)])
    assert figures(found) == {"Xưởng Minh": (150, 30, 120), "Quầy Hoa": (0, 120, 0)}
    assert kilograms(found) == (150, 150, 0)


def test_who_waits_answers_and_no_more_than_is_coming(trade: Trade) -> None:
    case = issued(owner(trade.minh), greens(trade))
    hoa = owner(trade.hoa).member
    too_much = Count(greens(trade), Decimal(0), Decimal(121))
    with pytest.raises(problem.InvalidInput), acting():
        answering.acknowledge(case, hoa, too_much, now=NOW)
    with acting():
        answering.acknowledge(case, hoa, Count(greens(trade), Decimal(0), Decimal(120)), now=NOW)
    assert answering.unanswered(trade.hoa.producer_id) == []
    told = account(scope.of_case(case))
    assert (told.answered, told.asked, told.percent) == (1, 2, Decimal("40.0"))
    tell(trade.hoa, trade.receive("120"))
    (held,) = scope.held_by(case, trade.hoa.producer_id)
    assert (int(held.left), int(held.missing)) == (120, 0)


def test_both_sides_get_a_letter(trade: Trade) -> None:
    case = issued(owner(trade.minh), greens(trade))
    with acting():
        for side in (trade.minh, trade.hoa):
            found = db.session.get_one(Producer, side.producer_id)
            found.email = f"{side.producer_id.hex}@example.vn"
    told = letters.holders(case, true())
    assert {one.name for one in told} == {"Xưởng Minh", "Quầy Hoa"}


def test_what_was_refused_comes_back_to_who_sent_it_and_counts_once(trade: Trade) -> None:
    case = issued(owner(trade.minh), greens(trade))
    tell(trade.hoa, trade.refuse())
    assert figures(scope.of_case(case)) == {"Xưởng Minh": (180, 120, 0)}
    assert answering.unanswered(trade.hoa.producer_id) == []
    with acting():
        back = {"outputs": [line(trade.greens, "50")], "ship_event_id": str(trade.ship_id)}
        record(trade.minh, "receive", **back)
    assert figures(scope.of_case(case)) == {"Xưởng Minh": (230, 70, 0)}
