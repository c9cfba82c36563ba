"""Acts of a recall case: opening, issuing, widening, narrowing, ending.

Callers own the transaction. One person opens and issues. What goes beyond the lots of the producer
concerned, and whatever lets goods go again, waits for a second person; where nobody answers for
half an hour who asked may go on alone, with a reason. An issued recall is never edited: every
change is an act of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.waiting import wait_for
from traceapp.codes.models import RecallNotice
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.producers.models import Producer
from traceapp.recalls import case_faults, letters, reach
from traceapp.recalls import case_queries as queries
from traceapp.recalls.case_models import RecallAct, RecallActBatch, RecallCase
from traceapp.recalls.case_queries import ActTold, Case
from traceapp.recalls.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

ANSWERED_WITHIN = timedelta(hours=24)
"""Circular 17/2021/TT-BNNPTNT, articles 10 and 11."""
ALONE_AFTER = timedelta(minutes=30)
"""How long a second person is waited for before the one who asked may go on alone."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a case is opened for: a batch, why, and on what grounds (`case_models.BASES`)."""

    batch: Ref
    basis: str
    reason: str
    is_drill: bool = False
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is told with a recall: why, how grave, what to do with the goods, whom to ask.

    Holders answer by `due_at`, 24 hours later unless it says otherwise.
    """

    reason: str
    risk: str
    instruction: str
    contact: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a second person is asked to agree to: narrow (with batches), release or close."""

    kind: str
    reason: str
    batches: tuple[Ref, ...] = ()


def open_case(by: Actor, suspicion: Suspicion, *, now: datetime) -> Ref:
    """Open a case about a batch: one's own, or, for an authority, anybody's."""
    batch = suspicion.batch
    if not (by.is_authority or batch.producer_id == by.member.producer_id):
        raise problem.NotFound
    wait_for([by.member.producer_id, batch.id])
    case = Ref(by.member.producer_id, new_id())
    db.session.add(
        RecallCase(
            producer_id=case.producer_id,
            case_id=case.id,
            number=suspicion.number or _number(case.producer_id, suspicion.is_drill, now),
            is_drill=suspicion.is_drill,
            basis=suspicion.basis,
            batch_producer_id=batch.producer_id,
            batch_id=batch.id,
            reason=suspicion.reason,
            opened_by_member_id=by.member.id,
            opened_at=now,
        )
    )
    db.session.flush()
    _note("recall.opened", case, batch.producer_id, by, now)
    return case


def issue(ref: Ref, by: Actor, order: Order, roots: Collection[Ref], *, now: datetime) -> None:
    """Issue a recall of batches and all that was made of them.

    At once for the lots of the producer concerned; where it reaches others a widening waits.
    """
    case = _case(ref, by)
    if case.notice is not None:
        raise problem.InvalidInput(findings=[case_faults.ISSUED])
    if any(root.producer_id != case.batch.producer_id for root in roots):
        raise problem.NotFound
    db.session.add(
        RecallNotice(
            producer_id=ref.producer_id,
            case_id=ref.id,
            subject_producer_id=case.batch.producer_id,
            actor=_name(by.member.producer_id),
            reason=order.reason,
            risk=order.risk,
            instruction=order.instruction,
            contact=order.contact,
            issued_at=now,
            due_at=order.due_at or now + ANSWERED_WITHIN,
            is_drill=case.is_drill,
            is_widened=False,
        )
    )
    _act(ref, "issue", by, order.reason, roots, now=now)
    reach.extend(ref, roots, now=now)
    if queries.reaches_others(ref):
        _act(ref, "widen", by, order.reason, (), now=now, waits=True)
    letters.tell(ref, of_others=False, now=now)
    _note("recall.issued", ref, case.batch.producer_id, by, now)


def widen(ref: Ref, by: Actor, roots: Collection[Ref], reason: str, *, now: datetime) -> None:
    """Let a recall begin at more batches; those of other producers wait for a second person."""
    case = _open_notice(ref, by)
    own = {root for root in roots if root.producer_id == case.batch.producer_id}
    others = set(roots) - own
    if own:
        _act(ref, "widen", by, reason, own, now=now)
        reach.take_in(ref, own)
        reach.extend(ref, own, now=now)
    goes_beyond = not case.is_widened and queries.reaches_others(ref)
    if others or (goes_beyond and not _has_open(case, "widen")):
        _act(ref, "widen", by, reason, others, now=now, waits=True)
    _note("recall.widened", ref, case.batch.producer_id, by, now)


def ask(ref: Ref, by: Actor, wish: Wish, *, now: datetime) -> None:
    """Ask a second person to narrow, release or close; InvalidInput for what is asked already."""
    case = _open_notice(ref, by)
    if _has_open(case, wish.kind):
        raise problem.InvalidInput(findings=[case_faults.ASKED])
    _act(ref, wish.kind, by, wish.reason, wish.batches, now=now, waits=True)
    _note("recall.asked", ref, case.batch.producer_id, by, now)


