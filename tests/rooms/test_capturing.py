"""Recording many steps at once: each is answered on its own, and the books are as one by one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from traceapp import problem
from traceapp.batches import queries
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Answer, Recorded
from traceapp.codes.models import PublicCode
from traceapp.database.engine import begin_write, db
from traceapp.database.ids import new_id

TABLES = ("event", "event_item", "ledger_entry", "batch_parent", "event_photo")
Message = dict[str, Any]


def recorded(by: Business, messages: Sequence[Message], **options: Any) -> list[Answer]:
    return capturing.record_events(
        by.actor, [capturing.read(message) for message in messages], now=NOW, **options
    )


def told(answers: Sequence[Answer]) -> list[object]:
    return [
        answer
        if isinstance(answer, Recorded)
        else (type(answer), [(finding.pointer, finding.rule) for finding in answer.findings])
        for answer in answers
    ]


def rows() -> dict[str, list[tuple[object, ...]]]:
    found = {
        name: [tuple(row) for row in db.session.execute(select(db.metadata.tables[name]))]
        for name in TABLES
    }
    found["codes"] = [
        tuple(row) for row in db.session.execute(select(PublicCode.batch_id, PublicCode.state))
    ]
    return {name: sorted(lines, key=repr) for name, lines in found.items()}


def test_a_hundred_steps_at_once_are_a_hundred_steps(app: Flask) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    cuts = [batch(lan, greens, f"H{n}") for n in range(5)]
    messages = [event(lan, "harvest", outputs=[line(cuts[n % 5], "10")]) for n in range(100)]
    assert all(isinstance(answer, Recorded) for answer in recorded(lan, messages))
    assert queries.balance(lan.producer_id, (lan.producer_id, cuts[0])) == {
        "made": 200,
        "stock": 200,
    }


def test_each_message_is_answered_on_its_own_and_in_order(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    first = event(lan, "harvest", outputs=[line(cut, "10")])
    answers = recorded(
        lan,
        [
            first,
            event(lan, "harvest", outputs=[line(new_id(), "1"), line(cut, "1", "con")]),
            first,
            first | {"outputs": [line(cut, "11")]},
            event(lan, "irrigate"),
        ],
    )
    key = (lan.producer_id, UUID(first["id"]))
    assert told(answers)[:4] == [
        Recorded(*key, is_new=True),
        (
            problem.InvalidInput,
            [("/outputs/0/batch_id", "not_here"), ("/outputs/1/uom", "unit_does_not_fit")],
        ),
        Recorded(*key, is_new=False),
        (problem.ContentConflict, []),
    ]
    assert isinstance(answers[4], Recorded)
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == 10


def test_an_array_may_have_two_corrections_of_a_step_before_the_step(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    wrong = event(lan, "harvest", outputs=[line(cut, "2700")])
    corrections = [
        event(lan, "harvest", corrects=wrong["id"], outputs=[line(cut, quantity)])
        for quantity in ("270", "280")
    ]
    answers = recorded(lan, [event(lan, "irrigate"), *corrections, wrong, event(lan, "weed")])
    assert [type(answer) for answer in answers] == [Recorded] * 5
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == 280


def test_another_producers_place_and_batch_read_as_though_missing(app: Flask) -> None:
    lan, tung = business("HTX Lan"), business("Tùng")
    cut = batch(lan, product(lan), "H1")
    theirs = {"producer_id": str(lan.producer_id)}
    real, missing = recorded(
        tung,
        [
            event(tung, "waste", site_id=site, inputs=[line(cut_id, "1", **theirs)])
            for site, cut_id in ((str(lan.site_id), cut), (str(new_id()), new_id()))
        ],
    )
    assert told([real]) == told([missing])
    assert isinstance(real, problem.InvalidInput)
    assert real.findings == missing.findings  # type: ignore[union-attr]


def test_a_photo_that_was_never_sent_is_named(app: Flask) -> None:
    lan = business("HTX Lan")
    (answer,) = recorded(lan, [event(lan, "weed", photos=["ab" * 32])])
    assert told([answer]) == [(problem.InvalidInput, [("/photos/0", "not_here")])]


@pytest.mark.parametrize(("minutes", "is_taken"), [(4, True), (6, False)])
def test_what_has_not_happened_yet_is_refused_where_a_bound_is_given(
    app: Flask, minutes: int, is_taken: bool
) -> None:
    lan = business("HTX Lan")
    message = event(lan, "weed", event_time=(NOW + timedelta(minutes=minutes)).isoformat())
    (answer,) = recorded(lan, [message], latest=NOW + timedelta(minutes=5))
    assert isinstance(answer, Recorded) is is_taken
    if not is_taken:
        assert told([answer]) == [(problem.InvalidInput, [("/event_time", "future")])]
    (answer,) = recorded(lan, [message | {"id": str(new_id())}])
    assert isinstance(answer, Recorded)


KINDS = ("harvest", "pack", "receive", "sell", "waste", "correct", "again", "changed", "unknown")
steps = st.lists(
    st.tuples(
        st.sampled_from((*KINDS, "return", "take_back")), st.integers(0, 3), st.integers(0, 9)
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=steps)
def test_many_at_once_leave_the_same_rows_as_one_by_one(
    app: Flask, wanted: list[tuple[str, int, int]]
) -> None:
    begin_write()
    hoa, messages = story(wanted)
    try:
        one_by_one = seen(hoa, [[message] for message in messages])
        assert seen(hoa, [messages]) == one_by_one
    finally:
        db.session.rollback()


def seen(by: Business, parts: list[list[Message]]) -> tuple[list[object], dict[str, Any]]:
    """Record, look at answers and rows, and take everything back."""
    savepoint = db.session.begin_nested()
    answers = [answer for part in parts for answer in told(recorded(by, part))]
    found = rows()
    savepoint.rollback()
    db.session.expire_all()
    return answers, found


def story(wanted: list[tuple[str, int, int]]) -> tuple[Business, list[Message]]:
    """Make messages of Hoa's shop, which also works with a batch of Lan's farm."""
    lan, hoa = business("HTX Lan"), business("Cửa hàng Hoa", kinds=("shop",))
    greens = product(hoa)
    own = [batch(hoa, greens, f"H{n}") for n in range(4)]
    foreign = batch(lan, product(lan), "L1")
    made: list[Message] = [event(hoa, "harvest", outputs=[line(own[0], "5")])]
    for kind, n, amount in wanted:
        mine = [line(own[n], str(amount))]
        theirs = [line(foreign, str(amount), producer_id=str(lan.producer_id))]
        earlier = made[n % len(made)]
        changes: dict[str, tuple[str, Message]] = {
            "pack": ("pack", {"inputs": mine, "outputs": [line(own[(n + 1) % 4], "1")]}),
            "receive": ("receive", {"outputs": theirs}),
            "sell": ("sell", {"inputs": theirs}),
            "waste": ("waste", {"inputs": mine}),
            "return": ("recall_return", {"inputs": mine}),
            "take_back": ("receive", {"outputs": mine, "ship_event_id": earlier["id"]}),
            "unknown": ("harvest", {"outputs": [line(new_id(), "1")]}),
        }
        again = {
            "correct": {"id": str(new_id()), "corrects": earlier["id"]},
            "again": {},
            "changed": {"fields": {"note": "khác"}},
        }
        if kind in again:
            made.append(earlier | again[kind])
        else:
            step, values = changes.get(kind, ("harvest", {"outputs": mine}))
            made.append(event(hoa, step, **values))
    return hoa, made
