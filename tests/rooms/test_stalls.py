"""Stalls: what may be put on them, and what is there after many things were done."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, Business, business, event, line
from tests.http.on_sale import finished
from tests.rooms.test_at_once import AGAIN, at_once
from tests.trade import tell
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.batches import queries as batches
from traceapp.batches.recording import capturing
from traceapp.codes import operations as codes
from traceapp.codes import queries
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.freshness.queries import generation
from traceapp.recalls.stops import stopping
from traceapp.stalls import changing, sold_out
from traceapp.stalls.changing import NOT_SOLD, Gone
from traceapp.stalls.models import Stall, StallLot
from traceapp.stalls.queries import Lot, by_code, find_stall, in_hand, on_stall
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

TODAY = date(2026, 11, 22)


@contextmanager
def writing() -> Iterator[None]:
    db.session.rollback()  # what was read before is another transaction
    with transaction():
        yield


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan sells loose greens."""
    with writing():
        return business("HTX Đồng Xanh", role="shop_seller")


@pytest.fixture
def hoa(app: Flask) -> Business:
    """Hoa sells what others grew."""
    with writing():
        return business("Quầy Hoa", kinds=("shop",), role="shop_seller")


def open_stall(who: Business, name: str = "Sạp 12") -> Stall:
    with writing():
        given = {"name": name, "site_id": str(who.site_id)}
        return changing.open_stall(by(who), given, now=NOW)


@pytest.fixture
def stall(lan: Business) -> Stall:
    """Lan's stall."""
    return open_stall(lan)


def by(who: Business) -> changing.By:
    return (who.producer_id, who.actor.member_id)


def greens(owner: Business, lot: str, **dates: str) -> str:
    with writing():
        return finished(owner, lot, name=lot, **dates)


def ref_of(code: str) -> Ref:
    fact = queries.find(code)
    assert fact is not None
    return Ref(fact.producer_id, fact.batch_id)


def put_on(who: Business, stall: Stall, code: str, minute: int = 0, today: date = TODAY) -> None:
    now = NOW + timedelta(minutes=minute)
    with writing():
        changing.put_on(by(who), stall.stall_id, code, today=today, now=now)


def take_off(who: Business, stall: Stall, code: str, why: Gone, minute: int = 0) -> None:
    now = NOW + timedelta(minutes=minute)
    with writing():
        changing.take_off(by(who), stall.stall_id, ref_of(code), why, now=now)


def refused(who: Business, stall: Stall, code: str, today: date = TODAY) -> str:
    """Give the rule by which a lot is not put on."""
    before = codes_on(stall)
    with pytest.raises(ValidationError) as caught:
        put_on(who, stall, code, today=today)
    db.session.rollback()
    assert codes_on(stall) == before
    messages = caught.value.messages
    assert isinstance(messages, dict)
    return str(messages["code"][0].rule)


def told(stall: Stall, today: date = TODAY) -> list[Lot]:
    db.session.rollback()
    return on_stall(stall_key(stall), today)


def codes_on(stall: Stall) -> list[str]:
    return [lot.code for lot in told(stall)]


def acts() -> list[str]:
    rows = db.session.query(AuditEntry).order_by(AuditEntry.entry_id)
    return [row.act for row in rows if row.about.startswith("stall/")]


def sell(who: Business, code: str, kg: str) -> None:
    ref = ref_of(code)
    sold = line(ref.id, kg, producer_id=str(ref.producer_id))
    tell(who, event(who, "sell", inputs=[sold], event_time="2026-11-21T09:00:00+07:00"))


def hand_over(giver: Business, taker: Business, code: str, kg: str) -> None:
    """Let goods go from one to the other, told of by both."""
    ship_id, goods = str(new_id()), line(ref_of(code).id, kg)
    to = {"to_site": str(taker.site_id), "doc_no": "PX-1"}
    tell(giver, event(giver, "ship", id=ship_id, inputs=[goods], fields=to))
    got = goods | {"producer_id": str(giver.producer_id)}
    when = "2026-11-21T08:00:00+07:00"
    tell(taker, event(taker, "receive", outputs=[got], ship_event_id=ship_id, event_time=when))