def agree(ref: Ref, act_id: UUID, by: Actor, reason: str, *, now: datetime) -> None:
    """Agree to an act that waits: as a second person, or alone after half an hour with a reason.

    Raises NotFound for an act that does not wait, InvalidInput for who asked for it too early.
    """
    case = _case(ref, by)
    act = next((one for one in case.waiting if one.act_id == act_id), None)
    if act is None:
        raise problem.NotFound
    if act.kind == "widen" and not (by.is_authority or case.is_drill):
        raise problem.InvalidInput(findings=[case_faults.AUTHORITY])
    if act.by == by.member:
        _check_alone(act, reason, now)
    _act(ref, "agree", by, reason, (), now=now, answers=act_id)
    _take_effect(case, act, now)
    _note("recall.agreed", ref, case.batch.producer_id, by, now)


def withdraw(ref: Ref, act_id: UUID, by: Actor, reason: str, *, now: datetime) -> None:
    """Take back, or decline, an act that waits."""
    case = _case(ref, by)
    if all(one.act_id != act_id for one in case.waiting):
        raise problem.NotFound
    _act(ref, "withdraw", by, reason, (), now=now, answers=act_id)
    _note("recall.declined", ref, case.batch.producer_id, by, now)


def _take_effect(case: Case, act: ActTold, now: datetime) -> None:
    if act.kind == "widen":
        reach.take_in(case.ref, act.batches)
        reach.extend(case.ref, act.batches, now=now)
        _change(case.ref, is_widened=True)
        letters.tell(case.ref, of_others=True, now=now)
    elif act.kind == "narrow":
        reach.let_go(case.ref, act.batches, now=now)
    elif act.kind == "release" or case.is_drill:
        _change(case.ref, ended_at=now)
    freshness.step()


def _change(ref: Ref, **values: object) -> None:
    db.session.execute(
        update(RecallNotice)
        .where(RecallNotice.producer_id == ref.producer_id, RecallNotice.case_id == ref.id)
        .values(**values)
    )


def _case(ref: Ref, by: Actor) -> Case:
    """Find a case that somebody leads, and let nobody else change it until the end."""
    wait_for([ref.id])
    case = queries.find(ref)
    if case is None or not may_lead(case, by):
        raise problem.NotFound
    return case


def may_lead(case: Case, by: Actor) -> bool:
    """Tell whether a case is theirs to lead: their own body's, or, for an authority, any."""
    return by.is_authority or case.ref.producer_id == by.member.producer_id


def _open_notice(ref: Ref, by: Actor) -> Case:
    case = _case(ref, by)
    if case.notice is None or case.is_over:
        raise problem.InvalidInput(findings=[case_faults.NOT_OPEN])
    return case


def _has_open(case: Case, kind: str) -> bool:
    return any(one.kind == kind for one in case.waiting)


def _check_alone(act: ActTold, reason: str, now: datetime) -> None:
    if now < act.at + ALONE_AFTER:
        raise problem.InvalidInput(findings=[case_faults.SECOND])
    if not reason:
        raise problem.InvalidInput(findings=[case_faults.REASON])


def _act(  # noqa: PLR0913 - what, by whom, why, about which goods
    case: Ref,
    kind: str,
    by: Actor,
    reason: str,
    batches: Collection[Ref],
    *,
    now: datetime,
    waits: bool = False,
    answers: UUID | None = None,
) -> None:
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
    db.session.add_all(
        RecallActBatch(
            producer_id=case.producer_id,
            act_id=act_id,
            batch_producer_id=batch.producer_id,
            batch_id=batch.id,
        )
        for batch in batches
    )
    db.session.flush()


def _number(producer_id: UUID, is_drill: bool, now: datetime) -> str:  # noqa: FBT001 - which series
    """Give the next number: TH (thu hồi) or DT (diễn tập), year, count."""
    count = (
        select(func.count()).select_from(RecallCase).where(RecallCase.producer_id == producer_id)
    )
    following = db.session.execute(count).scalar_one() + 1
    return f"{'DT' if is_drill else 'TH'}-{now.astimezone(HANOI).year}-{following:03}"


def _name(producer_id: UUID) -> str:
    return db.session.execute(
        select(Producer.name).where(Producer.producer_id == producer_id)
    ).scalar_one()


def _note(act: str, case: Ref, concerned: UUID, by: Actor, now: datetime) -> None:
    member = (by.member.producer_id, by.member.id)
    for book in dict.fromkeys((concerned, by.member.producer_id)):
        audit.note(book, act, str(case.id), by=member, now=now)
