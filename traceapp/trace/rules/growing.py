"""Rules of the field: how long after a spray or nitrogen a plot may be harvested, and how much."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from traceapp.trace.crops import Crop
from traceapp.trace.rules.catalogue import RULES
from traceapp.trace.rules.completing import lacking_at
from traceapp.trace.rules.facts import PlotFact, StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.words import Words

HARVEST, SPRAY, FERTILIZE = "harvest", "spray", "fertilize"

_LONGEST_USUAL = timedelta(days=RULES["phi_over_7"].params["max_days"])
_UNTOLD = timedelta(days=RULES["incomplete"].params["days"])
_FAMILIES = frozenset(RULES["phi_over_7"].params["families"])
NITROGEN = timedelta(days=RULES["nitrogen_stop"].params["days"])
_USUAL_YIELD = RULES["yield"].params["kg_per_sao"]
_SAO_M2 = Decimal(RULES["yield"].params["sao_m2"])
_ONE_PLACE = Decimal("0.1")


def is_same_ground(one: StepFact, other: StepFact) -> bool:
    """Tell whether two steps were done on one plot, or may have been.

    Two seasons may be open on one plot: what lies on its leaves and in its soil knows neither. A
    step that names no plot may have been done on any of its site.
    """
    if one.ground is None or other.ground is None:
        return one.site is not None and one.site == other.site
    return one.ground == other.ground


def harvest_from(spray: StepFact) -> date | None:
    """Give the first day on which a sprayed plot may be harvested."""
    interval = spray.days("phi_days")
    return None if interval is None else spray.day + interval


def first_harvest(grown: Iterable[StepFact]) -> date | None:
    """Give the first day on which no spray of a plot forbids the harvest."""
    days = [harvest_from(spray) for spray in grown if spray.kind == SPRAY and spray.counts]
    return max((day for day in days if day is not None), default=None)


def phi(harvest: StepFact, grown: Iterable[StepFact], plot: str) -> Iterator[Finding]:
    """Find a harvest before the interval of an earlier spray of the same plot is over."""
    for spray in grown:
        allowed = harvest_from(spray) if spray.kind == SPRAY else None
        if allowed is None or not spray.counts or not is_same_ground(harvest, spray):
            continue
        if spray.at < harvest.at and harvest.day_after(spray) < allowed:
            values = {
                "plot": plot,
                "product": spray.text("product") or "?",
                "spray_date": spray.day,
                "allowed_date": allowed,
            }
            yield found(
                "phi",
                aspect=_nowhere(harvest, spray),
                event=harvest.ref,
                cause=spray.ref,
                allowed=allowed,
                holds=frozenset(line.batch for line in harvest.outputs),
                values=values,
            )


def _nowhere(harvest: StepFact, spray: StepFact) -> str:
    """Name the step that does not say on which plot it was done."""
    if spray.ground is None:
        return SPRAY
    return HARVEST if harvest.ground is None else ""


def untold_interval(harvest: StepFact, grown: Iterable[StepFact]) -> Iterator[Finding]:
    """Find a harvest after a spray of the same plot whose interval nobody told: it may be long."""
    for spray in grown:
        if spray.kind != SPRAY or not spray.counts or harvest_from(spray) is not None:
            continue
        since = harvest.day_after(spray) - spray.day
        if spray.at < harvest.at and since <= _UNTOLD and is_same_ground(harvest, spray):
            yield lacking_at(harvest, spray, "phi_days")


def phi_over_7(spray: StepFact, crop: Crop | None) -> Iterator[Finding]:
    """Find an interval longer than labels for this kind of crop usually say."""
    interval = spray.days("phi_days")
    if interval is None or interval <= _LONGEST_USUAL:
        return
    if crop is not None and crop.family in _FAMILIES:
        values = {"product": spray.text("product") or "?", "phi_days": interval.days}
        yield found("phi_over_7", event=spray.ref, values=values)


def nitrogen_stop(
    harvest: StepFact, grown: Iterable[StepFact], crop: Crop | None, plot: str
) -> Iterator[Finding]:
    """Find leaves harvested soon after mineral nitrogen."""
    if crop is None or not crop.leafy:
        return
    for dressing in grown:
        if not _brings_nitrogen(dressing) or not is_same_ground(harvest, dressing):
            continue
        since = max(harvest.day_after(dressing) - dressing.day, timedelta(0))
        if dressing.at <= harvest.at and since < NITROGEN:
            allowed = dressing.day + NITROGEN
            values = {
                "plot": plot,
                "fert_date": dressing.day,
                "days": since.days,
                "allowed_date": allowed,
            }
            yield found(
                "nitrogen_stop",
                event=harvest.ref,
                cause=dressing.ref,
                allowed=allowed,
                values=values,
            )


def better_from(grown: Iterable[StepFact]) -> date | None:
    """Give the first day on which leaves of a plot had their time after mineral nitrogen."""
    days = [dressing.day + NITROGEN for dressing in grown if _brings_nitrogen(dressing)]
    return max(days, default=None)


def _brings_nitrogen(step: StepFact) -> bool:
    return (
        step.kind == FERTILIZE
        and step.counts
        and step.text("fert_type") == "mineral"
        and (step.number("n_pct") or 0) > 0
    )


def plausible_yield(
    harvest: StepFact, plot: PlotFact | None, crop: Crop | None
) -> Iterator[Finding]:
    """Find a harvest that is far from what such a plot gives in one picking."""
    usual = _USUAL_YIELD.get(crop.id) if crop else None
    masses = [line.mass for line in harvest.outputs]
    known = [mass for mass in masses if mass is not None]
    if usual is None or plot is None or not plot.area_m2 or not known or len(known) < len(masses):
        return
    kilograms = sum(known, Decimal(0))
    per_sao = kilograms / (plot.area_m2 / _SAO_M2)
    low, high = usual
    if not low <= per_sao <= high:
        values = {
            "plot": plot.name,
            "kg": kilograms,
            "area": Words.same(f"{plot.area_m2} m²"),
            "per_sao": per_sao.quantize(_ONE_PLACE),
            "low": low,
            "high": high,
        }
        yield found("yield", event=harvest.ref, values=values)
