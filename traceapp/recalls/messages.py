"""What programs of holders are told of a recall by webhook, as JSON: docs/integrators/webhooks.md.

Callers own the transaction. A message names the lots it concerns that the reader has or sold.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
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
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.scope import HAS_OR_SOLD
from traceapp.recalls.transit import IS_ON_THE_WAY
from traceapp.trace.facts import Ref
from traceapp.web.settings import settings
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks.models import Webhook

MOST_LOTS = 200
DRILL = "DIỄN TẬP"


OfHolder = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]
"""Makes a condition about the lots of a holder, who stands in this column."""


def post(
    case: Ref,
    kind: str,
    lots: ColumnElement[bool],
    *,
    now: datetime,
    of_holder: OfHolder | None = None,
) -> None:
    """Post a message of this kind to everybody with a webhook concerned by some of the lots."""
    if not db.session.execute(select(Webhook.producer_id).limit(1)).first():
        return
    by_holder: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(_first_of_each(case, lots, of_holder)):
        by_holder[row.holder_id].append(row)
    if not by_holder:
        return
    about, told = _told(case)
    for holder, rows in by_holder.items():
        content = told | {"lots": _lots(holder, rows), "lots_in_all": rows[0].in_all}
        message = webhooks.Message(f"recall.{kind}", about, content, case)
        webhooks.post(holder, message, now=now)


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


def _lots(holder: UUID, rows: list[Any]) -> list[dict[str, Any]]:
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
            or_(
                RecallNotice.is_widened.is_(True),
                RecalledBatch.producer_id == RecallNotice.subject_producer_id,
            ),
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
