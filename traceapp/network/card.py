"""What everybody may read of cleaner production: a document in both languages, without costs.

Shown are measures that are done, and figures with baseline, periods and method, whoever said them;
who checked them, or that nobody did, stands beside each. Nothing that is only said takes the place
of what was checked.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from traceapp.network import claiming, queries, wording
from traceapp.network.figures import Period
from traceapp.network.told import Assessment, Check, Indicator, Measure
from traceapp.producers.green_claims import Wording, wording_of_goods
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

Document = dict[str, Any]
Wordings = Mapping[UUID, Wording]
# In whose words an establishment or a body may have claimed something.
WORDED = (
    *("product", "output_unit", "not_covered", "title", "name", "unit", "before", "now"),
    *("source", "reason"),
)
# What was checked, then the newest; beyond them a page outgrows one flight.
MOST = 5
MOST_FIGURES = 12
MOST_MEASURES = 12


def of_product(product: Ref, wording: Wordings) -> list[Document]:
    """Tell what concerns a product: its own assessments, and those of the whole establishment."""
    return _shown(queries.of_product(product), wording)


def of_producer(producer_id: UUID, day: date) -> list[Document]:
    """Tell what concerns an establishment, as it may be told on a day."""
    found = queries.of_producer(producer_id)
    is_of_goods = any(one.product_id for one in found)
    return _shown(found, wording_of_goods(producer_id, day) if is_of_goods else {})


def _shown(assessments: Iterable[Assessment], wording: Wordings) -> list[Document]:
    telling = [one for one in assessments if _whole(one) or any(m.done_on for m in one.measures)]
    first = sorted(telling, key=lambda one: not any(_is_checked(f) for f in one.indicators))
    return [_worded(one, wording) for one in telling if one in first[:MOST]]


def _worded(one: Assessment, wording: Wordings) -> Document:
    """Tell of an assessment without what the product that it is about may no longer say."""
    told = _assessment(one)
    about = None if one.product_id is None else wording.get(one.product_id)
    if about is None:
        return told
    for name in ("measures", "figures"):
        told[name] = [about.told(part, WORDED) for part in told[name]]
    return about.told(told, WORDED)


def _assessment(one: Assessment) -> Document:
    done = [(measure.done_on, measure) for measure in one.measures if measure.done_on]
    done.sort(key=lambda pair: pair[0])
    figures = _whole(one)
    shown = sorted(figures, key=lambda figure: (_is_checked(figure), figure.noted_at))
    checked = {figure.subject for figure in figures if _is_checked(figure)}
    return {
        "product": None if one.product is None else one.product.document(),
        "output_unit": one.output_unit.document(),
        "body": one.body.document(),
        "not_covered": one.not_covered.document(),
        "measures_done": len(done),
        "measures": [_measure(measure, on) for on, measure in done[-MOST_MEASURES:]],
        "figures_in_all": len(figures),
        "figures": [
            _figure(figure) | {"is_after_checked": figure.subject in checked and not figure.check}
            for figure in figures
            if figure in shown[-MOST_FIGURES:]
        ],
    }


def _whole(one: Assessment) -> list[Indicator]:
    """Give the figures that may be shown: whole ones, per piece of what is made."""
    output = one.output_unit.vi or ""
    return [
        figure
        for figure in one.indicators
        if figure.claim.is_whole
        and claiming.is_per_output(figure.claim.kind, figure.unit.vi or "", output)
    ]


def _is_checked(figure: Indicator) -> bool:
    return figure.check is not None


def _measure(measure: Measure, done_on: date) -> Document:
    return {
        "title": measure.title.document(),
        "kind": measure.kind,
        "done_on": done_on.isoformat(),
    }


def _figure(figure: Indicator) -> Document:
    claim = figure.claim
    before, change = claim.before, claim.change
    if before is None or change is None:
        raise ValueError("a claim without baseline is not shown")
    return {
        "kind": claim.kind,
        "name": figure.name.document(),
        "unit": figure.unit.document(),
        "before": wording.amount(before, figure.unit).document(),
        "now": wording.amount(claim.after, figure.unit).document(),
        "change": wording.per_cent(change).document(),
        "change_percent": f"{change:.2f}",
        "periods": {"before": _period(claim.before_period), "now": _period(claim.after_period)},
        "method": claim.method,
        "source": figure.source.document(),
        "reason": figure.reason.document(),
        "is_of_body": figure.by.producer_id != figure.ref.producer_id,
        "checked": None if figure.check is None else _check(figure.check),
    }


def _period(period: Period | None) -> Document | None:
    if period is None:
        return None
    return {"from": period.first.isoformat(), "until": period.last.isoformat()}


def _check(check: Check) -> Document:
    return {"by": check.body.document(), "on": check.at.astimezone(HANOI).date().isoformat()}
