"""Word by push to phones of staff whose producer has, sold or waits for stopped or recalled goods.

Whoever acts only leaves a job. The worker finds the phones, in bounded parts; each part is written
down with the place where the next begins, so that no phone is told twice of one act.
"""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.push import queries as push
from traceapp.push.models import PushSubscription
from traceapp.push.posting import post
from traceapp.recalls.goods import scope
from traceapp.recalls.notices import letters, push_words
from traceapp.trace.facts import Ref

TELL_PHONES = "recalls.tell_phones"
SALE_ACTS = ("sale_stopped", "sale_allowed")


def of_case(
    case: Ref, kind: str, *, now: datetime, at: datetime | None = None, others: bool = False
) -> None:
    """Have phones told of an act of a recall: of the lots that came or went `at` a moment, or all.

    `others` says that with those the lots of other producers are told of for the first time.
    """
    about: dict[str, str | bool | None] = {
        "case_producer_id": str(case.producer_id),
        "case_id": str(case.id),
        "kind": kind,
        "at": at.isoformat() if at is not None else None,
        "others": others,
    }
    _ask(about, now)


def of_sale(batch: Ref, kind: str, by: UUID, reason: str, *, now: datetime) -> None:
    """Have phones told that somebody (a producer's id) stopped the sale of a lot, or allows it."""
    about = {"producer_id": str(batch.producer_id), "batch_id": str(batch.id), "by": str(by)}
    _ask(about | {"kind": kind, "reason": reason}, now)


def tell_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind TELL_PHONES."""
    if payload["kind"] in SALE_ACTS:
        batch = Ref(UUID(str(payload["producer_id"])), UUID(str(payload["batch_id"])))
        concerned, words = _holders_of(batch), push_words.of_sale(batch, payload)
    else:
        case = Ref(UUID(str(payload["case_producer_id"])), UUID(str(payload["case_id"])))
        concerned, words = _concerned(case, payload), push_words.of_case(case, payload)
    after = payload.get("after")
    found = push.phones_of(concerned, after=UUID(str(after)) if after else None)
    return partial(_post, payload, found, words, now)


def _ask(about: Payload, now: datetime) -> None:
    """Leave the job; while no phone wants to be told it is one row that is asked for."""
    wanted = select(PushSubscription.subscription_id).where(PushSubscription.phone_id.is_not(None))
    if db.session.execute(wanted.limit(1)).first() is not None:
        jobs.enqueue(TELL_PHONES, about, now=now)


def _post(payload: Payload, found: list[UUID], words: Payload, now: datetime) -> None:
    for subscription_id in found:
        if db.session.get(PushSubscription, subscription_id) is not None:
            post(subscription_id, words, now=now)
    if len(found) == push.MOST_PHONES:
        jobs.enqueue(TELL_PHONES, {**payload, "after": str(found[-1])}, now=now)


def _concerned(case: Ref, payload: Payload) -> set[UUID]:
    """Give whoever has, sold or waits for the lots of an act, and whose goods they are first."""
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    holders = {one.producer_id for one in letters.holders(case, _lots(payload, notice))}
    is_all = payload["at"] is None
    return holders | ({notice.subject_producer_id} if is_all else set())


def _lots(payload: Payload, notice: RecallNotice) -> ColumnElement[bool]:
    is_in, at = RecalledBatch.left_at.is_(None), payload["at"]
    if at is None:
        return is_in
    moment = datetime.fromisoformat(str(at))
    if payload["kind"] == "narrowed":
        return RecalledBatch.left_at == moment
    joined = RecalledBatch.joined_at == moment
    if payload["others"]:
        joined |= RecalledBatch.producer_id != notice.subject_producer_id
    return is_in & joined


def _holders_of(batch: Ref) -> set[UUID]:
    """Give whoever has some of a lot, or of what was made of it, and who made it."""
    family = scope.family_of([batch])
    query: Any = (
        select(Stock.producer_id)
        .join(
            family,
            and_(
                Stock.batch_producer_id == family.c.producer_id,
                Stock.batch_id == family.c.batch_id,
            ),
        )
        .where(IN_STOCK > 0)
        .distinct()
    )
    return {batch.producer_id, *db.session.scalars(query)}
