"""Cleaner production as the desk tells it: what an assessment is about, changes, what lacks."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from traceapp.network import wording
from traceapp.network.figures import Claim, Lack, Period
from traceapp.network.told import Indicator
from traceapp.network.vocabulary import INDICATOR_KINDS, MEASURE_KINDS, METHODS, STATES
from traceapp.trace.words import Words
from traceapp.web.languages import say

TONES = {"proposed": "", "chosen": "amber", "done": "leaf", "dropped": ""}


def producer_of(row: Any) -> Words:  # noqa: ANN401 - a row of `queries.listing`
    """Name the establishment of a listed assessment."""
    return Words(row.producer, row.producer_en)


def body_of(row: Any) -> Words:  # noqa: ANN401 - a row of `queries.listing`
    """Name who assesses."""
    return Words(row.body or "", row.body_en)


def unit_of(row: Any) -> Words:  # noqa: ANN401 - a row of `queries.listing`
    """Say per what a listed assessment reckons."""
    return Words(row.output_unit, row.output_unit_en)


def about(row: Any) -> str:  # noqa: ANN401 - a row of `queries.listing`
    """Name the product of a listed assessment, or say that it is about all of them."""
    return of_what(None if row.product_id is None else Words(row.product, row.product_en))


def of_what(product: Words | None) -> str:
    """Name a product, or say that it is about all of them."""
    return _("the whole establishment") if product is None else say(product)


def kind_of(indicator: Indicator) -> str:
    """Name the kind of a figure."""
    return str(_(INDICATOR_KINDS[indicator.claim.kind]))


def measure_kind(kind: str) -> str:
    """Name the kind of a measure."""
    return str(_(MEASURE_KINDS[kind]))


def state(key: str) -> str:
    """Say where a measure stands."""
    return str(_(STATES[key]))


def method(claim: Claim) -> str:
    """Say how it was measured."""
    return "" if claim.method is None else _(METHODS[claim.method])


def before(figure: Indicator) -> str:
    """Write the baseline."""
    amount = figure.claim.before
    return "–" if amount is None else say(wording.amount(amount, figure.unit))


def now(figure: Indicator) -> str:
    """Write what is used up or let out now."""
    return say(wording.amount(figure.claim.after, figure.unit))


def change(figure: Indicator) -> str:
    """Write the change in per cent."""
    found = figure.claim.change
    return "–" if found is None else say(wording.per_cent(found))


def days(period: Period | None) -> str:
    """Write a period."""
    return "–" if period is None else wording.days(period)


def unchecked(figure: Indicator) -> str:
    """Say whose word a figure is that nobody has checked."""
    if figure.by.producer_id == figure.ref.producer_id:
        return str(_("Said by the establishment, not checked"))
    return str(_("Written down by the programme body, not checked"))


def lacks(figure: Indicator) -> str:
    """Say why a figure is not shown; empty where it is."""
    words = {
        Lack.BASELINE: _("the baseline"),
        Lack.PERIOD: _("a period"),
        Lack.METHOD: _("the method"),
    }
    missing = ", ".join(words[one] for one in figure.claim.lacks())
    return _("Not shown: it lacks %(what)s.", what=missing) if missing else ""


def money(dong: int) -> str:
    """Write an amount of money: "2.000.000 đ"."""
    return say(wording.amount(Decimal(dong), Words.same("đ")))
