"""Spray, nitrogen and yield: from which day a harvest is right, to the day."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.pure.rules.builders import GREENS, PLOT, PRODUCER, SEASON, at, line, step
from traceapp.trace.crops import CROPS, crop_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules import growing
from traceapp.trace.rules.facts import PlotFact

GROWN: dict[str, Any] = {"ground": PLOT, "season": SEASON}
ELSEWHERE = Ref(PRODUCER, UUID(int=99))


def spray(day=10, days=7, **changes):
    fields = {"product": "Abamectin", "phi_days": days}
    return step("spray", at(day, 16), 1, **(GROWN | {"fields": fields} | changes))


def harvest(when, **changes):
    return step("harvest", when, 2, outputs=(line(GREENS, "120"),), **(GROWN | changes))


def phi(cut, *sprayed):
    return list(growing.phi(cut, sprayed, "VD-05"))


def test_a_harvest_before_the_last_day_of_the_interval_is_found_and_says_until_when():
    (found,) = phi(harvest(at(16)), spray())
    assert (found.rule, found.severity, found.allowed) == ("phi", "block", date(2026, 11, 17))
    assert found.holds == {GREENS}
    assert found.message.vi == (
        "Chưa đủ thời gian cách ly: thửa VD-05 phun Abamectin ngày 10/11/2026, "
        "thu hoạch được từ ngày 17/11/2026."
    )
    assert "harvest is allowed from 17/11/2026" in (found.message.en or "")


def test_the_first_allowed_day_is_the_spray_day_and_the_interval():
    assert phi(harvest(at(17, 0, 1)), spray()) == []


def test_a_day_is_that_of_the_steps_own_offset():
    # Half past midnight in Hanoi is still the day before in London.
    london = datetime(2026, 11, 16, 17, 30, tzinfo=timezone(timedelta(0)))
    assert phi(harvest(london), spray())
    assert phi(harvest(london.astimezone(at(1).tzinfo)), spray()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ground": ELSEWHERE},
        {"replaced_by": ELSEWHERE},
        {"fields": {"phi_days": "?"}},
    ],
    ids=["other plot", "corrected", "interval not told"],
)
def test_a_spray_that_does_not_concern_the_harvest_is_no_finding(changes):
    assert phi(harvest(at(12)), spray(**changes)) == []


@pytest.mark.parametrize("season", [None, ELSEWHERE])
def test_a_spray_concerns_every_harvest_of_its_plot_whatever_seasons_both_name(season):
    assert phi(harvest(at(12)), spray(season=season))
    assert phi(harvest(at(12), season=season), spray())


def test_a_spray_after_the_cut_does_not_concern_it():
    assert phi(harvest(at(10, 15)), spray()) == []


def test_each_spray_is_a_finding_of_its_own():
    first, second = spray(9), step("spray", at(11), 3, fields={"phi_days": 3}, **GROWN)
    found = phi(harvest(at(13)), first, second)
    assert len({one.id for one in found}) == 2
    assert {one.allowed for one in found} == {date(2026, 11, 16), date(2026, 11, 14)}


@pytest.mark.parametrize(("days", "count"), [(7, 0), (7.5, 1), (8, 1), ("14", 1)])
def test_an_interval_over_seven_days_is_worth_a_look(days, count):
    assert len(list(growing.phi_over_7(spray(days=days), CROPS["nhan"]))) == count


def test_a_crop_that_is_not_known_or_not_concerned_is_not_judged():
    assert list(growing.phi_over_7(spray(days=14), None)) == []
    assert list(growing.phi_over_7(spray(days=14), CROPS["lua"])) == []


@pytest.mark.parametrize(("day", "count"), [(10, 1), (19, 1), (20, 0)])
def test_leaves_wait_ten_days_after_nitrogen(day, count):
    urea = step("fertilize", at(10), 3, fields={"fert_type": "mineral", "n_pct": 46}, **GROWN)
    found = list(growing.nitrogen_stop(harvest(at(day)), [urea], CROPS["cai_ngot"], "VD-06"))
    assert len(found) == count
    assert all(one.severity == "warn" and one.allowed == date(2026, 11, 20) for one in found)
    assert list(growing.nitrogen_stop(harvest(at(day)), [urea], CROPS["ca_chua"], "VD-06")) == []


def test_compost_is_no_mineral_nitrogen():
    compost = step("fertilize", at(10), 3, fields={"fert_type": "organic", "n_pct": 2}, **GROWN)
    assert list(growing.nitrogen_stop(harvest(at(11)), [compost], CROPS["cai_ngot"], "?")) == []


@pytest.mark.parametrize(("kilograms", "per_sao"), [("149", "149.0"), ("601", "601.0")])
def test_a_picking_far_from_the_usual_is_found(kilograms, per_sao):
    cut = step("harvest", at(9), outputs=(line(GREENS, kilograms),), **GROWN)
    (found,) = growing.plausible_yield(cut, PlotFact("VD-04", 360), CROPS["rau_muong"])
    assert dict(found.values)["per_sao"] == Decimal(per_sao)


@pytest.mark.parametrize("kilograms", ["150", "600"])
def test_the_bounds_of_a_usual_picking_are_usual(kilograms):
    cut = step("harvest", at(9), outputs=(line(GREENS, kilograms),), **GROWN)
    assert list(growing.plausible_yield(cut, PlotFact("V", 360), CROPS["rau_muong"])) == []
    assert list(growing.plausible_yield(cut, None, CROPS["rau_muong"])) == []


def test_a_crop_is_found_by_its_name_without_marks():
    assert crop_of("rau muong") is crop_of("rau_muong") is CROPS["rau_muong"]
    assert crop_of("sam ngoc linh") is None
