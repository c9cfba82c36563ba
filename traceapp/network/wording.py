"""Figures of cleaner production as people of a language read them. Pure."""

from decimal import Decimal

from traceapp.network.figures import Period
from traceapp.trace.wording import number
from traceapp.trace.words import Words

MINUS = "\N{MINUS SIGN}"


def per_cent(change: Decimal) -> Words:
    """Write a change with both decimals and its sign: "−2,50 %" and "−2.50%"."""
    sign = (MINUS if change < 0 else "+") if change else ""
    figure = f"{sign}{abs(change):.2f}"
    return Words(f"{figure.replace('.', ',')}\N{NO-BREAK SPACE}%", f"{figure}%")


def published_per_cent(change: Decimal) -> Words:
    """Write a change that others published, with its sign and decimals as printed: "−6,5 %"."""
    sign = (MINUS if change < 0 else "+") if change else ""
    figure = f"{sign}{abs(change):f}"
    return Words(f"{figure.replace('.', ',')}\N{NO-BREAK SPACE}%", f"{figure}%")


def amount(value: Decimal, unit: Words) -> Words:
    """Write an amount with the unit as it was typed."""
    figure = number(value)
    return Words(f"{figure.vi} {unit.vi}", f"{figure.en} {unit.en or unit.vi}")


def days(period: Period) -> str:
    """Write a period, the same in both languages."""
    return f"{period.first:%d/%m/%Y}–{period.last:%d/%m/%Y}"
