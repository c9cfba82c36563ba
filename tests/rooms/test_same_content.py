"""The very same said under many ids: all but the first are found, in whatever order they come."""

import random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests import builders
from tests.builders import NOW, Business, line
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.models import FindingRow
from traceapp.web.endpoints import transaction

MANY = 30
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
    for start in range(0, len(messages), at_once):
        with transaction():
            sent = [capturing.read(one) for one in messages[start : start + at_once]]
            capturing.record_events(lan.actor, sent, now=NOW)


@pytest.mark.parametrize("at_once", [1, 7, MANY])
def test_all_but_the_first_of_many_equal_steps_are_found(lan: Business, at_once: int) -> None:
    batch = batch_of(lan)
    messages = [sale(lan, batch, 5) for _ in range(MANY)]
    first = min(one["id"] for one in messages)
    random.Random(at_once).shuffle(messages)
    send(lan, messages, at_once)
    assert told(lan) == {one["id"] for one in messages} - {first}


def test_many_steps_of_one_moment_that_say_different_things_are_not_found(lan: Business) -> None:
    batch = batch_of(lan)
    send(lan, [sale(lan, batch, kg) for kg in range(1, MANY + 1)], MANY)
    assert told(lan) == set()
