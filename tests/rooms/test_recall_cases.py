"""Recall cases: what they reach, who may do what alone, what codes say, what holders answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.builders import LABEL, Business, batch, business, event, line, product, record
from tests.trade import Trade
from tests.triggers import disarm
from traceapp import problem
from traceapp.batches import operations as batches
from traceapp.batches.recording import capturing
from traceapp.codes import queries as codes
from traceapp.codes.models import RecalledBatch
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings import attempts
from traceapp.jobs.models import Job
from traceapp.jobs.registry import handler_of
from traceapp.producers import operations as producers
from traceapp.recalls import answering, case_queries, cases
from traceapp.recalls.answering import Count
from traceapp.recalls.case_queries import Case
from traceapp.recalls.cases import Order, Suspicion, Wish
from traceapp.recalls.goods import reach, scope
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LOTS = count(1)
LATER = NOW + timedelta(minutes=31)
ORDER = Order("Dư lượng vượt ngưỡng", "high", "Không ăn, mang trả nơi mua", "Chi cục, 0900 000 062")


@pytest.fixture
def trade(app: Flask) -> Trade:
    """Minh sent 120 kg of 300 kg of greens to Hoa, who took 118."""
    made = Trade(on_sale=True)
    with acting():
        batches.record_event(made.minh.actor, made.ship(), now=NOW)
        batches.record_event(made.hoa.actor, made.receive(), now=NOW)
    return made


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def officer(office: Business) -> Actor:
    return Actor(Ref(office.producer_id, office.actor.member_id), is_authority=True)


def colleague(of: Business, role: str = "officer") -> Actor:
    given = {"name": "Chị Tư", "roles": [role]}
    with acting():
        member_id = producers.add_member(of.producer_id, given)
    return Actor(Ref(of.producer_id, member_id), is_authority=role == "officer")


@contextmanager
def acting() -> Iterator[None]:
    """Act in a transaction of its own: what was read before is over."""
    db.session.rollback()
    with transaction():
        yield


def owner(of: Business) -> Actor:
    return Actor(Ref(of.producer_id, of.actor.member_id), is_authority=False)


def greens(trade: Trade) -> Ref:
    return Ref(trade.minh.producer_id, trade.greens)


def issued(by: Actor, batch: Ref, *, is_drill: bool = False) -> Ref:
    with acting():
        suspicion = Suspicion(batch, "drill" if is_drill else "batch", "Nghi nhiễm", is_drill)
        case = cases.open_case(by, suspicion, now=NOW)
        cases.issue(case, by, ORDER, [batch], now=NOW)
    return case


def found(case: Ref) -> Case:
    told = case_queries.find(case)
    assert told is not None
    return told


def soup_of(by: Business, source: Ref, kg: str = "10") -> Ref:
    """Make soup of somebody's greens that one has in hand."""
    with acting():
        made_of = product(by, name=f"Canh {new_id()}", role="finished", label=LABEL)
        made = batch(by, made_of, f"C-{next(LOTS)}")
        taken = line(source.id, kg, producer_id=str(source.producer_id))
        record(by, "pack", inputs=[taken], outputs=[line(made, kg)])
    return Ref(by.producer_id, made)


def state(batch: Ref) -> CodeState:
    db.session.rollback()
    fact = codes.of_batch(*batch)
    assert fact is not None
    return fact.state


def reached(case: Ref) -> set[Ref]:
    db.session.rollback()
    return set(scope.batches_of(case))


def test_a_producer_recalls_his_own_lot_alone_and_its_code_says_who_and_why(trade: Trade) -> None:
    before = state(greens(trade))
    case = issued(owner(trade.minh), greens(trade))
    fact = codes.of_batch(*greens(trade))
    assert fact is not None
    assert (fact.state, fact.actor) == (CodeState.RECALLED, "Xưởng Minh")
    assert (fact.reason, fact.changed_at) == (ORDER.reason, NOW)
    assert before is not CodeState.RECALLED
    assert found(case).number == "TH-2026-001"


def test_nobody_opens_a_case_about_the_lot_of_somebody_else(trade: Trade) -> None:
    with pytest.raises(problem.NotFound), acting():
        cases.open_case(owner(trade.hoa), Suspicion(greens(trade), "batch", "?"), now=NOW)


def test_what_is_made_of_it_by_others_waits_for_a_second_officer(
    trade: Trade, office: Business
) -> None:
    soup = soup_of(trade.hoa, greens(trade))
    first = officer(office)
    case = issued(first, greens(trade))
    assert reached(case) == {greens(trade), soup}
    assert state(greens(trade)) is CodeState.RECALLED
    assert state(soup) is not CodeState.RECALLED
    (act,) = found(case).waiting
    with pytest.raises(problem.InvalidInput), acting():
        cases.agree(case, act.act_id, first, "gấp", now=NOW + timedelta(minutes=29))
    second = colleague(office)
    with acting():
        cases.agree(case, act.act_id, second, "", now=NOW)
    assert state(soup) is CodeState.RECALLED
    with pytest.raises(problem.NotFound), acting():
        cases.agree(case, act.act_id, second, "", now=NOW)


