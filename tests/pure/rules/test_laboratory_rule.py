"""A failed laboratory test holds each lot it is about; a pass above the limit is only doubted."""

import pytest

from tests.pure.rules.builders import BAGS, GREENS, at, step
from traceapp.trace.rules.finding import Finding
from traceapp.trace.rules.laboratory import lab_fail

TOLD = {"test": "Abamectin", "report_no": "PTN-1"}


def found(**fields: object) -> list[Finding]:
    result = step("lab_result", at(10), about=(GREENS, BAGS, GREENS), fields=TOLD | fields)
    return list(lab_fail(result, {GREENS: "CN-1", BAGS: "CN-1-T"}.__getitem__))


def test_a_failed_test_holds_each_lot_once_and_tells_its_figures() -> None:
    greens, bags = found(verdict="fail", value=0.12, limit=0.05)
    assert (greens.rule, greens.severity, greens.batch) == ("lab_fail", "block", GREENS)
    assert [one.holds for one in (greens, bags)] == [{GREENS}, {BAGS}]
    assert greens.message.vi == (
        "Lô CN-1 không đạt kiểm nghiệm Abamectin: 0,12, ngưỡng 0,05 (phiếu PTN-1)."
    )
    assert (
        bags.message.en == "Lot CN-1-T failed the test Abamectin: 0.12, limit 0.05 (report PTN-1)."
    )


@pytest.mark.parametrize("figures", [{}, {"value": 0.12}, {"value": "?", "limit": 0.05}])
def test_a_failed_test_without_figures_holds_as_well(figures: dict[str, object]) -> None:
    greens, _ = found(verdict="fail", **figures)
    assert greens.holds == {GREENS}
    assert greens.message.en == "Lot CN-1 failed the test Abamectin (report PTN-1)."


def test_a_failed_test_below_its_limit_still_failed() -> None:
    assert [one.severity for one in found(verdict="fail", value=0.01, limit=0.05)] == ["block"] * 2


@pytest.mark.parametrize("value", [0.05, 0.01, 0])
def test_a_passed_test_within_its_limit_says_nothing(value: float) -> None:
    assert found(verdict="pass", value=value, limit=0.05) == []


def test_a_passed_test_above_its_limit_is_a_warning_that_holds_nothing() -> None:
    doubted, _ = found(verdict="pass", value=0.06, limit=0.05)
    assert (doubted.severity, doubted.holds) == ("warn", frozenset())
    assert "passed" in (doubted.message.en or "")
