"""What programs of holders are told of a recall by webhook, as JSON: docs/integrators/webhooks.md.

Callers own the transaction. A message names the lots it concerns that the reader has or sold.
Whoever acts only keeps that it is owed; the worker writes it, as of the moment of the act.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.models import Batch, Product
from traceapp.batches.told_lots import lots_told_to
from traceapp.codes.models import PublicCode, RecalledBatch, RecallNotice
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.recalls.case_models import RecallAcknowledgement, RecallCase
from traceapp.recalls.goods.scope import HAS_OR_SOLD
from traceapp.recalls.goods.transit import IS_ON_THE_WAY
from traceapp.trace.facts import Ref
from traceapp.web.settings import settings
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks import queries as webhook_queries
from traceapp.webhooks.models import Webhook

WRITE = "recalls.write_messages"
MOST_LOTS = 200
DRILL = "DIỄN TẬP"


OfHolder = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]
"""Makes a condition about the lots of a holder, who stands in this column."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a recall tells: its kind, and of which lots: those that joined `at` a moment, or all.

    `others` says that with those the lots of other producers are told of for the first time.
    """

    kind: str
    at: datetime | None = None
    others: bool = False


def expect(case: Ref, act: Act, holders: Collection[UUID], *, now: datetime) -> None:
    """Keep that a message is owed to each of these holders with an address.

    The worker writes what it says: whoever recalls does not wait until all lots of all are named.
    """
    to = webhook_queries.with_address() & set(holders)
    if not to:
        return
    about, _content = _told(case)
    webhooks.announce(to, webhooks.Message(f"recall.{act.kind}", about, {}, case), now=now)
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    payload: Payload = {
        "case_producer_id": str(case.producer_id),
        "case_id": str(case.id),
        "kind": act.kind,
        "asked_at": now.isoformat(),
        "at": act.at.isoformat() if act.at else None,
        "others": act.others,
        "is_widened": notice.is_widened,
    }
    jobs.enqueue(WRITE, payload, now=now)


def write_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind WRITE: find what each holder is told, then keep it and have it sent."""
    case = Ref(UUID(str(payload["case_producer_id"])), UUID(str(payload["case_id"])))
    asked = datetime.fromisoformat(str(payload["asked_at"]))
    of_holder = partial(_owes, asked) if payload["kind"] == "reminder" else None
    by_holder: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(_first_of_each(case, _lots(payload, asked), of_holder)):
        by_holder[row.holder_id].append(row)
    _about, told = _told(case)
    contents = {
        holder: told | {"lots": _named(holder, rows), "lots_in_all": rows[0].in_all}
        for holder, rows in by_holder.items()
    }
    nothing = told | {"lots": [], "lots_in_all": 0}  # who meanwhile has none left
    db.session.rollback()

    def write() -> None:
        for row in webhook_queries.owed(case, f"recall.{payload['kind']}", asked):
            webhooks.write(row, contents.get(row.producer_id, nothing), now=now)

    return write


def _lots(payload: Payload, asked: datetime) -> ColumnElement[bool]:
    """Match the lots that an act told of, as they stood at that moment, whatever came after it."""
    left_at, joined_at = RecalledBatch.left_at, RecalledBatch.joined_at
    if payload["kind"] == "narrowed":
        return left_at == asked
    joins = payload["kind"] in ("issued", "widened")  # what left at that very moment left after it
    stays = left_at >= asked if joins else left_at > asked
    lots = and_(joined_at <= asked, or_(left_at.is_(None), stays))
    is_own = RecalledBatch.producer_id == RecallNotice.subject_producer_id
    if payload["at"] is not None:
        came = joined_at == datetime.fromisoformat(str(payload["at"]))
        lots = and_(lots, or_(~is_own, came) if payload["others"] else came)
    return lots if payload["is_widened"] else and_(lots, is_own)


