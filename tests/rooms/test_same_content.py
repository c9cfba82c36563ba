"""The very same said under many ids: all but the first are found, in whatever order they come."""

import random
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests import builders
from tests.builders import NOW, Business, line
from traceapp.batches.recording import capturing, content
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings import keeping, twins
from traceapp.findings.models import FindingRow
from traceapp.findings.reading import Steps, rows, steps_of
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

MANY, VERY_MANY = 30, 250
AT = "2026-11-20T08:00:00+07:00"


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return builders.business("Lan")


def sale(lan: Business, batch: UUID, kg: int) -> dict[str, Any]:
    lines = [line(batch, str(kg))]
    return builders.event(lan, "sell", id=str(new_id()), event_time=AT, inputs=lines)


def batch_of(lan: Business) -> UUID:
    with transaction():
        made = builders.batch(lan, builders.product(lan), "CN-1")
        builders.record(lan, "harvest", outputs=[line(made, "90000")])
    return made


def told(lan: Business) -> set[str]:
    db.session.rollback()
    query = select(FindingRow.event_id).where(
        FindingRow.producer_id == lan.producer_id,
        FindingRow.rule == "same_content",
        FindingRow.cleared_at.is_(None),
    )
    return set(map(str, db.session.scalars(query)))


def send(lan: Business, messages: list[dict[str, Any]], at_once: int) -> None:
    db.session.rollback()
    for start in range(0, len(messages), at_once):
        with transaction():
            sent = [capturing.read(one) for one in messages[start : start + at_once]]
            capturing.record_events(lan.actor, sent, now=NOW)


@pytest.mark.parametrize(("at_once", "many"), [(1, MANY), (7, MANY), (VERY_MANY, VERY_MANY)])
def test_all_but_the_first_of_many_equal_steps_are_found(
    lan: Business, at_once: int, many: int
) -> None:
    batch = batch_of(lan)
    messages = [sale(lan, batch, 5) for _ in range(many)]
    first = min(one["id"] for one in messages)
    random.Random(at_once).shuffle(messages)
    send(lan, messages, at_once)
    assert told(lan) == {one["id"] for one in messages} - {first}


def test_of_many_equal_steps_the_first_alone_is_read_beside_a_new_one(
    lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(lan)
    messages = sorted((sale(lan, batch, 5) for _ in range(MANY)), key=lambda one: str(one["id"]))
    send(lan, messages[:-1], MANY)
    read = set[Ref]()

    def noted(refs: Collection[Ref]) -> Steps:
        read.update(refs)
        return steps_of(refs)

    monkeypatch.setattr(twins, "steps_of", noted)
    send(lan, messages[-1:], 1)
    assert {str(ref.id) for ref in read} == {messages[0]["id"]}
    assert told(lan) == {one["id"] for one in messages[1:]}


def test_what_was_found_of_a_lot_by_other_rules_is_not_read_for_its_stock(
    lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(lan)
    send(lan, [sale(lan, batch, kg) for kg in range(1, MANY)], MANY)
    about = select(FindingRow.rule).where(FindingRow.batch_id == batch)
    assert len(db.session.scalars(about).all()) >= MANY - 1
    read = list[str]()

    def noted(*asked: Any, **values: Any) -> list[Any]:
        found = list(rows(*asked, **values))
        read.extend(row.rule for row in found)
        return found

    monkeypatch.setattr(keeping, "rows", noted)
    send(lan, [sale(lan, batch, 90_000)], 1)  # more than there is
    send(lan, [sale(lan, batch, 1) | {"event_time": "2026-11-20T09:00:00+07:00"}], 1)
    assert read == ["over_use"]


def test_whoever_is_second_is_found_when_the_first_is_corrected_or_is_like_it_by_accident(
    lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "likeness", lambda *_: 7)  # of all, whatever they say
    batch = batch_of(lan)
    other, first, second, third = (
        sale(lan, batch, kg) | {"id": str(UUID(int=n))} for n, kg in enumerate((6, 5, 5, 5), 1)
    )
    send(lan, [other, third, first, second], 1)
    assert told(lan) == {second["id"], third["id"]}
    right = sale(lan, batch, 4) | {"event_time": "2026-11-20T09:00:00+07:00"}
    send(lan, [right | {"corrects": first["id"]}], 1)
    assert told(lan) == {third["id"]}


def test_many_steps_of_one_moment_that_say_different_things_are_not_found(lan: Business) -> None:
    batch = batch_of(lan)
    send(lan, [sale(lan, batch, kg) for kg in range(1, MANY + 1)], MANY)
    assert told(lan) == set()
