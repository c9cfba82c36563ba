"""Who is told of an act of a recall: holders, by letter and by webhook; and phones, by push.

Callers own the transaction: that of the act.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.jobs.registry import Deed, Payload
from traceapp.push import telling as push
from traceapp.recalls.case_queries import Case
from traceapp.recalls.notices import letters, messages, pushing, reminders
from traceapp.recalls.notices.messages import Act
from traceapp.trace.facts import Ref

_IS_IN = RecalledBatch.left_at.is_(None)


def issued(case: Ref, *, now: datetime) -> None:
    """Tell that a recall was issued."""
    told = letters.post(case, _IS_IN, now=now)
    messages.expect(case, Act("issued"), told, now=now)
    _push(case, "issued", now=now)
    reminders.expect(case, now=now)


def joined(case: Ref, at: datetime, *, now: datetime) -> None:
    """Tell of the lots that joined a recall at this moment."""
    lots = _IS_IN & (RecalledBatch.joined_at == at)
    told = letters.post(case, lots, now=now)
    messages.expect(case, Act("widened", at), told, now=now)
    _push(case, "widened", now=now, at=at)


def tell_joined_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind TELL_JOINED: tell of lots that were recorded after the recall began."""
    case = Ref(UUID(str(payload["case_producer_id"])), UUID(str(payload["case_id"])))
    at = datetime.fromisoformat(str(payload["joined_at"]))
    return partial(_tell_joined, case, at, now)


def _tell_joined(case: Ref, at: datetime, now: datetime) -> None:
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    if notice.ended_at is None and notice.closed_at is None:
        joined(case, at, now=now)


def widened(before: Case, *, now: datetime) -> None:
    """Tell of a widening that was agreed to: the first time, of all lots of others."""
    if before.is_widened:
        joined(before.ref, now, now=now)
        return
    is_of_others = RecalledBatch.producer_id != before.batch.producer_id
    lots = _IS_IN & (is_of_others | (RecalledBatch.joined_at == now))
    told = letters.post(before.ref, lots, now=now)
    messages.expect(before.ref, Act("widened", now, others=True), told, now=now)
    _push(before.ref, "widened", now=now, at=now, others=True)


def narrowed(case: Ref, *, now: datetime) -> None:
    """Tell of the lots that were just let go."""
    told = letters.free(case, RecalledBatch.left_at == now, "narrow", now=now)
    messages.expect(case, Act("narrowed"), told, now=now)
    _push(case, "narrowed", now=now, at=now)


def ended(case: Ref, kind: str, *, now: datetime) -> None:
    """Tell that a recall was released, which frees its goods, or closed, which frees none."""
    if kind == "release":
        told = letters.free(case, _IS_IN, kind, now=now)
    else:
        told = letters.close(case, _IS_IN, now=now)
    messages.expect(case, Act(f"{kind}d"), told, now=now)
    _push(case, f"{kind}d", now=now)


def _push(
    case: Ref, kind: str, *, now: datetime, at: datetime | None = None, others: bool = False
) -> None:
    """Have phones told: of shoppers who keep the goods, and of staff who hold them."""
    push.look(now=now)
    pushing.of_case(case, kind, now=now, at=at, others=others)
