"""Reading recall cases: what was done in them, and which stand open. Core only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, tuple_

from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Membership, Producer
from traceapp.recalls.case_models import RecallAct, RecallActBatch, RecallCase
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class ActTold:
    """Something done in a case; `is_answered` where a second person agreed or declined."""

    act_id: UUID
    kind: str
    waits: bool
    answers: UUID | None
    reason: str
    by: Ref
    body: Words
    person: str
    at: datetime
    batches: tuple[Ref, ...]
    is_answered: bool
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of an issued recall."""

    actor: str
    reason: str
    risk: str
    instruction: str
    contact: str
    issued_at: datetime
    due_at: datetime
    is_official: bool
    is_widened: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A case, what is told of it once it is issued, and all that was done, the oldest first."""

    ref: Ref
    number: str
    is_drill: bool
    basis: str
    batch: Ref
    reason: str
    near: str  # a group of `kin.REASONS` that is to be recalled, too; empty for none
    lead: Words
    person: str
    opened_at: datetime
    notice: Notice | None
    reaches_others: bool
    all_acts: tuple[ActTold, ...]

    def is_told_of(self, batch: Ref) -> bool:
        """Tell whether holders of one of its batches were told: others' wait to be widened to."""
        is_ours = batch.producer_id == self.batch.producer_id
        return self.is_widened or (self.notice is not None and is_ours)

    @property
    def acts(self) -> tuple[ActTold, ...]:
        """Give what was done; the lots of others are no subject before any is reached."""
        return tuple(one for one in self.all_acts if not self._sleeps(one))

    @property
    def waiting(self) -> tuple[ActTold, ...]:
        """Give the acts that wait for a second person."""
        return tuple(one for one in self.acts if one.waits and not one.is_answered)

    def _sleeps(self, act: ActTold) -> bool:
        is_of_others = act.kind == "widen" and act.waits and not act.batches
        return is_of_others and not act.is_answered and not self.reaches_others

    @property
    def closed_at(self) -> datetime | None:
        """Give when it was closed; a closed recall still stands on the pages of its goods."""
        return self.agreed_at("close")

    @property
    def released_at(self) -> datetime | None:
        """Give when its goods were let go again."""
        return self.agreed_at("release")

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is asked of anybody."""
        return self.closed_at is not None or self.released_at is not None

    @property
    def is_widened(self) -> bool:
        """Tell whether it is in force for other producers' lots too."""
        return self.notice is not None and self.notice.is_widened

    def agreed_at(self, kind: str) -> datetime | None:
        """Give when a second person first agreed to an act of a kind."""
        asked = {one.act_id for one in self.acts if one.kind == kind}
        answers = (one for one in self.acts if one.kind == "agree" and one.answers in asked)
        return next((one.at for one in answers), None)


def find(ref: Ref) -> Case | None:
    """Find a case with all its acts; None where there is none."""
    of_ref = (RecallCase.producer_id == ref.producer_id, RecallCase.case_id == ref.id)
    return next(iter(_cases(*of_ref)), None)


def find_by_id(case_id: UUID) -> Case | None:
    """Find a case by the id in its address."""
    return next(iter(_cases(RecallCase.case_id == case_id)), None)


def among(case_ids: Collection[UUID]) -> list[Case]:
    """Give these cases, the newest first."""
    return _told(ask(_AMONG, case_ids=case_ids)) if case_ids else []


def about(batch: Ref) -> list[Case]:
    """List the cases that reach a batch or were opened about it, the newest first."""
    reaches = (
        select(RecalledBatch.batch_id)
        .where(
            RecalledBatch.producer_id == batch.producer_id,
            RecalledBatch.batch_id == batch.id,
            RecalledBatch.case_producer_id == RecallCase.producer_id,
            RecalledBatch.case_id == RecallCase.case_id,
            RecalledBatch.left_at.is_(None),
        )
        .correlate(RecallCase)
        .exists()
    )
    is_about = and_(
        RecallCase.batch_producer_id == batch.producer_id, RecallCase.batch_id == batch.id
    )
    return _cases(is_about | reaches)


_REACHES_OTHERS = (
    select(RecalledBatch.batch_id)
    .where(
        RecalledBatch.case_producer_id == RecallCase.producer_id,
        RecalledBatch.case_id == RecallCase.case_id,
        RecalledBatch.left_at.is_(None),
        RecalledBatch.producer_id != RecallCase.batch_producer_id,
    )
    .correlate(RecallCase)
    .exists()
    .label("reaches_others")
)


def _cases(*conditions: ColumnElement[bool]) -> list[Case]:
    return _told(db.session.execute(_CASES.where(*conditions)).all())