def _owes(asked: datetime, holder: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Match who had not answered for a lot at a moment."""
    said = select(RecallAcknowledgement.batch_id).where(
        RecallAcknowledgement.producer_id == holder,
        RecallAcknowledgement.case_producer_id == RecalledBatch.case_producer_id,
        RecallAcknowledgement.case_id == RecalledBatch.case_id,
        RecallAcknowledgement.batch_id == RecalledBatch.batch_id,
        RecallAcknowledgement.acknowledged_at <= asked,
    )
    return ~said.correlate(RecalledBatch, holder.class_).exists()


def _told(case: Ref) -> tuple[str, dict[str, Any]]:
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    number = db.session.get_one(RecallCase, (case.producer_id, case.id)).number
    told = {
        "is_drill": notice.is_drill,
        "recall": {
            "number": number,
            "actor": notice.actor,
            "is_official": notice.is_official,
            "reason": notice.reason,
            "risk": notice.risk,
            "instruction": notice.instruction,
            "contact": notice.contact,
            "issued_at": notice.issued_at.isoformat(timespec="seconds"),
            "due_at": notice.due_at.isoformat(timespec="seconds"),
            "answer_at": f"{settings().public_url}/desk/recalls/{case.id}",
        },
    }
    return f"{DRILL} {number}" if notice.is_drill else number, told


def _named(holder: UUID, rows: list[Any]) -> list[dict[str, Any]]:
    lots = lots_told_to(holder, [(row.producer_id, row.batch_id) for row in rows])
    return [
        {
            "batch_id": str(row.batch_id),
            "lot": lots[row.producer_id, row.batch_id],
            "product": row.name,
            "product_en": row.name_en,
            "code": row.code,
        }
        for row in rows
    ]


def _first_of_each(
    case: Ref, lots: ColumnElement[bool], of_holder: OfHolder | None
) -> Select[*tuple[Any, ...]]:
    """Ask for the first lots of each holder and how many there are; a large recall has 65,000."""
    both = ((Stock.producer_id, _HAS), (HandOff.receiver_id, _WAITS))
    had = union(
        *(
            _had(case, *concerned).where(lots, *([of_holder(concerned[0])] if of_holder else ()))
            for concerned in both
        )
    ).subquery()
    order = (had.c.folded_name, had.c.lot, had.c.batch_id)
    ranked = select(
        *had.c,
        func.row_number().over(partition_by=had.c.holder_id, order_by=order).label("number"),
        func.count().over(partition_by=had.c.holder_id).label("in_all"),
    ).subquery()
    some = select(ranked).where(ranked.c.number <= MOST_LOTS)
    return some.order_by(ranked.c.holder_id, ranked.c.number)


def _had(
    case: Ref, holder_id: InstrumentedAttribute[Any], is_concerned: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Ask for the lots of a recall in force at each holder with a webhook."""
    return (
        select(
            *(holder_id.label("holder_id"), Batch.producer_id, Batch.batch_id),
            *(Product.name, Product.name_en, PublicCode.code, Product.folded_name, Batch.lot),
        )
        .select_from(RecalledBatch)
        .join(RecallNotice, _IS_OF_CASE)
        .join(Batch, _IS_BATCH)
        .join(Product, _IS_PRODUCT)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .join(holder_id.class_, is_concerned)
        .join(Webhook, Webhook.producer_id == holder_id)
        .where(
            RecalledBatch.case_producer_id == case.producer_id,
            RecalledBatch.case_id == case.id,
        )
    )


_IS_OF_CASE = and_(
    RecallNotice.producer_id == RecalledBatch.case_producer_id,
    RecallNotice.case_id == RecalledBatch.case_id,
)
_IS_BATCH = and_(
    Batch.producer_id == RecalledBatch.producer_id, Batch.batch_id == RecalledBatch.batch_id
)
_IS_PRODUCT = and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id)
_HAS = and_(
    Stock.batch_producer_id == RecalledBatch.producer_id,
    Stock.batch_id == RecalledBatch.batch_id,
    HAS_OR_SOLD,
)
_WAITS = and_(
    HandOff.batch_producer_id == RecalledBatch.producer_id,
    HandOff.batch_id == RecalledBatch.batch_id,
    IS_ON_THE_WAY,
)
