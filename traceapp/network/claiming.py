"""From what was typed of an indicator to what is kept, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from traceapp.network import faults
from traceapp.network.figures import (
    Claim,
    from_millionths,
    is_concentration,
    is_per,
    period,
    to_millionths,
)
from traceapp.network.models import CleanerIndicator
from traceapp.network.vocabulary import IN_AIR
from traceapp.problem import Finding

Given = dict[str, Any]


def faults_of(given: Given, output_unit: str, today: date) -> Iterator[Finding]:
    """Give what is wrong with the two amounts, their units and their periods.

    `output_unit` is one piece or amount of what is made, such as "basket G-12".
    """
    before, after = given["before"], given["after"]
    if before is not None and before <= 0:
        yield faults.BASELINE
    if after < 0:
        yield faults.OVER_100
    if before is not None and given["before_unit"] != given["after_unit"]:
        yield faults.UNITS
    yield from _faults_of_unit(given["kind"], given["after_unit"], output_unit)
    yield from _faults_of_periods(given, today)
    if before is not None and before > 0 and after >= 0:
        yield from _implausible(claim_given(given), given["reason"])


def is_per_output(kind: str, unit: str, output_unit: str) -> bool:
    """Tell whether a figure says how much is used or let out for one piece of what is made.

    What is in the air may be told by a cubic metre of it.
    """
    return is_per(unit, output_unit) or (kind in IN_AIR and is_concentration(unit))


def _faults_of_unit(kind: str, unit: str, output_unit: str) -> Iterator[Finding]:
    if is_per_output(kind, unit, output_unit):
        return
    is_of_air = kind in IN_AIR
    fault = faults.NEITHER_PER_OUTPUT_NOR_IN_AIR if is_of_air else faults.NOT_PER_OUTPUT
    example = f"{unit.partition('/')[0]}/{output_unit.split(maxsplit=1)[0]}"
    values = {"unit": unit, "output": output_unit, "example": example}
    yield replace(fault, values=values)


def _implausible(claim: Claim, reason: str | None) -> Iterator[Finding]:
    values = {"change": f"{claim.change:+.0f} %"}
    if not claim.is_comparable:
        yield replace(faults.RISEN, values=values)
    elif not claim.is_plausible and reason is None:
        yield replace(faults.IMPLAUSIBLE, values=values)


def _faults_of_periods(given: Given, today: date) -> Iterator[Finding]:
    names = ("before_from", "before_until", "after_from", "after_until")
    first, end, start, last = (given[name] for name in names)
    if (first is None) is not (end is None):
        yield replace(faults.HALF_PERIOD, pointer="/before_until")
    if (start is None) is not (last is None):
        yield faults.HALF_PERIOD
    days = [(name, given[name]) for name in names if given[name] is not None]
    for (_, earlier), (name, later) in pairwise(days):
        if later < earlier or (name == "after_from" and later == earlier):
            yield replace(faults.ORDER, pointer=f"/{name}")
            return
    to_come = next((name for name, day in days if day > today), None)
    if to_come is not None:
        yield replace(faults.FUTURE, pointer=f"/{to_come}")
    before, after = period(first, end), period(start, last)
    if before and after and not before.is_as_long_as(after):
        yield replace(faults.LENGTHS, values={"before": str(before.days), "after": str(after.days)})


def claim_given(given: Given) -> Claim:
    """Read a claim as it was typed."""
    return Claim(
        given["kind"],
        given["before"],
        given["after"],
        period(given["before_from"], given["before_until"]),
        period(given["after_from"], given["after_until"]),
        given["method"],
    )


def claim_of(kept: CleanerIndicator) -> Claim:
    """Read a claim as it is kept."""
    return Claim(
        kept.kind,
        None if kept.before is None else from_millionths(kept.before),
        from_millionths(kept.after),
        period(kept.before_from, kept.before_until),
        period(kept.after_from, kept.after_until),
        kept.method,
    )


def columns(given: Given) -> Given:
    """Give the columns of a row from what was typed."""
    left = {"id", "before", "after", "before_unit", "after_unit"}
    before = given["before"]
    return {
        **{name: value for name, value in given.items() if name not in left},
        "unit": given["after_unit"],
        "before": None if before is None else to_millionths(before),
        "after": to_millionths(given["after"]),
    }
