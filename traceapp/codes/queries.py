"""Looking a code up: one Core query, no ORM object."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, select

from traceapp.codes.models import (
    CodeStateChange,
    PublicCode,
    RecalledBatch,
    RecallNotice,
    ReservedCode,
)
from traceapp.codes.recalled import IS_IN_FORCE, IS_REACHED, STATE
from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import told_reason
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.trace.words import Words

CODE = PublicCode.__table__.c


@dataclass(frozen=True, slots=True)
class CodeFact:
    """A code that was issued, and the last change of its state."""

    code: str
    producer_id: UUID
    batch_id: UUID
    state: CodeState
    moved_to: str | None
    changed_at: datetime
    actor: str
    reason: str | None

    @property
    def why(self) -> Words | None:
        """Give the reason as it is told."""
        return told_reason(self.reason)


def find(code: str) -> CodeFact | None:
    """Find a code by its ten characters; None when it was never issued."""
    return _first(PublicCode.code == code)


def is_reserved(code: str) -> bool:
    """Tell whether a phone holds this code for a batch that no server has heard of yet."""
    held = select(ReservedCode.code).where(ReservedCode.code == code)
    return db.session.execute(held.limit(1)).first() is not None


def of_batch(producer_id: UUID, batch_id: UUID) -> CodeFact | None:
    """Find the code of a batch; None for a batch without a public page."""
    return _first(is_current_of(producer_id, batch_id))


def is_current_of(producer_id: Any, batch_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns or ids
    """Match the code that a batch has now: one that moved only leads on."""
    return and_(
        CODE.producer_id == producer_id, CODE.batch_id == batch_id, CODE.state != CodeState.MOVED
    )


def issued() -> list[tuple[str, CodeState, str]]:
    """List the codes that were issued with what they say and the producer's name."""
    rows = db.session.execute(
        select(PublicCode.code, STATE, Producer.name)
        .join(Producer, Producer.producer_id == PublicCode.producer_id)
        .order_by(Producer.folded_name, PublicCode.code)
    )
    return [(row.code, CodeState(row.state), row.name) for row in rows]


def producer_name(code: str) -> str | None:
    """Name the producer behind a code; None when it was never issued."""
    return db.session.execute(
        select(Producer.name)
        .join(PublicCode, PublicCode.producer_id == Producer.producer_id)
        .where(PublicCode.code == code)
    ).scalar_one_or_none()


def with_note() -> Select[*tuple[Any, ...]]:
    """Make the query for one code, in the order of `CodeFact`, to which callers add conditions.

    A code may be minted and activated at one instant: it gives the note of the state that holds.
    A recall that is in force speaks before it; of several the last of an authority, else the last.
    """
    is_recalled = and_(RecallNotice.case_id.is_not(None), PublicCode.state != CodeState.MOVED)
    return (
        select(
            PublicCode.code,
            PublicCode.producer_id,
            PublicCode.batch_id,
            case((is_recalled, CodeState.RECALLED), else_=PublicCode.state).label("state"),
            PublicCode.moved_to,
            _told(is_recalled, RecallNotice.issued_at, CodeStateChange.changed_at, "changed_at"),
            _told(is_recalled, RecallNotice.actor, CodeStateChange.actor, "actor"),
            _told(is_recalled, RecallNotice.reason, CodeStateChange.reason, "reason"),
        )
        .join(
            CodeStateChange,
            (CodeStateChange.code == PublicCode.code) & (CodeStateChange.state == PublicCode.state),
        )
        .outerjoin(RecalledBatch, IS_REACHED)
        .outerjoin(RecallNotice, IS_IN_FORCE)
        .order_by(
            *(RecallNotice.issued_at.is_(None), RecallNotice.is_official.desc()),
            RecallNotice.issued_at.desc(),
            CodeStateChange.changed_at.desc(),
        )
        .limit(1)
    )


def _told(is_recalled: Any, recall: Any, own: Any, name: str) -> Any:  # noqa: ANN401 - columns
    return case((is_recalled, recall), else_=own).label(name)


def _first(*conditions: ColumnElement[bool]) -> CodeFact | None:
    row = db.session.execute(with_note().where(*conditions)).one_or_none()
    if row is None:
        return None
    code, producer_id, batch_id, state, *rest = row
    return CodeFact(code, producer_id, batch_id, CodeState(state), *rest)