def test_any_order_of_acts_leaves_the_lots_there_that_were_put_on_last(
    lan: Business, stall: Stall
) -> None:
    chance, lots = random.Random(6), [greens(lan, f"CN-{number}") for number in range(4)]
    there: list[str] = []
    gone: set[str] = set()
    for minute in range(60):
        lot = chance.choice(lots)
        if chance.random() < 0.5:
            if lot in gone:
                assert refused(lan, stall, lot) == "not_in_hand"
                continue
            put_on(lan, stall, lot, minute)
            there = there if lot in there else [lot, *there]
        else:
            why = Gone.SOLD_OUT if chance.random() < 0.2 else Gone.TAKEN_OFF
            take_off(lan, stall, lot, why, minute)
            gone |= {lot} & {*there} if why is Gone.SOLD_OUT else set()
            there = [one for one in there if one != lot]
        assert codes_on(stall) == there


def test_what_is_done_twice_is_written_once(lan: Business, stall: Stall) -> None:
    lot = greens(lan, "CN-1")
    put_on(lan, stall, lot)
    put_on(lan, stall, lot, 1)
    take_off(lan, stall, lot, Gone.SOLD_OUT, 2)
    take_off(lan, stall, lot, Gone.TAKEN_OFF, 3)
    stay = db.session.query(StallLot).one()
    assert (stay.gone, stay.gone_at) == ("sold_out", NOW + timedelta(minutes=2))
    assert find_stall(*stall_key(stall)).changed_at == NOW + timedelta(minutes=2)
    assert acts() == ["stall.opened", "stall.put_on", "stall.sold_out"]


def stall_key(stall: Stall) -> tuple[UUID, UUID]:
    return (stall.producer_id, stall.stall_id)


def books(who: Business, code: str) -> dict[str, object]:
    db.session.rollback()
    balance = batches.balance(who.producer_id, ref_of(code))
    return {account: amount for account, amount in balance.items() if amount or account == "stock"}


def test_sold_out_tells_the_books_once_and_a_correction_loses_nothing(
    lan: Business, stall: Stall
) -> None:
    lot = greens(lan, "CN-1")
    put_on(lan, stall, lot)
    take_off(lan, stall, lot, Gone.SOLD_OUT, 2)
    take_off(lan, stall, lot, Gone.SOLD_OUT, 3)
    assert books(lan, lot) == {"made": 12.5, "sold_by_count": 12.5, "stock": 0}
    ((told, at, event_id),) = sold_out.lately(*stall_key(stall), NOW)
    assert (told, at) == ("CN-1", NOW + timedelta(minutes=2))
    right = {"counted": 4, "counted_unit": "kg"}
    goods = [{"batch_id": str(ref_of(lot).id)}]
    when = (NOW + timedelta(minutes=2)).isoformat()
    given = {"about": goods, "fields": right, "corrects": str(event_id), "event_time": when}
    tell(lan, event(lan, "stock_count", **given))
    assert books(lan, lot) == {"made": 12.5, "sold_by_count": 8.5, "stock": 4}
    put_on(lan, stall, lot, 5)
    assert codes_on(stall) == [lot]
    assert db.session.query(StallLot).count() == 2  # the first stay is told for ever


def test_a_lot_that_was_put_away_changes_no_book(lan: Business, stall: Stall) -> None:
    lot = greens(lan, "CN-1")
    put_on(lan, stall, lot)
    take_off(lan, stall, lot, Gone.TAKEN_OFF, 2)
    assert books(lan, lot) == {"made": 12.5, "stock": 12.5}
    assert sold_out.lately(*stall_key(stall), NOW) == []


def test_what_lies_on_another_stall_too_is_sold_out_with_the_last_of_it(
    lan: Business, stall: Stall
) -> None:
    lot, other, closed = greens(lan, "CN-1"), open_stall(lan, "Sạp 13"), open_stall(lan, "Sạp 14")
    for place in (stall, other, closed):
        put_on(lan, place, lot)
    with writing():
        find_stall(*stall_key(closed)).archived_at = NOW  # nothing is sold there any more
    take_off(lan, stall, lot, Gone.SOLD_OUT, 2)
    assert books(lan, lot) == {"made": 12.5, "stock": 12.5}
    take_off(lan, other, lot, Gone.SOLD_OUT, 3)
    assert books(lan, lot) == {"made": 12.5, "sold_by_count": 12.5, "stock": 0}


