"""What stands against goods in hand, so that a phone stops an act before it without a network.

A phone judges with the same rules as the server judges an attempt: it is told here, by batch, what
it cannot know by itself, and by kind of step which of these rules are asked before it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from traceapp.findings.ground_facts import pens_of, treatments_of
from traceapp.findings.hold_reasons import first_reasons, told_to
from traceapp.recalls.forbidding import recalled_among
from traceapp.recalls.stops.queries import stopped_among
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES
from traceapp.trace.rules.treating import ASKING, first_leaving, leave_from
from traceapp.trace.vocabulary import StepKind
from traceapp.trace.words import Words

OF_GOODS = ("recalled", "held", "sale_stopped", "shelf_life", "withdrawal")
"""The rules that forbid an act with goods as they stand, whatever else it says."""

Answer = dict[str, Any]


def stopped_by(kind: StepKind) -> list[str]:
    """Name the rules that may stop such a step because of its goods."""
    asked = [rule for rule in OF_GOODS if RULES[rule].is_asked_before(kind)]
    return [rule for rule in asked if rule != "withdrawal" or kind.id in ASKING]


def against(batches: Collection[Ref], *, asks: UUID) -> Mapping[Ref, Sequence[Answer]]:
    """Give, of each batch, the rules that it breaks until somebody says otherwise, and why."""
    found: dict[Ref, list[Answer]] = {batch: [] for batch in batches}
    for batch, recall in recalled_among(batches).items():
        found[batch].append(
            {"rule": "recalled", "why": _both(recall.why), "by": _both(recall.body)}
        )
    for batch, stop in stopped_among(batches, asks=asks).items():
        told = {"rule": "sale_stopped", "why": _both(stop.why), "by": _both(stop.body)}
        found[batch].append(told)
    for batch, why in first_reasons(batches, asks=asks).items():
        found[batch].append({"rule": "held", "why": _both(told_to(asks, batch, why))})
    return found


def in_short(found: Sequence[Answer]) -> Answer:
    """Say in short whether goods may be used, for programs that do not ask by which rule."""
    return {"held": bool(found), "held_because": found[0]["why"] if found else None}


def first_leaving_days(animals: Collection[Ref]) -> dict[Ref, Answer]:
    """Give the first day on which treated animals may leave, and after which drug."""
    found: dict[Ref, Answer] = {}
    for herd, treatments in treatments_of(animals).items() if animals else ():
        day = first_leaving(treatments)
        if day is not None:
            last = [one for one in treatments if one.counts and leave_from(one) == day]
            drugs = (one.text("drug") for one in last)
            because = next(filter(None, drugs), None)
            found[herd] = {"date": day.isoformat(), "because": because}
    return found


def pens(animals: Collection[Ref], *, asks: UUID) -> dict[Ref, Sequence[Answer]]:
    """Give where animals were brought in: a treatment there is one of theirs, whatever it names."""
    return {
        herd: [
            {
                "plot_id": pen.plot_id and str(pen.plot_id),
                "season_id": pen.season_id and str(pen.season_id),
                "since": pen.since.isoformat(),
            }
            for pen in found
        ]
        for herd, found in (pens_of(animals, owner=asks) if animals else {}).items()
    }


def _both(words: Words) -> Answer:
    return {"vi": words.vi, "en": words.en}
