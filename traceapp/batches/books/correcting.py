"""Which steps are corrected, and taking back what they had put into the books.

Which step holds follows from the steps alone (`trace.corrections`), whichever came first; a step
that is corrected never holds again. The step itself stays for ever. Callers own the transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select

from traceapp.batches.books import circles, containers, stock
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Event, LedgerEntry
from traceapp.batches.recording.ledger import Step, reversals, write
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.trace.circles import Ref
from traceapp.trace.corrections import Version, replacements


@dataclass(frozen=True, slots=True)
class Judged:
    """Steps of which it was decided which ones hold, and those that do not hold any more."""

    versions: AbstractSet[Ref] = frozenset()
    corrected: AbstractSet[Ref] = frozenset()


def wait_for_turn(producer_id: UUID) -> None:
    """Let a correction and what it corrects come one after the other, if they come at once.

    Whoever writes a step holds the row of its author until the end, by its foreign key.
    """
    if db.engine.dialect.name != "sqlite":  # has one writer at a time
        ask(_AUTHORS, producer_id=producer_id)


def judge(steps: Sequence[Step]) -> Judged:
    """Decide which steps hold of all that new ones of one producer correct or are corrected by."""
    producer_id = steps[0].producer_id
    new = {step.event_id for step in steps}
    concerned = {row.corrects_event_id for row in ask(_NAMING, producer_id=producer_id, ids=new)}
    concerned |= {step.event_id for step in steps if step.corrects_event_id is not None}
    if not concerned:
        return Judged()
    versions = _versions(producer_id, concerned)
    replaced = replacements(versions)
    kept = dict(_kept(producer_id, replaced))
    changed = {key: newer for key, newer in replaced.items() if kept.get(key) != newer}
    _keep(producer_id, changed, kept.keys() & changed.keys())
    return Judged(
        {(producer_id, version.event_id) for version in versions},
        {(producer_id, event_id) for event_id in replaced.keys() - kept.keys()},
    )


def take_back(steps: Sequence[Step]) -> set[Ref]:
    """Take back all that steps put into the books; give those whose standing changed by it."""
    if not steps:
        return set()
    joined, counted = set[Ref](), set[stock.Holding]()
    entries = reversals(steps)
    write(LedgerEntry, entries)
    stock.book(entries)
    for event in sorted((step.producer_id, step.event_id) for step in steps):
        containers.forget(*event)
        joined |= circles.forget(event)
        counted |= stock.forget_count(*event)
    stock.settle_counts({*counted, *map(stock.holding, entries)})
    return circles.settle(joined) if joined and circles.is_any_set_aside() else set()


def _versions(producer_id: UUID, ids: Iterable[UUID]) -> list[Version]:
    """Read these steps, what corrects them and what they correct, link by link."""
    found: dict[UUID, Version] = {}
    asked: set[UUID] = set()
    while missing := set(ids) - asked:
        asked |= missing
        rows = ask(_LINKED, producer_id=producer_id, ids=missing, corrected=missing)
        found |= {row.event_id: Version(*row) for row in rows}
        ids = {one for row in rows for one in (row.event_id, row.corrects_event_id) if one}
    return list(found.values())


def _kept(producer_id: UUID, ids: Collection[UUID]) -> Iterable[tuple[UUID, UUID]]:
    return [
        (row.event_id, row.replaced_by_id) for row in ask(_KEPT, producer_id=producer_id, ids=ids)
    ]


def _keep(producer_id: UUID, changed: dict[UUID, UUID], old: Collection[UUID]) -> None:
    if old:
        db.session.execute(_FORGET, {"of": producer_id, "ids": list(old)})
    rows = [
        {"producer_id": producer_id, "event_id": event_id, "replaced_by_id": newer}
        for event_id, newer in sorted(changed.items())
    ]
    write(CorrectedEvent, rows)


# Written once: putting a query together takes longer than asking it.
_OURS = Event.producer_id == bindparam("producer_id")
_NAMING = select(Event.corrects_event_id).where(
    _OURS, Event.corrects_event_id.in_(bindparam("ids", expanding=True))
)
_LINKED = select(Event.event_id, Event.corrects_event_id, Event.event_time).where(
    _OURS,
    or_(
        Event.event_id.in_(bindparam("ids", expanding=True)),
        Event.corrects_event_id.in_(bindparam("corrected", expanding=True)),
    ),
)
_KEPT = select(CorrectedEvent.event_id, CorrectedEvent.replaced_by_id).where(
    CorrectedEvent.producer_id == bindparam("producer_id"),
    CorrectedEvent.event_id.in_(bindparam("ids", expanding=True)),
)
_FORGET = delete(CorrectedEvent).where(
    CorrectedEvent.producer_id == bindparam("of"),
    CorrectedEvent.event_id.in_(bindparam("ids", expanding=True)),
)
_AUTHORS = (
    select(Membership.member_id)
    .where(Membership.producer_id == bindparam("producer_id"))
    .order_by(Membership.member_id)
    .with_for_update()
)
