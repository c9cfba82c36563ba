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

from sqlalchemy import update

from traceapp import problem
from traceapp.accounts.persons import is_same_person
from traceapp.batches import territory
from traceapp.batches.recording.waiting import wait_for
from traceapp.codes.models import RecallNotice
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.recalls import case_faults, case_photos, releasing
from traceapp.recalls import case_queries as queries
from traceapp.recalls.act_writing import is_admitted, name_of, next_number, note, write_act
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.case_queries import ActTold, Case
from traceapp.recalls.goods import reach
from traceapp.recalls.notices import telling
from traceapp.recalls.second_person import may_go_alone
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

ANSWERED_WITHIN = timedelta(hours=24)
"""Circular 17/2021/TT-BNNPTNT, articles 10 and 11."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a case is opened for: a batch, why, and on what grounds (`case_models.BASES`).

    `near` is a group of `kin.REASONS` that is to be recalled with it, such as all of a season.
    `photos` are the SHA-256 of photos that whoever opens it has sent. `case_id` is made with the
    form, so that sending it twice opens one.
    """

    batch: Ref
    basis: str
    reason: str
    is_drill: bool = False
    number: str | None = None
    photos: tuple[bytes, ...] = ()
    near: str = ""
    case_id: UUID | None = None


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
    """What a second person is asked to agree to: narrow (with batches), release or close.

    `checks` are the steps in which checks were recorded that the goods passed since.
    """

    kind: str
    reason: str
    batches: tuple[Ref, ...] = ()
    checks: frozenset[UUID] = frozenset()


def open_case(by: Actor, suspicion: Suspicion, *, now: datetime) -> Ref:
    """Open a case about a batch: one's own, or, for an authority, anybody's in its territory.

    Raises NotFound for a producer's of others, InvalidInput outside the territory.
    """
    batch = suspicion.batch
    if not (by.is_authority or batch.producer_id == by.member.producer_id):
        raise problem.NotFound
    if by.is_authority:
        territory.check(by.member.producer_id, batch)
    wait_for([by.member.producer_id, batch.id])
    case = Ref(by.member.producer_id, suspicion.case_id or new_id())
    if db.session.get(RecallCase, (case.producer_id, case.id)) is not None:
        return case
    db.session.add(
        RecallCase(
            producer_id=case.producer_id,
            case_id=case.id,
            number=suspicion.number or next_number(case.producer_id, suspicion.is_drill, now),
            is_drill=suspicion.is_drill,
            basis=suspicion.basis,
            batch_producer_id=batch.producer_id,
            batch_id=batch.id,
            reason=suspicion.reason,
            near=suspicion.near or None,
            opened_by_member_id=by.member.id,
            opened_at=now,
        )
    )
    db.session.flush()
    case_photos.keep(case, suspicion.photos)
    note("recall.opened", case, batch.producer_id, by, now)
    return case


def issue(ref: Ref, by: Actor, order: Order, roots: Collection[Ref], *, now: datetime) -> None:
    """Issue a recall of batches and all that was made of them.

    At once for the lots of the producer concerned. That it hold for the lots of others, too, is
    asked with it: whoever makes something of the goods tomorrow is told of to a second person.
    """
    case = _case(ref, by)
    if case.notice is not None:
        raise problem.InvalidInput(findings=[case_faults.ISSUED])
    if not (by.is_authority or is_admitted(by.member.producer_id)):
        raise problem.NotFound  # whoever was never let in writes on no page
    if any(root.producer_id != case.batch.producer_id for root in roots):
        raise problem.NotFound
    db.session.add(
        RecallNotice(
            producer_id=ref.producer_id,
            case_id=ref.id,
            subject_producer_id=case.batch.producer_id,
            actor=name_of(by.member.producer_id),
            reason=order.reason,
            risk=order.risk,
            instruction=order.instruction,
            contact=order.contact,
            issued_at=now,
            due_at=order.due_at or now + ANSWERED_WITHIN,
            is_official=by.is_authority,
            is_drill=case.is_drill,
            is_widened=False,
        )
    )
    write_act(ref, "issue", by, order.reason, roots, now=now)
    reach.extend(ref, roots, now=now)
    write_act(ref, "widen", by, order.reason, (), now=now, waits=True)
    telling.issued(ref, now=now)
    note("recall.issued", ref, case.batch.producer_id, by, now)