def _told(rows: Sequence[Any]) -> list[Case]:
    acts = _acts([(row.producer_id, row.case_id) for row in rows])
    return [_case(row, acts.get(row.case_id, [])) for row in rows]


def is_of_case(table: type[RecallNotice | RecallAct]) -> ColumnElement[bool]:
    """Match what belongs to a case."""
    return and_(table.producer_id == RecallCase.producer_id, table.case_id == RecallCase.case_id)


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *RecallCase.__table__.columns,
            *(Producer.name.label("lead"), Producer.name_en.label("lead_en")),
            *(Membership.name.label("person"), _REACHES_OTHERS),
            *(RecallNotice.actor, RecallNotice.reason.label("told_reason")),
            *(RecallNotice.instruction, RecallNotice.contact, RecallNotice.issued_at),
            *(RecallNotice.risk, RecallNotice.due_at, RecallNotice.is_official),
            *(RecallNotice.is_widened, RecallNotice.ended_at),
        )
        .join(Producer, Producer.producer_id == RecallCase.producer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == RecallCase.producer_id,
                Membership.member_id == RecallCase.opened_by_member_id,
            ),
        )
        .outerjoin(RecallNotice, is_of_case(RecallNotice))
        .order_by(RecallCase.opened_at.desc(), RecallCase.case_id.desc())
    )


_CASES = _query()
_AMONG = _CASES.where(
    RecallCase.case_id.in_(bindparam("case_ids", expanding=True, type_=Identifier))
)


def _case(row: Any, acts: Sequence[ActTold]) -> Case:  # noqa: ANN401 - a row of the query
    notice = None
    if row.issued_at is not None:
        notice = Notice(
            *(row.actor, row.told_reason, row.risk, row.instruction, row.contact),
            *(row.issued_at, row.due_at, row.is_official, row.is_widened, row.ended_at),
        )
    return Case(
        ref=Ref(row.producer_id, row.case_id),
        number=row.number,
        is_drill=row.is_drill,
        basis=row.basis,
        batch=Ref(row.batch_producer_id, row.batch_id),
        reason=row.reason,
        near=row.near or "",
        lead=Words(row.lead, row.lead_en or row.lead),
        person=row.person or "",
        opened_at=row.opened_at,
        notice=notice,
        reaches_others=row.reaches_others,
        all_acts=tuple(acts),
    )


def _acts(cases: Sequence[tuple[UUID, UUID]]) -> Mapping[UUID, list[ActTold]]:
    if not cases:
        return {}
    rows = ask(_ACTS, cases=cases)
    named = _batches_of([(row.producer_id, row.act_id) for row in rows])
    answers = {row.answers_act_id: row.kind for row in rows if row.answers_act_id}
    found: dict[UUID, list[ActTold]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(_act(row, named.get(row.act_id, ()), answers.get(row.act_id)))
    return found


def _done() -> Select[*tuple[Any, ...]]:
    key = tuple_(RecallAct.producer_id, RecallAct.case_id)
    return (
        select(
            *RecallAct.__table__.columns,
            *(Producer.name.label("body"), Producer.name_en.label("body_en")),
            Membership.name.label("person"),
        )
        .join(Producer, Producer.producer_id == RecallAct.by_producer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == RecallAct.by_producer_id,
                Membership.member_id == RecallAct.by_member_id,
            ),
        )
        .where(key.in_(bindparam("cases", expanding=True)))
        .order_by(RecallAct.done_at, RecallAct.act_id)
    )


_ACTS = _done()


def _act(row: Any, batches: Iterable[Ref], answer: str | None) -> ActTold:  # noqa: ANN401 - a row
    return ActTold(
        act_id=row.act_id,
        kind=row.kind,
        waits=row.waits,
        answers=row.answers_act_id,
        reason=row.reason,
        by=Ref(row.by_producer_id, row.by_member_id),
        body=Words(row.body, row.body_en or row.body),
        person=row.person or "",
        at=row.done_at,
        batches=tuple(batches),
        is_answered=answer is not None,
        is_agreed=answer == "agree",
    )


def _batches_of(acts: Sequence[tuple[UUID, UUID]]) -> Mapping[UUID, list[Ref]]:
    found: dict[UUID, list[Ref]] = defaultdict(list)
    for row in ask(_BATCHES, acts=acts):
        found[row.act_id].append(Ref(row.batch_producer_id, row.batch_id))
    return found


_BATCHES = select(*RecallActBatch.__table__.columns).where(
    tuple_(RecallActBatch.producer_id, RecallActBatch.act_id).in_(bindparam("acts", expanding=True))
)
