"""Letting recalled goods go needs a check they passed since the recall was issued.

Where there is none, a second person writes why none is needed. Callers own the transaction.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.persons import is_same_person
from traceapp.database.engine import db
from traceapp.recalls import case_faults, checks
from traceapp.recalls.case_models import RecallActCheck
from traceapp.recalls.case_queries import ActTold, Case
from traceapp.recalls.checks import Check
from traceapp.trace.facts import Ref

KINDS = frozenset({"narrow", "release"})


def concerned(case: Case, kind: str, batches: Collection[Ref]) -> tuple[Ref, ...]:
    """Give the lots a check must be about: those let go, or those where the recall begins."""
    return tuple(batches) if kind == "narrow" else roots_of(case)


def roots_of(case: Case) -> tuple[Ref, ...]:
    """Give the lots a recall begins at and that were not let go."""
    roots: dict[Ref, None] = {}
    for act in case.all_acts:
        if act.waits and not act.is_agreed:
            continue
        if act.kind in ("issue", "widen"):
            roots |= dict.fromkeys(act.batches)
        elif act.kind == "narrow":
            roots = {one: None for one in roots if one not in act.batches}
    return tuple(roots)


def offered(case: Case, batches: Collection[Ref]) -> list[Check]:
    """Give the checks that these lots of a recall passed since it was issued, the newest first.

    In an authority's recall those of the producer himself are none.
    """
    if case.notice is None:
        return []
    found = checks.passed(batches, case.notice.issued_at)
    subject = case.batch.producer_id if case.notice.is_official else None
    return [one for one in found if one.author.producer_id != subject]


def named(case: Case, kind: str, batches: Collection[Ref], events: Collection[UUID]) -> list[Check]:
    """Give the checks that are named for the goods an act of this kind would let go.

    Raises InvalidInput for a lot that passed a check of which none is named.
    """
    found = offered(case, concerned(case, kind, batches)) if kind in KINDS else []
    chosen = [one for one in found if one.event.id in events]
    if {one.batch for one in found} - {one.batch for one in chosen}:
        raise problem.InvalidInput(findings=[case_faults.NAME_CHECK])
    return chosen


def keep(case: Ref, act_id: UUID, chosen: Collection[Check]) -> None:
    """Keep which checks an act names."""
    db.session.add_all(
        RecallActCheck(
            producer_id=case.producer_id,
            act_id=act_id,
            event_producer_id=event.producer_id,
            event_id=event.id,
        )
        for event in dict.fromkeys(one.event for one in chosen)
    )
    db.session.flush()


def check(case: Case, act: ActTold, by: Ref, reason: str) -> None:
    """Refuse to let goods go without a check, unless a second person says why.

    Where every lot the recall began at was let go before, only that reason lets the rest go.
    Raises InvalidInput.
    """
    if act.kind not in KINDS:
        return
    lots = set(concerned(case, act.kind, act.batches))
    named_by = _events_of([act.act_id]).get(act.act_id, set())
    is_alone = is_same_person(act.by, by)
    proven = {
        one.batch
        for one in offered(case, lots)
        if one.event in named_by and not (is_alone and is_same_person(one.author, by))
    }
    if (lots and lots <= proven) or (reason and not is_alone):
        return
    raise problem.InvalidInput(findings=[case_faults.NO_CHECK])


def told(case: Case) -> dict[UUID, list[Check]]:
    """Give the checks that each act of a case names."""
    letting_go = [one for one in case.all_acts if one.kind in KINDS]
    events = _events_of([one.act_id for one in letting_go])
    if not events:
        return {}
    lots = {lot for one in letting_go for lot in concerned(case, one.kind, one.batches)}
    found = offered(case, lots)
    return {
        act_id: [one for one in found if one.event in named] for act_id, named in events.items()
    }


def _events_of(acts: Collection[UUID]) -> dict[UUID, set[Ref]]:
    query = select(
        RecallActCheck.act_id, RecallActCheck.event_producer_id, RecallActCheck.event_id
    ).where(RecallActCheck.act_id.in_(acts))
    found: dict[UUID, set[Ref]] = defaultdict(set)
    for row in db.session.execute(query) if acts else ():
        found[row.act_id].add(Ref(row.event_producer_id, row.event_id))
    return found
