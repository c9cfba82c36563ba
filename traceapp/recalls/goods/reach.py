"""Which batches a recall reaches: where it begins, and all that was or will be made of that.

A batch joins by itself, when what it was made of is recorded, however late. It leaves only by an
act of people, and is then no way on to what was made of it. Callers own the transaction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    bindparam,
    literal,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.batches.family import walking
from traceapp.batches.family.walking import CHILD
from traceapp.batches.recording import capturing
from traceapp.batches.recording.ledger import Row, Step, Written
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.asking import Query, ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.freshness import operations as freshness
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.trace.facts import Ref
from traceapp.trace.vocabulary import STEP_KINDS

CHUNK = 400
CATCH_UP = "recalls.catch_up"
TELL_JOINED = "recalls.tell_joined"  # `telling` does it
CAUGHT_UP_AFTER = timedelta(seconds=15)
"""What was written while a recall was issued is seen by neither; by then it is."""
_COLUMNS = ("producer_id", "batch_id", "case_producer_id", "case_id", "joined_at")


def extend(case: Ref, roots: Collection[Ref], *, now: datetime) -> None:
    """Let a recall reach these batches and all that was made of them."""
    if roots:
        db.session.execute(_joining(case, roots, now))
        freshness.step()
        payload = {"case_producer_id": str(case.producer_id), "case_id": str(case.id)}
        jobs.enqueue(CATCH_UP, payload, now=now, run_after=now + CAUGHT_UP_AFTER)


def _extend_late(case: Ref, roots: Collection[Ref], now: datetime) -> None:
    """Let a recall reach what was recorded meanwhile, and have its holders told."""
    if not roots:
        return
    joined = db.session.execute(_joining(case, roots, now).returning(RecalledBatch.batch_id)).all()
    if joined:
        freshness.step()
        payload = {
            "case_producer_id": str(case.producer_id),
            "case_id": str(case.id),
            "joined_at": now.isoformat(),
        }
        jobs.enqueue(TELL_JOINED, payload, now=now)


def _joining(case: Ref, roots: Collection[Ref], now: datetime) -> Any:  # noqa: ANN401 - an insert
    tree = _descent(case, roots)
    new = select(
        *(tree.c.producer_id, tree.c.batch_id),
        *(literal(part, Identifier) for part in (case.producer_id, case.id)),
        literal(now, Instant),
    )
    # SQLite reads "ON" after a select as the beginning of a join unless a WHERE stands between.
    into = _INSERT[db.engine.dialect.name](RecalledBatch).from_select(_COLUMNS, new.where(true()))
    return into.on_conflict_do_nothing()


def catch_up_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind CATCH_UP."""
    case = Ref(UUID(str(payload["case_producer_id"])), UUID(str(payload["case_id"])))
    return lambda: _extend_late(case, set(_all_of(_MEMBERS, case)), now)


def take_in(case: Ref, batches: Collection[Ref], *, now: datetime) -> None:
    """Let batches that were let go belong to a recall again, as if they joined now."""
    _set(case, batches, RecalledBatch.left_at.is_not(None), left_at=None, joined_at=now)


def let_go(case: Ref, batches: Collection[Ref], *, now: datetime) -> None:
    """Take batches out of a recall."""
    _set(case, batches, RecalledBatch.left_at.is_(None), left_at=now)
    freshness.step()


def follow(written: Written, now: datetime) -> None:
    """Let recalls reach what was just recorded to be made of recalled goods."""
    is_changed = any(_is_changed(step, written) for step in written.steps)
    if not is_changed and all(not _makes(step) for step in written.steps):
        return
    cases = [Ref(row.producer_id, row.case_id) for row in ask(_OPEN)]
    if not cases:
        return
    for case in cases:
        # A correction may bring back a way that was not written just now.
        reached = _all_of(_MEMBERS, case) if is_changed else _reached_among(case, written.lines)
        _extend_late(case, set(reached), now)


def are_of_others(roots: Collection[Ref], producer_id: UUID) -> bool:
    """Tell whether any of these batches, or of what was made of them, is somebody else's."""
    family = walking.reached(((one.producer_id, one.id) for one in roots), upward=False)
    return any(one[0] != producer_id for one in family)


def _makes(step: Step) -> bool:
    return STEP_KINDS[step.step_kind].stock_effect == "transform"


def _is_changed(step: Step, written: Written) -> bool:
    """Tell whether a step corrects another, or stands otherwise than before."""
    is_old = (step.producer_id, step.event_id) not in written.new
    return step.corrects_event_id is not None or (is_old and _makes(step))


def _reached_among(case: Ref, lines: Iterable[Row]) -> Iterable[Ref]:
    named = sorted({(line["batch_producer_id"], line["batch_id"]) for line in lines})
    for start in range(0, len(named), CHUNK):
        refs = named[start:][:CHUNK]
        for row in ask(_REACHED, refs=refs, case_producer=case.producer_id, case=case.id):
            yield Ref(row.producer_id, row.batch_id)


def _all_of(query: Query, case: Ref) -> Iterable[Ref]:
    for row in ask(query, case_producer=case.producer_id, case=case.id):
        yield Ref(row.producer_id, row.batch_id)


def _descent(case: Ref, roots: Collection[Ref]) -> CTE:
    pairs = {(root.producer_id, root.id) for root in roots}
    if walking.is_by_levels():
        return walking.known(_by_levels(case, pairs))
    start = walking.known(pairs)
    out = [(ref.producer_id, ref.id) for ref in _all_of(_OUT, case)]
    narrowed = (lambda step: step.where(tuple_(*CHILD).not_in(out))) if out else None
    began = select(start.c.producer_id, start.c.batch_id)
    return walking.tree(began, upward=False, narrowed=narrowed)


def _by_levels(case: Ref, roots: Collection[walking.Ref]) -> set[walking.Ref]:
    seen = {(ref.producer_id, ref.id) for ref in _all_of(_OUT, case)} | set(roots)
    out, level = seen - set(roots), set(roots)
    while level:
        level = {child for child, _ in walking.pairs(walking.EDGE, level, upward=False)} - seen
        seen |= level
    return seen - out


def _set(
    case: Ref, batches: Collection[Ref], where: ColumnElement[bool], **values: datetime | None
) -> None:
    refs = sorted((batch.producer_id, batch.id) for batch in batches)
    for start in range(0, len(refs), CHUNK):
        db.session.execute(
            update(RecalledBatch)
            .where(
                RecalledBatch.case_producer_id == case.producer_id,
                RecalledBatch.case_id == case.id,
                tuple_(RecalledBatch.producer_id, RecalledBatch.batch_id).in_(refs[start:][:CHUNK]),
                where,
            )
            .values(values)
        )


_INSERT: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
_IS_OF_CASE = and_(
    RecalledBatch.case_producer_id == bindparam("case_producer", type_=Identifier),
    RecalledBatch.case_id == bindparam("case", type_=Identifier),
)
_OPEN = select(RecallNotice.producer_id, RecallNotice.case_id).where(
    RecallNotice.ended_at.is_(None)
)
_MEMBERS, _OUT = (
    select(RecalledBatch.producer_id, RecalledBatch.batch_id).where(_IS_OF_CASE, condition)
    for condition in (RecalledBatch.left_at.is_(None), RecalledBatch.left_at.is_not(None))
)
_REACHED = _MEMBERS.where(
    tuple_(RecalledBatch.producer_id, RecalledBatch.batch_id).in_(bindparam("refs", expanding=True))
)

capturing.on_recorded.append(follow)
