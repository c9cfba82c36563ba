"""Writing the acts of a recall case, its number, and what the book of acts says of it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from traceapp.audit import operations as audit
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import Producer
from traceapp.producers.queries import admission_of
from traceapp.recalls.case_models import RecallAct, RecallActBatch, RecallCase
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI


def write_act(  # noqa: PLR0913 - what, by whom, why, about which goods
    case: Ref,
    kind: str,
    by: Actor,
    reason: str,
    batches: Collection[Ref],
    *,
    now: datetime,
    waits: bool = False,
    answers: UUID | None = None,
) -> UUID:
    """Write an act with the batches it names; give its id."""
    act_id = new_id()
    db.session.add(
        RecallAct(
            producer_id=case.producer_id,
            act_id=act_id,
            case_id=case.id,
            kind=kind,
            waits=waits,
            answers_act_id=answers,
            reason=reason,
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            done_at=now,
        )
    )
    db.session.flush()
    named = [
        {
            "producer_id": case.producer_id,
            "act_id": act_id,
            "batch_producer_id": batch.producer_id,
            "batch_id": batch.id,
        }
        for batch in sorted(batches)
    ]
    if named:
        insert_rows(db.metadata.tables[RecallActBatch.__tablename__], named)
    return act_id


def next_number(producer_id: UUID, is_drill: bool, now: datetime) -> str:  # noqa: FBT001 - which series
    """Give the next number: TH (thu hồi) or DT (diễn tập), year, count."""
    count = (
        select(func.count()).select_from(RecallCase).where(RecallCase.producer_id == producer_id)
    )
    following = db.session.execute(count).scalar_one() + 1
    return f"{'DT' if is_drill else 'TH'}-{now.astimezone(HANOI).year}-{following:03}"


def is_admitted(producer_id: UUID) -> bool:
    """Tell whether a producer was let in."""
    decision = admission_of(producer_id)
    return decision is not None and decision.decision == "admitted"


def name_of(producer_id: UUID) -> str:
    """Name a producer."""
    return db.session.execute(
        select(Producer.name).where(Producer.producer_id == producer_id)
    ).scalar_one()


def named(case: Ref) -> str:
    """Give what the book of acts calls a case: its number, and whether it is a drill."""
    row = db.session.get_one(RecallCase, (case.producer_id, case.id))
    return f"{'drill' if row.is_drill else 'recall'}:{row.number}"


def note(act: str, case: Ref, concerned: UUID, by: Actor, now: datetime) -> None:
    """Note it in the book of whoever acts and of whose goods it is about."""
    member = (by.member.producer_id, by.member.id)
    about = named(case)
    for book in dict.fromkeys((concerned, by.member.producer_id)):
        audit.note(book, act, about, by=member, now=now)
