"""A rule that is changed gets a new version; what was found keeps the version it was found by.

Only late facts have old findings judged again, and then by the rule as it stands by now.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, batch, event, line
from tests.rooms.test_findings import Farm, Message, at, is_held, writing
from traceapp.batches.recording.capturing import read
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings import attempts
from traceapp.findings.models import Attempt, FindingRow, Hold
from traceapp.findings.queries import finding_of
from traceapp.findings.releasing import InCharge, Seen, release
from traceapp.producers import operations as producers
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES, finding, growing
from traceapp.trace.words import Words

OLD = RULES["nitrogen_stop"].version
Change = Callable[..., None]


@pytest.fixture
def farm(app: Flask) -> Farm:
    with writing():
        return Farm()


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Let a rule say something else from now on, as an upgrade of the rule file does."""

    def raised(rule: str, message: Words | None = None) -> None:
        old = RULES[rule]
        newer = replace(old, version=old.version + 1, message=message or old.message)
        monkeypatch.setattr(finding, "RULES", MappingProxyType({**RULES, rule: newer}))

    return raised


def dressing(farm: Farm, day: int) -> Message:
    fields = {"product": "Urê", "fert_type": "mineral", "n_pct": 46}
    return event(farm.lan, "fertilize", event_time=at(day), fields=fields, **farm.ground)


def versions(rule: str) -> dict[UUID | None, tuple[int, bool]]:
    """Give by which version each step was found, and whether that still holds."""
    rows = db.session.scalars(select(FindingRow).where(FindingRow.rule == rule))
    return {row.event_id: (row.rule_version, row.cleared_at is None) for row in rows}


def second_field(farm: Farm) -> tuple[Message, Message]:
    """Give a dressing and a harvest of greens on another plot of the same farm."""
    with writing():
        plot = producers.add_plot(
            farm.lan.producer_id, {"site_id": str(farm.lan.site_id), "name": "B2", "area_m2": 360}
        )
        given = {"plot_id": str(plot), "name": "Vụ hai", "crop": "cải ngọt"}
        season = producers.start_season(farm.lan.producer_id, given | {"started_on": "2026-10-01"})
        other = batch(farm.lan, farm.greens, "CUT-2")
    ground = {"plot_id": str(plot), "season_id": str(season)}
    harvest = event(farm.lan, "harvest", event_time=at(19), outputs=[line(other, "50")], **ground)
    return dressing(farm, 17) | ground, harvest


def test_what_was_found_keeps_its_version_and_new_steps_are_judged_by_the_new_one(
    farm: Farm, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = farm.harvest(18)
    farm.record(dressing(farm, 10), before)
    change("nitrogen_stop")
    monkeypatch.setattr(growing, "NITROGEN", timedelta(days=5))
    soon, after = second_field(farm)
    farm.record(soon, after)
    assert versions("nitrogen_stop") == {
        UUID(before["id"]): (OLD, True),  # eight days were too few then
        UUID(after["id"]): (OLD + 1, True),
    }


def test_a_late_fact_has_it_judged_by_the_rule_as_it_stands_by_now(
    farm: Farm, change: Change
) -> None:
    harvest = farm.harvest(18)
    farm.record(dressing(farm, 10), harvest)
    change("nitrogen_stop")
    farm.record(farm.spray(12, days=3))
    assert versions("nitrogen_stop") == {UUID(harvest["id"]): (OLD + 1, True)}


def test_what_the_new_rule_finds_no_more_is_cleared_once_a_late_fact_comes_and_says_by_which(
    farm: Farm, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest = farm.harvest(18)
    farm.record(dressing(farm, 10), harvest)
    change("nitrogen_stop")
    monkeypatch.setattr(growing, "NITROGEN", timedelta(days=5))
    farm.record(farm.spray(12, days=3))
    assert versions("nitrogen_stop") == {UUID(harvest["id"]): (OLD, False)}


def test_goods_that_were_let_go_stay_free_when_the_same_is_found_by_a_newer_rule(
    farm: Farm, change: Change
) -> None:
    farm.record(farm.spray(), farm.harvest())
    (hold,) = db.session.scalars(select(Hold)).all()
    seen = Seen(Ref(hold.finding_producer_id, hold.finding_id), hold.amount)
    in_charge = InCharge(Ref(farm.lan.producer_id, farm.lan.actor.member_id), {"owner"})
    with writing():
        release(farm.ref(farm.cut), seen, in_charge, "Đã kiểm tra", now=NOW)
    change("phi")
    farm.record(dressing(farm, 16))
    assert {version for version, _ in versions("phi").values()} == {RULES["phi"].version + 1}
    assert not is_held(farm, farm.cut)


def test_a_refused_attempt_says_for_ever_by_which_version_it_was_refused(
    farm: Farm, change: Change
) -> None:
    farm.record(farm.spray())
    tried = read(farm.harvest())
    with writing():
        verdict = attempts.judge(farm.lan.actor, tried, now=NOW)
        attempts.keep(farm.lan.actor, tried, verdict, now=NOW)
    change("phi")
    with writing():
        again = read(farm.harvest() | {"id": str(new_id())})
        verdict = attempts.judge(farm.lan.actor, again, now=NOW)
        attempts.keep(farm.lan.actor, again, verdict, now=NOW)
    kept = db.session.scalars(select(Attempt).order_by(Attempt.rule_version)).all()
    assert [one.rule_version for one in kept] == [RULES["phi"].version, RULES["phi"].version + 1]


def test_an_old_finding_is_told_where_the_new_text_asks_for_a_figure_it_never_had(
    farm: Farm, change: Change
) -> None:
    farm.record(dressing(farm, 10), farm.harvest(18))
    change("nitrogen_stop", message=Words("{plot}: {dose} kg đạm", "{plot}: {dose} kg nitrogen"))
    (row,) = db.session.scalars(select(FindingRow).where(FindingRow.rule == "nitrogen_stop"))
    told = finding_of(row).message
    assert str(told.vi).endswith(": … kg đạm")
    assert str(told.en).endswith(": … kg nitrogen")
