"""Recalled goods go again only with a check they passed, or a second person's reason."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, business, event
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    acting,
    colleague,
    found,
    greens,
    issued,
    officer,
    owner,
    soup_of,
    state,
)
from tests.signing_in import account_of
from tests.trade import Trade
from traceapp import problem
from traceapp.batches import operations as batches
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.recalls import cases, releasing
from traceapp.recalls.case_models import RecallActCheck
from traceapp.recalls.cases import Wish
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

RELEASE = Wish("release", "Kết quả lại đạt")


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def checked(by: Business, batch: Ref, *, minutes: int, verdict: str = "pass") -> UUID:
    """Record an inspection of a batch, so many minutes after the recall."""
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    about = [{"batch_id": str(batch.id), "producer_id": str(batch.producer_id)}]
    fields = {"scope": "mùi", "result": verdict}
    message = event(by, "inspect", event_time=at, about=about, fields=fields)
    with acting():
        return batches.record_event(by.actor, message, now=LATER).event_id


def asked(case: Ref, by: Actor, wish: Wish) -> UUID:
    with acting():
        cases.ask(case, by, wish, now=LATER)
    (act,) = [one for one in found(case).waiting if one.kind == wish.kind]
    return act.act_id


def agreed(case: Ref, act: UUID, by: Actor, reason: str = "") -> None:
    with acting():
        cases.agree(case, act, by, reason, now=LATER + timedelta(hours=1))


def refused(case: Ref, act: UUID, by: Actor, reason: str = "") -> str:
    with pytest.raises(problem.InvalidInput) as caught:
        agreed(case, act, by, reason)
    return caught.value.findings[0].rule


def test_without_a_check_a_second_person_writes_why_or_it_is_refused(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    act, second = asked(case, officer(office), RELEASE), colleague(office)
    assert refused(case, act, second) == "no_check"
    assert refused(case, act, officer(office), "Đã gọi 3 lần") == "no_check"  # alone after an hour
    assert state(greens(trade)) is CodeState.RECALLED
    agreed(case, act, second, "Lô lấy mẫu nhầm")
    assert state(greens(trade)) is not CodeState.RECALLED


@pytest.mark.parametrize(("minutes", "verdict"), [(-1, "pass"), (5, "fail")])
def test_an_older_or_failed_check_is_none(
    trade: Trade, office: Business, minutes: int, verdict: str
) -> None:
    checked(office, greens(trade), minutes=minutes, verdict=verdict)
    case = issued(officer(office), greens(trade))
    assert releasing.offered(found(case), [greens(trade)]) == []
    act = asked(case, officer(office), RELEASE)
    assert refused(case, act, colleague(office)) == "no_check"


def test_a_check_since_the_recall_must_be_named_and_is_enough(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    passed = checked(office, greens(trade), minutes=5)
    with pytest.raises(problem.InvalidInput) as caught:
        asked(case, officer(office), RELEASE)
    assert caught.value.findings[0].rule == "check_not_named"
    act = asked(case, officer(office), Wish("release", "Đạt", (), frozenset({passed})))
    ((check,),) = releasing.told(found(case)).values()
    assert (check.event.id, check.batch) == (passed, greens(trade))
    agreed(case, act, colleague(office))
    assert state(greens(trade)) is not CodeState.RECALLED
    assert db.session.scalars(select(RecallActCheck.event_id)).all() == [passed]


def test_a_check_of_one_lot_is_none_of_another(trade: Trade, office: Business) -> None:
    soup = soup_of(trade.minh, greens(trade))
    case = issued(officer(office), greens(trade))
    passed = checked(office, greens(trade), minutes=5)
    wish = Wish("narrow", "Đạt", (soup,), frozenset({passed}))
    act = asked(case, officer(office), wish)
    assert releasing.told(found(case)) == {}
    assert refused(case, act, colleague(office)) == "no_check"
    agreed(case, act, colleague(office), "Nấu từ phần đã kiểm")
    assert state(soup) is not CodeState.RECALLED
    assert state(greens(trade)) is CodeState.RECALLED


def test_a_check_that_was_corrected_meanwhile_no_longer_counts(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    passed = checked(office, greens(trade), minutes=5)
    act = asked(case, officer(office), Wish("release", "Đạt", (), frozenset({passed})))
    about = [{"batch_id": str(trade.greens), "producer_id": str(trade.minh.producer_id)}]
    at = (NOW + timedelta(minutes=6)).isoformat()
    fields = {"scope": "mùi", "result": "fail"}
    changed = event(
        office, "inspect", event_time=at, about=about, fields=fields, corrects=str(passed)
    )
    with acting():
        batches.record_event(office.actor, changed, now=LATER)
    assert refused(case, act, colleague(office)) == "no_check"


def test_a_check_that_failed_later_makes_an_earlier_one_worth_nothing(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    passed = checked(office, greens(trade), minutes=5)
    act = asked(case, officer(office), Wish("release", "Đạt", (), frozenset({passed})))
    checked(office, greens(trade), minutes=6, verdict="fail")
    assert refused(case, act, colleague(office)) == "no_check"
    checked(office, greens(trade), minutes=7)
    assert len(releasing.offered(found(case), [greens(trade)])) == 1


def test_a_check_of_the_producer_himself_is_none_in_the_recall_of_an_authority(
    trade: Trade, office: Business
) -> None:
    case = issued(officer(office), greens(trade))
    checked(trade.minh, greens(trade), minutes=5)
    assert releasing.offered(found(case), [greens(trade)]) == []


def test_nobody_releases_alone_on_a_check_of_his_own(trade: Trade, office: Business) -> None:
    case = issued(owner(trade.minh), greens(trade))
    passed = checked(trade.minh, greens(trade), minutes=5)
    act = asked(case, owner(trade.minh), Wish("release", "Đạt", (), frozenset({passed})))
    assert refused(case, act, owner(trade.minh), "Chờ mãi") == "no_check"
    agreed(case, act, colleague(trade.minh, "owner"))
    assert state(greens(trade)) is not CodeState.RECALLED


def test_what_was_made_of_lots_that_were_let_go_needs_a_reason(
    trade: Trade, office: Business
) -> None:
    soup = soup_of(trade.minh, greens(trade))
    case, second = issued(officer(office), greens(trade)), colleague(office)
    agreed(case, asked(case, officer(office), Wish("narrow", "x", (greens(trade),))), second, "Đạt")
    act = asked(case, officer(office), RELEASE)
    assert refused(case, act, second) == "no_check"
    assert state(soup) is CodeState.RECALLED


def test_closing_needs_no_check(trade: Trade, office: Business) -> None:
    case = issued(officer(office), greens(trade))
    act = asked(case, officer(office), Wish("close", "Xong"))
    agreed(case, act, colleague(office))
    assert found(case).closed_at is not None


def test_somebody_who_works_for_two_bodies_is_no_second_person(
    trade: Trade, office: Business
) -> None:
    case = issued(owner(trade.minh), greens(trade))
    act = asked(case, owner(trade.minh), Wish("close", "Xong"))
    other, third = colleague(office), colleague(office)
    with acting():
        minh = (trade.minh.producer_id, trade.minh.actor.member_id)
        mine = db.session.get_one(Membership, tuple(other.member))
        mine.account_id = account_of(minh)
    with pytest.raises(problem.InvalidInput) as caught, acting():
        cases.agree(case, act, other, "gấp", now=LATER + timedelta(minutes=1))
    assert caught.value.findings[0].rule == "second_person"
    with acting():
        cases.agree(case, act, third, "", now=LATER + timedelta(minutes=1))
    assert found(case).closed_at is not None