def widen(ref: Ref, by: Actor, roots: Collection[Ref], reason: str, *, now: datetime) -> None:
    """Let a recall begin at more batches; those of other producers wait for a second person."""
    case = _open_notice(ref, by)
    own = {root for root in roots if root.producer_id == case.batch.producer_id}
    if case.is_widened and reach.are_of_others(own, case.batch.producer_id):
        own = set()  # in force for others already: what reaches more of theirs waits
    others = set(roots) - own
    if own:
        write_act(ref, "widen", by, reason, own, now=now)
        reach.take_in(ref, own, now=now)
        reach.extend(ref, own, now=now)
        telling.joined(ref, now, now=now)
    if others or not (case.is_widened or _has_open(case, "widen")):
        write_act(ref, "widen", by, reason, others, now=now, waits=True)
    note("recall.widened", ref, case.batch.producer_id, by, now)


def ask(ref: Ref, by: Actor, wish: Wish, *, now: datetime) -> None:
    """Ask a second person to narrow, release or close; InvalidInput for what is asked already."""
    case = _open_notice(ref, by)
    _check_authority(case, wish.kind, by)
    if _has_open(case, wish.kind):
        raise problem.InvalidInput(findings=[case_faults.ASKED])
    named = releasing.named(case, wish.kind, wish.batches, wish.checks)
    act_id = write_act(ref, wish.kind, by, wish.reason, wish.batches, now=now, waits=True)
    releasing.keep(ref, act_id, named)
    note("recall.asked", ref, case.batch.producer_id, by, now)


def agree(ref: Ref, act_id: UUID, by: Actor, reason: str, *, now: datetime) -> None:
    """Agree to an act that waits: as a second person, or alone after half an hour with a reason.

    Raises NotFound for an act that does not wait, InvalidInput for who asked for it too early and
    for goods that would go without a check. Who works for two bodies is no second person.
    """
    case = _case(ref, by)
    act = _waiting(case, act_id)
    _check_authority(case, act.kind, by)
    if is_same_person(act.by, by.member):
        _check_alone(act, reason, now)
    releasing.check(case, act, by.member, reason)
    write_act(ref, "agree", by, reason, (), now=now, answers=act_id)
    _take_effect(case, act, now)
    note("recall.agreed", ref, case.batch.producer_id, by, now)


def withdraw(ref: Ref, act_id: UUID, by: Actor, reason: str, *, now: datetime) -> None:
    """Take back, or decline, an act that waits."""
    case = _case(ref, by)
    _check_authority(case, _waiting(case, act_id).kind, by)
    write_act(ref, "withdraw", by, reason, (), now=now, answers=act_id)
    note("recall.declined", ref, case.batch.producer_id, by, now)


def _take_effect(case: Case, act: ActTold, now: datetime) -> None:
    if act.kind == "widen":
        reach.take_in(case.ref, act.batches, now=now)
        reach.extend(case.ref, act.batches, now=now)
        _change(case.ref, is_widened=True)
        telling.widened(case, now=now)
    elif act.kind == "narrow":
        reach.let_go(case.ref, act.batches, now=now)
        telling.narrowed(case.ref, now=now)
    elif act.kind == "release" or case.is_drill:
        _change(case.ref, ended_at=now)
    else:
        _change(case.ref, closed_at=now)
    if act.kind in ("release", "close"):
        telling.ended(case.ref, act.kind, now=now)
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


def _waiting(case: Case, act_id: UUID) -> ActTold:
    act = next((one for one in case.waiting if one.act_id == act_id), None)
    if act is None or case.is_over:
        raise problem.NotFound
    return act


def may_decide(case: Case, kind: str, by: Actor) -> bool:
    """Tell whether a kind of act is theirs to ask for and to answer.

    No producer undoes what an authority did, or reaches into the lots of others.
    """
    was_joined = any(  # only an authority acts in the case of a producer
        act.kind == "widen"
        and act.by.producer_id != case.batch.producer_id
        and (act.is_agreed or not act.waits)
        for act in case.all_acts
    )
    is_issued_so = case.notice is not None and case.notice.is_official
    is_official = case.is_widened or is_issued_so or was_joined
    return by.is_authority or case.is_drill or not (is_official or kind == "widen")


def _check_authority(case: Case, kind: str, by: Actor) -> None:
    if not may_decide(case, kind, by):
        raise problem.InvalidInput(findings=[case_faults.AUTHORITY])


def _has_open(case: Case, kind: str) -> bool:
    return any(one.kind == kind and one.waits and not one.is_answered for one in case.all_acts)


def _check_alone(act: ActTold, reason: str, now: datetime) -> None:
    if not may_go_alone(act.at, now):
        raise problem.InvalidInput(findings=[case_faults.SECOND])
    if not reason:
        raise problem.InvalidInput(findings=[case_faults.REASON])