def test_after_half_an_hour_the_officer_goes_on_alone_with_a_reason(
    trade: Trade, office: Business
) -> None:
    soup = soup_of(trade.hoa, greens(trade))
    case = issued(officer(office), greens(trade))
    (act,) = found(case).waiting
    with pytest.raises(problem.InvalidInput), acting():
        cases.agree(case, act.act_id, officer(office), "", now=LATER)
    with acting():
        cases.agree(case, act.act_id, officer(office), "Đã gọi 3 lần", now=LATER)
    assert state(soup) is CodeState.RECALLED


def test_a_producer_cannot_reach_into_the_lots_of_others(trade: Trade, office: Business) -> None:
    soup = soup_of(trade.hoa, greens(trade))
    case = issued(owner(trade.minh), greens(trade))
    (act,) = found(case).waiting
    helper = colleague(trade.minh, "owner")
    with pytest.raises(problem.InvalidInput), acting():
        cases.agree(case, act.act_id, helper, "", now=LATER)
    assert state(soup) is not CodeState.RECALLED
    with acting():
        cases.agree(case, act.act_id, officer(office), "", now=NOW)
    assert state(soup) is CodeState.RECALLED


def test_what_is_recorded_later_is_reached_too_and_stays_reached(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    soup = soup_of(trade.hoa, greens(trade))
    assert soup in reached(case)
    own = soup_of(trade.minh, greens(trade))
    assert state(own) is CodeState.RECALLED


def test_lots_that_others_make_later_wait_for_a_second_officer(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    assert found(case).waiting == ()
    assert [act.kind for act in found(case).acts] == ["issue"]
    soup = soup_of(trade.hoa, greens(trade))
    (act,) = found(case).waiting
    assert state(soup) is not CodeState.RECALLED
    second = colleague(office)
    with acting():
        cases.agree(case, act.act_id, second, "", now=NOW)
    assert state(soup) is CodeState.RECALLED


def test_what_was_recorded_at_the_moment_of_the_issue_is_caught_up_with(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    soup = soup_of(trade.minh, greens(trade))
    with acting():
        disarm("recalled_batch")
        db.session.execute(delete(RecalledBatch).where(RecalledBatch.batch_id == soup.id))
    assert reached(case) == {greens(trade)}
    job = db.session.scalars(select(Job).where(Job.kind == reach.CATCH_UP)).one()
    assert job.run_after == NOW + reach.CAUGHT_UP_AFTER
    deed = handler_of(job.kind)(json.loads(job.payload), NOW)
    with acting():
        deed()
    assert reached(case) == {greens(trade), soup}


def test_a_release_takes_two_and_every_code_says_again_what_it_said(trade: Trade) -> None:
    before = state(greens(trade))
    case = issued(owner(trade.minh), greens(trade))
    with acting():
        cases.ask(case, owner(trade.minh), Wish("release", "Xét nghiệm lại đạt"), now=NOW)
    (act,) = found(case).waiting
    with pytest.raises(problem.InvalidInput), acting():
        cases.agree(case, act.act_id, owner(trade.minh), "", now=NOW)
    second = colleague(trade.minh, "owner")
    with acting():
        cases.agree(case, act.act_id, second, "Lấy mẫu nhầm lô", now=NOW)
    assert state(greens(trade)) is before
    assert found(case).is_over


def test_a_batch_that_was_let_go_is_no_way_on(trade: Trade, office: Business) -> None:
    case = issued(officer(office), greens(trade))
    soup = soup_of(trade.minh, greens(trade))
    with acting():
        cases.ask(case, officer(office), Wish("narrow", "Lô khác", (soup,)), now=NOW)
        (act,) = found(case).waiting
    second = colleague(office)
    with acting():
        cases.agree(case, act.act_id, second, "Nấu từ lô khác", now=NOW)
    assert reached(case) == {greens(trade)}
    further = soup_of(trade.minh, soup, "2")
    assert reached(case) == {greens(trade)}
    with acting():
        cases.widen(case, officer(office), [soup], "Nghi lại", now=NOW)
    assert reached(case) == {greens(trade), soup, further}


def test_a_drill_asks_and_counts_and_stops_nothing(trade: Trade, office: Business) -> None:
    before = state(greens(trade))
    case = issued(officer(office), greens(trade), is_drill=True)
    assert reached(case) == {greens(trade)}
    assert state(greens(trade)) is before
    assert found(case).number.startswith("DT-")


def test_recalled_goods_are_neither_sold_nor_sent(trade: Trade, office: Business) -> None:
    issued(officer(office), greens(trade))
    taken = line(trade.greens, "1", producer_id=str(trade.minh.producer_id))
    message = capturing.read(event(trade.hoa, "sell", inputs=[taken]))
    verdict = attempts.judge(trade.hoa.actor, message, now=NOW)
    assert "recalled" in {one.rule for one in verdict.findings if one.blocks}


def test_holders_answer_what_they_sold_and_set_apart_and_never_more_than_they_had(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    hoa = owner(trade.hoa).member
    with acting():
        answer = Count(greens(trade), Decimal(8), Decimal(110), "Để ở kho lạnh")
        answering.acknowledge(case, hoa, answer, now=NOW)
    held = {one.holder.vi: one for one in scope.of_case(case).held}
    said = held["Quầy Hoa"].answer
    assert said is not None
    assert (said.sold, said.set_apart) == (Decimal(8), Decimal(110))
    assert held["Quầy Hoa"].missing == 0
    assert held["Xưởng Minh"].is_owed
    too_much = Count(greens(trade), Decimal(8), Decimal("110.5"))
    with pytest.raises(problem.InvalidInput), acting():
        answering.acknowledge(case, hoa, too_much, now=NOW)
    stranger = business_in_a_turn("Bà Tư")
    nothing = Count(greens(trade), Decimal(0), Decimal(0))
    with pytest.raises(problem.NotFound), acting():
        answering.acknowledge(case, owner(stranger).member, nothing, now=NOW)


def test_books_that_ran_over_are_told_as_they_are(trade: Trade, office: Business) -> None:
    case = issued(officer(office), greens(trade))
    with acting():
        record(trade.minh, "sell", inputs=[line(trade.greens, "500")])
    held = {one.holder.vi: one for one in scope.of_case(case).held}
    assert held["Xưởng Minh"].left_kg == Decimal(-320)
    assert held["Xưởng Minh"].sold_kg == Decimal(500)


def test_no_producer_undoes_or_paints_over_what_the_authority_recalls(
    trade: Trade, office: Business
) -> None:
    minh, second = owner(trade.minh), colleague(trade.minh, "owner")
    soup_of(trade.hoa, greens(trade))
    with acting():
        case = cases.open_case(minh, Suspicion(greens(trade), "batch", "Nghi"), now=NOW)
        cases.issue(case, officer(office), ORDER, [greens(trade)], now=NOW)
    (act,) = found(case).waiting
    with pytest.raises(problem.InvalidInput), acting():
        cases.withdraw(case, act.act_id, second, "", now=NOW)
    with pytest.raises(problem.InvalidInput), acting():
        cases.ask(case, minh, Wish("release", "Không sao"), now=NOW)
    with acting():
        milder = Order("Sai nhãn", "low", "Vẫn ăn được", "Minh")
        own = cases.open_case(minh, Suspicion(greens(trade), "batch", "Nhãn"), now=LATER)
        cases.issue(own, minh, milder, [greens(trade)], now=LATER)
    fact = codes.of_batch(*greens(trade))
    assert fact is not None
    assert (fact.actor, fact.reason) == ("Chi cục", ORDER.reason)


def test_whoever_was_never_let_in_writes_on_no_page(app: Flask) -> None:
    with transaction():
        tung = business("Tùng")
        lot = Ref(tung.producer_id, batch(tung, product(tung), "T-1"))
        record(tung, "harvest", outputs=[line(lot.id, "10")])
        producers.decide_admission(tung.producer_id, admitted=False, by=None, now=LATER)
    with acting():
        case = cases.open_case(owner(tung), Suspicion(lot, "batch", "?"), now=LATER)
    with pytest.raises(problem.NotFound), acting():
        cases.issue(case, owner(tung), ORDER, [lot], now=LATER)


def test_what_is_over_is_over(trade: Trade, office: Business) -> None:
    first, second = officer(office), colleague(office)
    case = issued(first, greens(trade))
    with acting():
        cases.ask(case, first, Wish("release", "Đạt"), now=NOW)
        cases.ask(case, first, Wish("close", "Xong"), now=NOW)
        closing, release = sorted(found(case).waiting, key=lambda one: one.kind)
    assert owner(trade.hoa).member.producer_id in {
        one.holder_id for one in scope.of_case(case).held
    }
    assert [one.case for one in answering.unanswered(trade.hoa.producer_id)] == [case]
    with acting():
        cases.agree(case, closing.act_id, second, "", now=NOW)
    assert answering.unanswered(trade.hoa.producer_id) == []
    assert state(greens(trade)) is CodeState.RECALLED
    with pytest.raises(problem.NotFound), acting():
        cases.agree(case, release.act_id, second, "", now=NOW)


def test_goods_that_came_back_are_not_missing(trade: Trade, office: Business) -> None:
    case = issued(officer(office), greens(trade))
    with acting():
        answer = Count(greens(trade), Decimal(0), Decimal(118))
        answering.acknowledge(case, owner(trade.hoa).member, answer, now=NOW)
    taken = line(trade.greens, "118", producer_id=str(trade.minh.producer_id))
    with acting():
        fields = {"to_site": str(trade.minh.site_id), "doc_no": "TL-1"}
        record(trade.hoa, "recall_return", inputs=[taken], fields=fields)
    held = {one.holder.vi: one for one in scope.of_case(case).held}
    assert held["Quầy Hoa"].missing == 0
    assert held["Quầy Hoa"].answer is not None


def business_in_a_turn(name: str) -> Business:
    with acting():
        return business(name)
