"""The way back of a case: what the suspected lot was made from, as far as its reader may know."""

from dataclasses import dataclass
from datetime import datetime

from traceapp.accounts.visitor import Visitor
from traceapp.recalls.case_queries import Case
from traceapp.trace.words import Words
from traceapp.tracing.family import Way
from traceapp.tracing.reading import read

MOST = 200
UNTOLD = "…"


@dataclass(frozen=True, slots=True)
class Source:
    """A lot that the suspected one was made from, so many generations back."""

    generations: int
    name: Words
    lot: str
    producer: Words


def sources_of(reader: Visitor, case: Case, *, now: datetime) -> list[Source]:
    """Give what the lot of a case was made from, the nearest first."""
    lineage = read(reader, (case.batch.producer_id, case.batch.id), Way.BACK, None, now=now)
    nodes = sorted(lineage.nodes, key=lambda one: -one.step) if lineage else ()
    return [
        Source(-one.step, one.product, one.lot or UNTOLD, one.origin or one.producer)
        for one in nodes
        if one.step < 0
    ][:MOST]