def test_a_shop_sells_out_what_it_received_and_its_maker_keeps_what_he_has(
    lan: Business, hoa: Business
) -> None:
    lot, place = greens(lan, "CN-1"), open_stall(hoa, "Quầy 1")
    hand_over(lan, hoa, lot, "5")
    put_on(hoa, place, lot)
    sell(hoa, lot, "2")
    take_off(hoa, place, lot, Gone.SOLD_OUT, 2)
    assert books(hoa, lot) == {"received": 5, "sold": 2, "sold_by_count": 3, "stock": 0}
    assert books(lan, lot) == {"made": 12.5, "shipped": 5, "stock": 7.5}


def test_what_the_books_cannot_take_leaves_the_lot_on_the_stall(
    lan: Business, stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = greens(lan, "CN-1")
    put_on(lan, stall, lot)
    refusal = [problem.InvalidInput()]
    monkeypatch.setattr(capturing, "record_events", lambda *_, **__: refusal)
    with pytest.raises(problem.InvalidInput):
        take_off(lan, stall, lot, Gone.SOLD_OUT, 2)
    db.session.rollback()
    assert codes_on(stall) == [lot]


@AGAIN
def test_two_who_do_the_same_at_once_do_it_once(app: Flask, attempt: int, lan: Business) -> None:
    stall, lot = open_stall(lan), greens(lan, "CN-1")
    who, stall_id, ref = by(lan), stall.stall_id, ref_of(lot)
    db.session.rollback()

    def put() -> None:
        changing.put_on(who, stall_id, lot, today=TODAY, now=NOW)

    def sold() -> None:
        changing.take_off(who, stall_id, ref, Gone.SOLD_OUT, now=NOW)

    at_once(app, [put] * 3)
    assert acts() == ["stall.opened", "stall.put_on"]
    at_once(app, [sold] * 3)
    assert acts() == ["stall.opened", "stall.put_on", "stall.sold_out"]
    assert books(lan, lot)["sold_by_count"] == 12.5


def test_the_database_itself_refuses_a_lot_that_is_there_twice(lan: Business, stall: Stall) -> None:
    put_on(lan, stall, greens(lan, "CN-1"))
    first = db.session.query(StallLot).one()
    values = {name: getattr(first, name) for name in StallLot.__table__.columns.keys()}  # noqa: SIM118
    db.session.add(StallLot(**values | {"stay_id": new_id()}))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("state", sorted(NOT_SOLD.keys() - {CodeState.EXPIRED}))
def test_what_may_not_be_sold_is_not_put_on_and_what_is_there_says_so(
    lan: Business, stall: Stall, state: CodeState
) -> None:
    late, early = greens(lan, "CN-1"), greens(lan, "CN-2")
    put_on(lan, stall, early)
    with writing():
        for code in (late, early):
            now = NOW + timedelta(minutes=1)
            codes.set_state(code, state, actor="Chi cục", now=now, reason="chờ")
    assert refused(lan, stall, late) == NOT_SOLD[state].rule
    assert [(lot.code, lot.state, lot.is_for_sale) for lot in told(stall)] == [
        (early, state, False)
    ]


def test_every_state_of_a_code_but_in_use_and_moved_is_refused_with_its_words() -> None:
    assert NOT_SOLD.keys() == set(CodeState) - {CodeState.ACTIVE, CodeState.MOVED}


def test_an_expired_lot_is_not_put_on_and_its_last_day_still_counts(
    lan: Business, stall: Stall
) -> None:
    lot = greens(lan, "CN-1", production_date="2026-11-20", expiry_date="2026-11-22")
    tomorrow = TODAY + timedelta(days=1)
    assert refused(lan, stall, lot, tomorrow) == "expired"
    put_on(lan, stall, lot)
    assert [one.is_for_sale for one in told(stall)] == [True]
    assert [one.state for one in told(stall, tomorrow)] == [CodeState.EXPIRED]


def test_what_a_seller_stopped_for_himself_is_stopped_at_his_stall_alone(
    lan: Business, hoa: Business
) -> None:
    lot = greens(lan, "CN-1")
    hand_over(lan, hoa, lot, "5")
    stalls = {who.producer_id: open_stall(who) for who in (lan, hoa)}
    for who in (lan, hoa):
        put_on(who, stalls[who.producer_id], lot)
    with writing():
        actor = stopping.Actor(Ref(*by(hoa)), is_authority=False)
        stopping.stop(ref_of(lot), actor, "stop:cold", now=NOW)
    assert [one.state for one in told(stalls[hoa.producer_id])] == [CodeState.SALE_STOPPED]
    assert [one.state for one in told(stalls[lan.producer_id])] == [CodeState.ACTIVE]
    take_off(hoa, stalls[hoa.producer_id], lot, Gone.TAKEN_OFF)
    assert refused(hoa, stalls[hoa.producer_id], lot) == "sale_stopped"


def test_only_what_is_in_hand_is_put_on(lan: Business, hoa: Business, stall: Stall) -> None:
    lot, others = greens(lan, "CN-1"), open_stall(hoa)
    assert refused(hoa, others, lot) == "not_in_hand"
    hand_over(lan, hoa, lot, "5")
    put_on(hoa, others, lot)
    sell(lan, lot, "7.5")
    assert refused(lan, stall, lot) == "not_in_hand"
    assert refused(lan, stall, "0000000000") == "not_in_hand"
    assert [(one.code, str(one.left)) for one in in_hand(hoa.producer_id, TODAY)] == [(lot, "5")]
    assert in_hand(lan.producer_id, TODAY) == []


def test_a_strangers_stall_is_not_there(lan: Business, hoa: Business, stall: Stall) -> None:
    lot = greens(hoa, "QH-1")
    acts_on_it: tuple[Callable[[], object], ...] = (
        lambda: put_on(hoa, stall, lot),
        lambda: take_off(hoa, stall, lot, Gone.SOLD_OUT),
        lambda: find_stall(hoa.producer_id, stall.stall_id),
        lambda: rename(hoa, stall, name="Sạp khác", site_id=str(hoa.site_id)),
    )
    for act in acts_on_it:
        with pytest.raises(problem.NotFound):
            act()
    given = {"name": "Sạp", "site_id": str(lan.site_id)}
    with pytest.raises(ValidationError, match="your own places"), writing():
        changing.open_stall(by(hoa), given, now=NOW)


def rename(who: Business, stall: Stall, version: int = 1, **given: str) -> None:
    with writing():
        changing.change_stall(by(who), stall.stall_id, given, version=version, now=NOW)


def test_a_stall_gets_another_name_and_nobodys_change_is_lost(lan: Business, stall: Stall) -> None:
    before = generation()
    rename(lan, stall, name="Sạp 13", site_id=str(lan.site_id))
    assert generation() == before + 1
    found = find_stall(*stall_key(stall))
    assert (found.name, found.folded_name, found.version) == ("Sạp 13", "sap 13", 2)
    with pytest.raises(problem.ChangedMeanwhile):
        rename(lan, stall, name="Sạp 14", site_id=str(lan.site_id))
    rename(lan, stall, version=2, name="Sạp 13", site_id=str(lan.site_id))
    assert acts() == ["stall.opened", "stall.changed"]


def test_no_more_fit_than_a_phone_shows(
    lan: Business, stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_LOTS", 2)
    lots = [greens(lan, f"CN-{number}") for number in range(3)]
    for lot in lots[:2]:
        put_on(lan, stall, lot)
    assert refused(lan, stall, lots[2]) == "stall_full"
    put_on(lan, stall, lots[0])  # it is there
    take_off(lan, stall, lots[0], Gone.SOLD_OUT)
    put_on(lan, stall, lots[2])


def test_a_stall_put_away_takes_nothing_and_is_still_found(lan: Business, stall: Stall) -> None:
    with writing():
        find_stall(*stall_key(stall)).archived_at = NOW
    assert refused(lan, stall, greens(lan, "CN-1")) == "stall_closed"
    found = by_code(stall.code)
    assert found is not None
    assert found.archived_at == NOW
    assert by_code("00000000000") is None


def test_every_kept_page_is_stale_once_something_was_put_on_or_taken_off(
    lan: Business, stall: Stall
) -> None:
    lot = greens(lan, "CN-1")
    numbers = [generation()]
    for act in (
        lambda: put_on(lan, stall, lot),
        lambda: put_on(lan, stall, lot),  # nothing new
        lambda: take_off(lan, stall, lot, Gone.TAKEN_OFF),
        lambda: put_on(lan, stall, lot),
        lambda: take_off(lan, stall, lot, Gone.SOLD_OUT),
    ):
        act()
        numbers.append(generation())
    assert [after - before for before, after in pairwise(numbers)] == [
        *(1, 0, 1, 1),
        2,  # the books have changed, too
    ]
