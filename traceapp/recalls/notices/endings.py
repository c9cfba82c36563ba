"""Recalls that ended, or let lots go, lately: told to whoever has, sold or waits for the goods."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, select

from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.database.types import Instant
from traceapp.recalls.case_models import RecallAct, RecallCase
from traceapp.recalls.notices import letters
from traceapp.trace.facts import Ref


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a recall: `kind` is release, close, or narrow where some lots were let go."""

    case: Ref
    number: str
    actor: str
    is_drill: bool
    kind: str


def lately(holder_id: UUID, since: datetime) -> list[Ending]:
    """List what ended or let lots go since then and concerns a holder, the newest case first."""
    rows = db.session.execute(_LATELY, {"since": since})
    return [one for notice, number in rows if (one := _ending(notice, number, holder_id, since))]


def _lately() -> Select[*tuple[Any, ...]]:
    agreed = exists().where(
        RecallAct.producer_id == RecallNotice.producer_id,
        RecallAct.case_id == RecallNotice.case_id,
        RecallAct.kind == "agree",
        RecallAct.done_at >= bindparam("since", type_=Instant),
    )
    is_case = and_(
        RecallCase.producer_id == RecallNotice.producer_id,
        RecallCase.case_id == RecallNotice.case_id,
    )
    return (
        select(RecallNotice, RecallCase.number)
        .join(RecallCase, is_case)
        .where(agreed)
        .order_by(RecallNotice.issued_at.desc(), RecallNotice.case_id)
    )


_LATELY = _lately()  # written once: each page of the desk asks


def _ending(notice: RecallNotice, number: str, holder_id: UUID, since: datetime) -> Ending | None:
    ended_at = notice.closed_at or notice.ended_at
    if ended_at is None:
        kind, lots = "narrow", RecalledBatch.left_at >= since
    elif ended_at >= since:
        is_closed = notice.closed_at is not None or notice.is_drill
        kind, lots = "close" if is_closed else "release", RecalledBatch.left_at.is_(None)
    else:
        return None
    case = Ref(notice.producer_id, notice.case_id)
    if not letters.is_concerned(holder_id, case, lots):
        return None
    return Ending(case, number, notice.actor, notice.is_drill, kind)
