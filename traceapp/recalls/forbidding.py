"""Recalled goods are not used, moved, sold or labelled: an attempt to is refused."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from traceapp.batches.told_lots import lots_told_to
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.codes.recalled import IS_IN_FORCE
from traceapp.database.asking import among
from traceapp.findings import attempts
from traceapp.findings.reading import rows
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.words import Words

RULE = "recalled"


@dataclass(frozen=True, slots=True)
class RecallTold:
    """Who recalls a batch, and why."""

    body: Words
    why: Words


def recalled_among(batches: Collection[Ref]) -> dict[Ref, RecallTold]:
    """Give the batches among these that are recalled now, each with the first recall of it."""
    told: dict[Ref, RecallTold] = {}
    for row in sorted(rows(_RECALLED, batches), key=lambda row: row.issued_at):
        one = RecallTold(Words(row.actor, row.actor), Words(row.reason, row.reason))
        told.setdefault(Ref(row.producer_id, row.batch_id), one)
    return told


def of_recalled_goods(step: StepFact, goods: Collection[Ref]) -> Iterator[Finding]:
    """Find recalled goods among those an act would use, move, sell or label."""
    recalled = recalled_among(goods)
    lots = lots_told_to(step.ref.producer_id, recalled.keys())
    for batch, one in recalled.items():
        values = {"lot": lots[batch], "who": one.body, "why": one.why}
        yield found(RULE, event=step.ref, batch=batch, values=values)


_RECALLED = (
    select(
        *(RecalledBatch.producer_id, RecalledBatch.batch_id),
        *(RecallNotice.actor, RecallNotice.reason, RecallNotice.issued_at),
    )
    .join(RecallNotice, IS_IN_FORCE)
    .where(
        among(RecalledBatch.producer_id, RecalledBatch.batch_id), RecalledBatch.left_at.is_(None)
    )
)

attempts.also_asked.append(of_recalled_goods)
