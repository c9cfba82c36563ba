"""Two phones without a network sign slips for each other: one receipt, whatever arrives first."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, business, line
from tests.meadow import Meadow
from tests.phones import invited, phone_of, said, statuses
from tests.slips import Signer, base32, pair, receipt
from traceapp.accounts import phone_keys, phones
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.phone import refusals
from traceapp.web.endpoints import transaction

MADE, SHIP, RECEIVE, ANSWER = "harvest", "shipment", "receipt", "answer"
ARRIVALS = (MADE, SHIP, RECEIVE, ANSWER)
Slips = tuple[bytes, bytes]


def orders() -> list[tuple[str, ...]]:
    """Give every order in which some of it arrives; one phone sends in the order of capture."""
    found = (order for n in range(1, 5) for order in itertools.permutations(ARRIVALS, n))
    return [one for one in found if SHIP not in one or MADE in one[: one.index(SHIP)]]


@pytest.fixture
def meadow(app: Flask) -> Meadow:
    return Meadow.met(app)


def hand_off() -> HandOff:
    db.session.rollback()
    return db.session.scalars(select(HandOff)).one()


def refused(by: Business) -> int:
    return refusals.count_waiting(by.producer_id)


def rules(result: dict[str, Any]) -> list[str]:
    return [error["rule"] for error in result["problem"]["errors"]]


def test_every_order_and_every_repetition_ends_the_same(app: Flask) -> None:
    ends: dict[frozenset[str], dict[str, Any]] = {}
    for number, order in enumerate(orders()):
        there = Meadow.met(app, number)
        counter = there.answered("118")
        arrive: dict[str, Callable[[], object]] = {
            MADE: partial(there.send, there.giver, there.made),
            SHIP: partial(there.send, there.giver, there.shipped),
            RECEIVE: partial(there.send, there.taker, there.record(counter)),
            ANSWER: partial(there.bring, pair(there.slip, counter)),
        }
        for one in (*order, *order):
            arrive[one]()
        end = there.state()
        assert end == ends.setdefault(frozenset(order), end), order
    confirmed = ends[frozenset(ARRIVALS)]
    assert confirmed["receipts"] == [("Hoa", "receive")]
    assert confirmed["hand-offs"] == [("Lan", "Hoa", "disputed", "120", "118", "120", "118")]
    assert ends[frozenset({MADE, SHIP, RECEIVE})] == confirmed
    assert ends[frozenset({MADE, SHIP, ANSWER})] == confirmed
    (waiting,) = ends[frozenset({MADE, RECEIVE})]["hand-offs"]
    assert waiting[2] == "unmatched"
    assert ends[frozenset({RECEIVE})]["receipts"] == []


def test_a_receipt_waits_for_goods_the_server_does_not_know(meadow: Meadow) -> None:
    saved = meadow.record(meadow.answered("120"))
    (result,) = meadow.taker.phone.results(saved)
    assert (result["status"], result["problem"]["type"]) == (202, "/problems/slip-waits")
    assert meadow.send(meadow.taker, saved) == [202], "it asks again"
    meadow.give()
    assert hand_off().state == "matched", "though the phone of the receiver never came back"
    assert meadow.send(meadow.taker, saved) == [200]
    assert not refused(meadow.hoa)


def test_the_givers_phone_alone_confirms_what_the_receiver_signed(meadow: Meadow) -> None:
    counter = meadow.answered("118")
    meadow.give()
    (told,) = meadow.bring(pair(meadow.slip, counter))
    assert told == {"id": receipt(meadow.slip, counter)["id"], "status": 201}
    assert hand_off().state == "disputed"
    kept = db.session.scalars(select(Event).where(Event.step_kind == "receive")).one()
    author = (meadow.hoa.producer_id, meadow.hoa.actor.member_id)
    assert (kept.producer_id, kept.author_member_id) == author
    assert meadow.send(meadow.taker, meadow.record(counter)) == [200]


def test_an_answer_comes_in_the_same_call_as_the_shipment(meadow: Meadow) -> None:
    both = pair(meadow.slip, meadow.answered("120"))
    answer = meadow.giver.phone.sync(meadow.made, meadow.shipped, slips=[both]).get_json()
    assert (statuses(answer["results"]), statuses(answer["slips"])) == ([201, 201], [201])
    assert hand_off().state == "matched"


def test_what_waits_for_a_key_is_taken_in_when_it_comes(app: Flask) -> None:
    meadow = Meadow.met(app, has_keys=False)
    meadow.give()
    assert meadow.send(meadow.taker, meadow.record(meadow.answered("120"))) == [202]
    meadow.taker.tell()
    meadow.work()
    assert hand_off().state == "on_the_way"
    meadow.giver.tell()
    meadow.work()
    assert hand_off().state == "matched"


def test_a_phone_tells_its_key_when_it_is_enrolled(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
    phone_id, key = new_id(), Signer(phone_of(app, lan)).public
    body = {"code": invited(lan).secret, "phone_id": str(phone_id), "name": "A05"}
    assert said(app, "POST", "/phones", json=body | {"public_key": "AAAA"}).status_code == 422
    assert said(app, "POST", "/phones", json=body | {"public_key": key}).status_code == 201
    assert phone_keys.keys_of((lan.producer_id, phone_id)) == {phone_keys.read(key)}


def test_slips_that_prove_wrong_later_are_laid_before_people(app: Flask) -> None:
    meadow = Meadow.met(app, has_keys=False)
    meadow.taker.tell()
    meadow.give()
    forged = meadow.slip[:-1] + bytes([meadow.slip[-1] ^ 1])
    saved = meadow.record(meadow.taker.counter(new_id(), forged, "120"), forged)
    assert meadow.send(meadow.taker, saved) == [202]
    assert not refused(meadow.hoa)
    meadow.giver.tell()
    meadow.work()
    assert refused(meadow.hoa) == 1
    assert hand_off().state == "on_the_way"
    (result,) = meadow.taker.phone.results(saved)
    assert (result["status"], rules(result)) == (422, ["slip_not_signed"])


def test_a_clock_ahead_waits_until_it_is_known_how_wrong_it_is(meadow: Meadow) -> None:
    meadow.give()
    ahead = datetime.now(UTC) + timedelta(hours=2)
    counter = meadow.taker.counter(new_id(), meadow.slip, "120", at=ahead)
    saved, both = meadow.record(counter), pair(meadow.slip, counter)
    assert statuses(meadow.bring(both)) == [202]
    assert statuses(meadow.taker.phone.results(saved, sent_at=ahead.isoformat())) == [201]
    assert statuses(meadow.bring(both)) == [200]
    assert hand_off().state == "matched"


def altered(meadow: Meadow) -> Slips:
    slip = meadow.slip.replace(b"\x03120", b"\x03900")
    return slip, meadow.taker.counter(new_id(), slip, "120")


def unsigned(meadow: Meadow) -> Slips:
    counter = meadow.answered("120")
    return meadow.slip, counter[:-1] + bytes([counter[-1] ^ 1])


def raised(meadow: Meadow) -> Slips:
    return meadow.slip, meadow.answered("120").replace(b"\x03120", b"\x03999")


def of_another(meadow: Meadow) -> Slips:
    return meadow.slip, altered(meadow)[1]


def of_a_revoked_phone(meadow: Meadow) -> Slips:
    by = (meadow.lan.producer_id, meadow.lan.actor.member_id)
    db.session.rollback()
    with transaction():
        phones.revoke(by[0], UUID(meadow.giver.phone.phone_id), by=by, now=datetime.now(UTC))
    slip = meadow.offer(at=datetime.now(UTC) + timedelta(minutes=1))
    return slip, meadow.taker.counter(new_id(), slip, "120")


def of_another_step(meadow: Meadow) -> Slips:
    slip = meadow.offer(UUID(meadow.made["event"]["id"]))
    return slip, meadow.taker.counter(new_id(), slip, "120")


WRONG: dict[Callable[[Meadow], Slips], str] = {
    altered: "slip_not_signed",
    unsigned: "slip_not_signed",
    raised: "slip_not_signed",
    of_another: "slip_of_another",
    of_a_revoked_phone: "slip_revoked",
    of_another_step: "slip_foreign",
}


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_a_wrong_slip_is_refused_in_words_and_touches_nothing_else(
    meadow: Meadow, make: Callable[[Meadow], Slips]
) -> None:
    meadow.give()
    slip, counter = make(meadow)
    saved = meadow.record(meadow.answered("120")) | {"slip": pair(slip, counter)}
    if make is not of_another:
        saved["event"] = receipt(slip, counter)
    results = meadow.taker.phone.results(saved, meadow.taker.phone.record("scout"))
    assert statuses(results) == [422, 201]
    (error,) = results[0]["problem"]["errors"]
    assert (error["pointer"], error["rule"]) == ("/slip", WRONG[make])
    assert error["message"]
    assert error["fix"]
    assert refused(meadow.hoa) == 1, "nothing that was typed is lost"
    if make is not of_a_revoked_phone:  # that one sends nothing any more
        (told,) = meadow.bring(pair(slip, counter))
        assert (told["status"], rules(told)) == (422, [WRONG[make]])
    assert hand_off().state == "on_the_way"
    assert meadow.state()["receipts"] == []
    assert meadow.state()["slips"] == [(0,)]


def test_what_a_refused_slip_came_with_can_be_sent_without_it(meadow: Meadow) -> None:
    meadow.give()
    slip, counter = altered(meadow)
    saved = meadow.record(counter, slip)
    assert meadow.send(meadow.taker, saved) == [422]
    assert meadow.send(meadow.taker, saved | {"slip": None}) == [201], "it is her own word"
    assert hand_off().state == "matched"


def test_a_slip_is_not_for_whoever_else_scans_it(app: Flask, meadow: Meadow) -> None:
    db.session.rollback()
    with transaction():
        tung = business("HTX Tùng")
    thief = Signer(phone_of(app, tung))
    thief.tell()
    meadow.give()
    counter = thief.counter(new_id(), meadow.slip, "120")
    both = {"event": receipt(meadow.slip, counter), "slip": pair(meadow.slip, counter)}
    (result,) = thief.phone.results(thief.phone.record() | both)
    assert (result["status"], rules(result)) == (422, ["slip_other_receiver"])
    (told,) = meadow.bring(pair(meadow.slip, counter))
    assert rules(told) == ["slip_other_receiver"]
    right = meadow.answered("120")
    answer = thief.phone.sync(slips=[pair(meadow.slip, right)]).get_json()
    assert rules(answer["slips"][0]) == ["slip_not_yours"]
    (result,) = thief.phone.results(meadow.record(right) | {"sequence": 2})
    assert rules(result) == ["slip_other_content"]
    assert hand_off().state == "on_the_way"


def test_a_slip_does_not_name_somebody_elses_delivery(meadow: Meadow) -> None:
    meadow.give()
    assert meadow.send(meadow.taker, meadow.record(meadow.answered("120"))) == [201]
    goods = line(
        meadow.made["batches"][0]["batch_id"], "5", producer_id=str(meadow.lan.producer_id)
    )
    to = {"to_site": str(meadow.lan.site_id), "doc_no": "PX-2"}
    onward = meadow.taker.phone.record("ship", inputs=[goods], fields=to)
    assert meadow.send(meadow.taker, onward) == [201]
    slip = meadow.offer(UUID(onward["event"]["id"]))
    counter = meadow.taker.counter(new_id(), slip, "120")
    (result,) = meadow.taker.phone.results(meadow.record(counter, slip))
    assert rules(result) == ["slip_foreign"]
    (told,) = meadow.bring(pair(slip, counter))
    assert rules(told) == ["slip_foreign"]
    assert len(meadow.state()["receipts"]) == 1


def test_one_slip_is_answered_once(meadow: Meadow) -> None:
    meadow.give()
    first, second = meadow.answered("118"), meadow.answered("118")
    assert meadow.send(meadow.taker, meadow.record(first)) == [201]
    (result,) = meadow.taker.phone.results(meadow.record(second))
    assert rules(result) == ["slip_answered"]
    (told,) = meadow.bring(pair(meadow.slip, second))
    assert told["status"] == 200, "she has said it, if otherwise"
    assert len(meadow.state()["receipts"]) == 1


def test_a_record_says_what_its_slips_say(meadow: Meadow) -> None:
    meadow.give()
    saved = meadow.record(meadow.answered("118"))
    saved["event"]["outputs"][0]["quantity"] = "120"
    (result,) = meadow.taker.phone.results(saved)
    assert rules(result) == ["slip_other_content"]


def test_garbage_is_refused_one_by_one(meadow: Meadow) -> None:
    meadow.give()
    good = pair(meadow.slip, meadow.answered("120"))
    bad: list[Any] = [
        *("x", {}, {"slip": good["slip"]}, good | {"slip": "0"}, good | {"slip": "A" * 1000}),
        *(good | {"counter": good["slip"]}, good | {"counter": 7}, good | {"more": "x"}),
        good | {"slip": base32(meadow.slip + b"x")},
        good | {"slip": base32(meadow.slip[:-1])},
        pair(meadow.slip, meadow.answered("")),
        pair(meadow.slip, meadow.answered("1e9")),
        pair(meadow.slip, meadow.answered("120", "1")),
    ]
    told = meadow.bring(*bad, good)
    assert statuses(told) == [422] * len(bad) + [201]
    assert meadow.giver.phone.sync(slips=[good] * 21).status_code == 422
    assert meadow.giver.phone.sync(slips={}).status_code == 422
    assert meadow.giver.phone.sync(public_key="x").status_code == 422
    assert len(meadow.state()["receipts"]) == 1


def test_a_slip_signed_before_the_phone_was_revoked_counts(meadow: Meadow) -> None:
    meadow.give()
    saved = meadow.record(meadow.answered("120"))
    of_a_revoked_phone(meadow)
    assert meadow.send(meadow.taker, saved) == [201]
    assert hand_off().state == "matched"
