"""Sums of the programme, kept as things are recorded, are what counting everything again gives."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from tests.builders import business
from tests.lan import a_figure, a_measure, open_assessment
from traceapp import problem
from traceapp.database.engine import db
from traceapp.network import operations, programme_queries, queries, sums
from traceapp.network.operations import Author
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
DAYS = 90


def some_figure(dice: random.Random) -> dict[str, Any]:
    """Give a figure, whole or lacking something, of a few names, in one of several years."""
    start = date(2021, 1, 1) + timedelta(dice.randrange(5 * 365))
    spans = (start, start + timedelta(DAYS), start + timedelta(DAYS + 1))
    last = start + timedelta(2 * DAYS + 1)
    days = (*spans, last)
    names = ("before_from", "before_until", "after_from", "after_until")
    given: dict[str, Any] = {name: day.isoformat() for name, day in zip(names, days, strict=True)}
    given |= {"before": "8", "after": str(Decimal(dice.randrange(6500, 9500)) / 1000)}
    given |= {"kind": dice.choice([*INDICATOR_KINDS]), "reason": "Máy mới"}
    if dice.random() < 0.25:
        given |= dice.choice([{"method": None}, {"before": None, "before_unit": None}])
    return a_figure(dice.choice(["Điện", "điện", "Than"]), **given)


def do_something(dice: random.Random, assessments: list[tuple[Ref, Author, Author]]) -> None:
    assessment, us, body = dice.choice(assessments)
    kind = dice.randrange(4)
    if kind == 0:
        operations.record(assessment, some_figure(dice), us, now=NOW)
        return
    if kind == 1:
        proposed = date(2021, 1, 1) + timedelta(dice.randrange(1500))
        given = a_measure(proposed_on=proposed.isoformat())
        made = Ref(assessment.producer_id, operations.propose(assessment, given, body, now=NOW))
        for state in ("chosen", dice.choice(["done", "dropped"])):
            on = proposed + timedelta(dice.randrange(400) if state != "chosen" else 0)
            step = {"state": state, "on": on, "evidence": "HĐ 1", "photos": []}
            operations.advance(made, step, us, now=NOW)
        return
    for figure in queries.of_producer(assessment.producer_id)[0].indicators:
        if dice.random() < 0.5 and figure.claim.is_whole and figure.check is None:
            operations.check(figure.ref, "Xem", body, now=NOW)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_counting_again_gives(app: Flask, seed: int) -> None:
    dice = random.Random(seed)
    assessments = []
    with transaction():
        for name in ("Lan", "Minh", "Hoa"):
            owner = business(name, role="owner")
            assessment, body = open_assessment(owner, None, name)
            us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
            assessments.append((assessment, us, body))
        for _ in range(40):
            do_something(dice, assessments)
    kept = sums.kept()
    assert kept == sums.recomputed()
    assert {subject.partition("/")[0] for _, subject in kept} == {
        *("assessments", "proposed", "done", "establishments", "said", "checked")
    }
    db.session.rollback()
    with transaction():
        sums.rebuild()
    assert sums.kept() == kept
    db.session.rollback()
    with transaction():
        do_something(dice, assessments)  # goes on from what was made again
    assert sums.kept() == sums.recomputed()


def test_a_migration_sums_what_holds_by_the_rule_of_its_time(app: Flask) -> None:
    with transaction():
        owner = business("Lan", role="owner")
        assessment, body = open_assessment(owner, None, "Lan")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        made = operations.record(assessment, a_figure("Điện", after="0.7"), us, now=NOW)
        operations.check(Ref(owner.producer_id, made), "Xem", body, now=NOW)
        for number, name in enumerate(("điện", "Than", "Than"), 1):
            later = NOW + timedelta(number)
            operations.record(assessment, a_figure(name), us, now=later)
    kept = sums.kept()
    assert kept == sums.recomputed()
    assert (kept[2026, "said/energy"], kept[2026, "checked/energy"]) == ((3, -2550), (1, -1250))
    db.session.remove()
    downgrade(revision="0072")
    before = sums.kept()
    assert (2026, "checked/energy") not in before
    assert before[2026, "said/energy"] == (2, -1300)
    db.session.remove()
    upgrade()
    assert sums.kept() == kept


def test_nothing_of_what_is_refused_is_counted(app: Flask) -> None:
    with transaction():
        owner = business("Lan", role="owner")
        assessment, body = open_assessment(owner, None, "Lan")
        made = operations.propose(assessment, a_measure(), body, now=NOW)
    before = sums.kept()
    db.session.rollback()
    step = {"state": "done", "on": date(2026, 3, 1), "evidence": "HĐ", "photos": []}
    with pytest.raises(problem.InvalidInput), transaction():
        operations.advance(Ref(owner.producer_id, made), step, body, now=NOW)
    with pytest.raises(problem.InvalidInput), transaction():
        operations.record(assessment, a_figure(after="-1"), body, now=NOW)
    assert sums.kept() == before


def test_a_mean_is_exact_and_of_checked_figures_apart(app: Flask) -> None:
    with transaction():
        owner = business("Lan", role="owner")
        assessment, body = open_assessment(owner, None, "Lan")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        for name, after in (("A", "0.748"), ("B", "0.8")):
            operations.record(assessment, a_figure(name, after=after), us, now=NOW)
        made = operations.record(assessment, a_figure("C", after="0.7"), us, now=NOW)
        operations.check(Ref(owner.producer_id, made), "Xem", body, now=NOW)
    (change,) = programme_queries.computed(2026).changes
    assert (change.kind, change.said.count, change.checked.count) == ("energy", 3, 1)
    assert str(change.said.change) == "-6.33"  # (-6.50 + 0 - 12.50) / 3
    assert str(change.checked.change) == "-12.50"
