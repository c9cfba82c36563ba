"""The recalls a holder is asked to answer: what is due first stands first, and none is hidden."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask, g

from tests.builders import Business, business, line, record
from tests.http.on_sale import page
from tests.rooms.test_recall_cases import acting, officer, owner, soup_of
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.codes.models import RecallNotice
from traceapp.database.engine import db
from traceapp.desk.attention import KEPT
from traceapp.recalls import answering, cases
from traceapp.recalls.answering import Count
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.stops import stopping
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

NOW = datetime.now(UTC)


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


def soups(trade: Trade, count: int) -> list[Ref]:
    source = Ref(trade.minh.producer_id, trade.greens)
    return [soup_of(trade.hoa, source, "2") for _ in range(count)]


def issued(by: Actor, batch: Ref, why: str, *, ago: timedelta, is_drill: bool = False) -> Ref:
    """Issue a recall some time ago: its deadline is a day later."""
    with acting():
        suspicion = Suspicion(batch, "drill" if is_drill else "batch", why, is_drill)
        case = cases.open_case(by, suspicion, now=NOW - ago)
        order = Order(why, "high", "Để riêng", "0900 000 062")
        cases.issue(case, by, order, [batch], now=NOW - ago)
    return case


def desk(app: Flask, who: Business, path: str) -> str:
    db.session.rollback()
    g.pop(KEPT, None)
    with app.app_context():
        return page(signed_in(app, who), path, language="en")


def answer(case: Ref, by: Business, batch: Ref) -> None:
    with acting():
        member = Ref(by.producer_id, by.actor.member_id)
        answering.acknowledge(case, member, Count(batch, Decimal(0), Decimal(1)), now=NOW)


def order_of(text: str, whys: list[str]) -> list[str]:
    return sorted((why for why in whys if why in text), key=text.index)


def test_what_is_due_first_comes_first_and_today_leads_to_all(app: Flask, trade: Trade) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    whys = [f"Nghi số {number}" for number in range(7)]
    made = soups(trade, 7)
    for number, (why, one) in enumerate(zip(whys, made, strict=True)):
        issued(officer(office), one, why, ago=timedelta(hours=number))
    drill = "Tập cho quen"
    issued(owner(trade.hoa), made[0], drill, ago=timedelta(hours=20), is_drill=True)
    today = desk(app, trade.hoa, "/desk")
    oldest_first = list(reversed(whys))
    assert order_of(today, [*whys, drill]) == oldest_first[:5]
    assert "Recalls that wait for your answer: 8." in today
    assert 'href="/desk/recalls?state=waiting"' in today
    listed = desk(app, trade.hoa, "/desk/recalls?state=waiting")
    assert order_of(listed, [*whys, drill]) == [*oldest_first, drill]
    assert "Recalls to answer" in today.partition("<main")[0]
    assert not order_of(desk(app, trade.minh, "/desk/recalls"), whys)


def test_it_is_searched_without_accents_and_narrowed_by_what_was_answered(
    app: Flask, trade: Trade
) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    first, second, third = soups(trade, 3)
    late = issued(officer(office), first, "Vi khuẩn đường ruột", ago=timedelta(days=2))
    done = issued(officer(office), second, "Dư lượng thuốc", ago=timedelta(hours=1))
    over = issued(officer(office), third, "Sai nhãn", ago=timedelta(hours=2))
    answer(done, trade.hoa, second)
    with acting():
        db.session.get_one(RecallNotice, (over.producer_id, over.id)).ended_at = NOW
    whys = ["Vi khuẩn đường ruột", "Dư lượng thuốc", "Sai nhãn"]
    assert order_of(desk(app, trade.hoa, "/desk/recalls"), whys) == whys
    for state, why in zip(("waiting", "answered", "over"), whys, strict=True):
        assert order_of(desk(app, trade.hoa, f"/desk/recalls?state={state}"), whys) == [why]
    assert order_of(desk(app, trade.hoa, "/desk/recalls?q=duong+ruot"), whys) == whys[:1]
    assert "Overdue" in desk(app, trade.hoa, "/desk/recalls?state=waiting")
    table = desk(app, trade.hoa, "/desk/recalls?format=csv")
    assert [why for why in whys if why in table] == whys
    assert f"/desk/recalls/{late.id}" in desk(app, trade.hoa, "/desk/recalls")


def test_a_list_of_none_says_so(app: Flask, trade: Trade) -> None:
    told = desk(app, trade.hoa, "/desk/recalls")
    assert "No recall reaches goods that you have, sold or wait for." in told


def test_who_only_waits_for_the_goods_finds_it_too(app: Flask) -> None:
    trade = Trade(on_sale=True)
    with acting():
        to = {"to_site": str(trade.hoa.site_id), "doc_no": "PX-3"}
        record(trade.minh, "ship", inputs=[line(trade.greens, "30")], fields=to)
    batch = Ref(trade.minh.producer_id, trade.greens)
    issued(owner(trade.minh), batch, "Nghi nhiễm", ago=timedelta(hours=1))
    assert "Nghi nhiễm" in desk(app, trade.hoa, "/desk/recalls")


def test_of_more_stops_than_fit_today_all_are_one_tap_away(app: Flask, trade: Trade) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    made = soups(trade, 7)
    for one in made:
        with acting():
            stopping.stop(one, officer(office), "stop:unsafe", now=NOW)
    today = desk(app, trade.hoa, "/desk")
    assert today.count("stopped the sale of lot") == 5
    assert "Stopped sales that concern you: 7." in today
    assert 'href="/desk?all=stops"' in today
    everything = desk(app, trade.hoa, "/desk?all=stops")
    assert everything.count("stopped the sale of lot") == 7
    assert "Stopped sales that concern you" not in everything
