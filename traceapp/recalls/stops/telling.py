"""Who is told that the sale of a lot was stopped, or is allowed again: by letter, and by webhook.

The worker does it once the act is committed: stopping stays one tap, however many have the goods.
Callers own the transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, func, select, union

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, Product
from traceapp.batches.told_lots import lots_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.asking import among
from traceapp.database.engine import db
from traceapp.findings.reading import AnyRow, rows
from traceapp.findings.walking import OfDescent
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.producers.models import Producer
from traceapp.recalls.goods.transit import moving
from traceapp.recalls.notices import letter_trail
from traceapp.recalls.notices.letters import Holder
from traceapp.recalls.stops import letters as stop_letters
from traceapp.recalls.stops import queries as stop_queries
from traceapp.recalls.stops.queries import StopTold
from traceapp.trace.facts import Ref
from traceapp.web.settings import settings
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks.models import Webhook

TELL = "recalls.tell_stop"
STOPPED, ALLOWED = "stopped", "allowed"
MOST_LOTS = 200


def expect(stop: Ref, what: str, *, now: datetime) -> None:
    """Have the worker tell that a sale was stopped, or is allowed."""
    jobs.enqueue(TELL, _payload(stop, what), now=now)


def is_telling(stop: Ref, what: str) -> bool:
    """Tell whether the worker has not told it yet."""
    return jobs.is_waiting(TELL, _payload(stop, what))


def _payload(stop: Ref, what: str) -> Payload:
    return {"producer_id": str(stop.producer_id), "stop_id": str(stop.id), "what": what}


def tell_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind TELL."""
    stop = Ref(UUID(str(payload["producer_id"])), UUID(str(payload["stop_id"])))
    return partial(_tell, stop, str(payload["what"]), now)


def _tell(stop: Ref, what: str, now: datetime) -> None:
    told, is_heard = stop_queries.find(stop)
    actor = told.by.producer_id if told.lift is None or what == STOPPED else told.lift.by
    by_holder = _holders(told.batch) if is_heard else {}
    if told.batch.producer_id not in by_holder:
        by_holder[told.batch.producer_id] = list(rows(_MAKER, {told.batch}))
    hooked = set(db.session.scalars(select(Webhook.producer_id)))
    posted = []
    for holder, his in by_holder.items():
        concerned = his if what == STOPPED else _free(holder, his)
        if holder == actor or not concerned:
            continue
        lots = lots_told_to(holder, [told.batch, *map(_batch, concerned)])
        reader = Holder(holder, his[0].holder, his[0].email)
        mine = [lots[one] for one in dict.fromkeys(map(_batch, concerned))]
        letter = _letter(what, is_heard)
        posted.append(stop_letters.post(letter, told, reader, (lots[told.batch], mine), now))
        if holder in hooked:
            content = _content(told, what, concerned, lots)
            message = webhooks.Message(f"sale.{what}", lots[told.batch], content, stop)
            webhooks.post(holder, message, now=now)
    letter_trail.keep(stop, what, posted, now=now)


def _holders(batch: Ref) -> dict[UUID, list[AnyRow]]:
    """Give the first lots of everybody who has, sent or waits for some of what is stopped."""
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in _HOLDERS.rows({batch}):
        found[row.holder_id].append(row)
    return found


def _free(holder: UUID, his: Sequence[AnyRow]) -> list[AnyRow]:
    """Leave out the lots on which another stop stands: for them nothing changes."""
    stopped = stop_queries.concerning(set(map(_batch, his)), asks=holder)
    return [row for row in his if _batch(row) not in stopped]


def _content(
    told: StopTold, what: str, his: Sequence[AnyRow], lots: Mapping[tuple[UUID, UUID], str]
) -> dict[str, Any]:
    stop = {
        "lot": lots[told.batch],
        "actor": told.body.vi,
        "reason": told.reason,
        "reason_told": told.why.vi,
        "reason_told_en": told.why.en,
        "stopped_at": told.at.isoformat(timespec="seconds"),
    }
    if what == ALLOWED and told.lift is not None:
        stop |= {
            "allowed_by": told.lift.body.vi,
            "allowed_at": told.lift.at.isoformat(timespec="seconds"),
        }
    return {
        "is_drill": False,
        "stop": stop | {"read_at": f"{settings().public_url}/desk"},
        "lots": [
            {
                "batch_id": str(row.batch_id),
                "lot": lots[_batch(row)],
                "product": row.name,
                "product_en": row.name_en,
                "code": row.code,
            }
            for row in his
        ],
        "lots_in_all": his[0].in_all,
    }


def _letter(what: str, is_heard: bool) -> str:  # noqa: FBT001 - as it was asked
    if not is_heard:
        return stop_letters.STOPPED_THERE if what == STOPPED else stop_letters.ALLOWED_THERE
    return stop_letters.STOPPED if what == STOPPED else stop_letters.ALLOWED


def _batch(row: AnyRow) -> Ref:
    return Ref(row.producer_id, row.batch_id)


def _ranked(
    holder_id: ColumnElement[UUID],
    batches: Any,  # noqa: ANN401 - a table of batches
) -> Select[*tuple[Any, ...]]:
    """Ask for the first of these lots of each holder; a large family has 65,000."""
    order = (Product.folded_name, Batch.lot, Batch.batch_id)
    ranked = (
        select(
            *(Producer.producer_id.label("holder_id"), Producer.name.label("holder")),
            *(Producer.email, Batch.producer_id, Batch.batch_id),
            *(Product.name, Product.name_en, PublicCode.code),
            func.row_number().over(partition_by=holder_id, order_by=order).label("number"),
            func.count().over(partition_by=holder_id).label("in_all"),
        )
        .select_from(batches)
        .join(
            Batch,
            and_(Batch.producer_id == batches.c.producer_id, Batch.batch_id == batches.c.batch_id),
        )
        .join(Producer, Producer.producer_id == holder_id)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .subquery()
    )
    some = select(ranked).where(ranked.c.number <= MOST_LOTS)
    return some.order_by(ranked.c.holder_id, ranked.c.number)


def _of_family(tree: CTE) -> Select[*tuple[Any, ...]]:
    moved = moving(tree)
    has = (
        select(Stock.producer_id.label("holder_id"), tree.c.producer_id, tree.c.batch_id)
        .select_from(tree)
        .join(
            Stock,
            and_(Stock.batch_producer_id == tree.c.producer_id, Stock.batch_id == tree.c.batch_id),
        )
        .where(IN_STOCK > 0)
    )
    held = union(has, select(moved.c.holder_id, moved.c.producer_id, moved.c.batch_id)).subquery()
    return _ranked(held.c.holder_id, held)


def _of_maker() -> Select[*tuple[Any, ...]]:
    asked = (
        select(Batch.producer_id, Batch.batch_id)
        .where(among(Batch.producer_id, Batch.batch_id))
        .subquery()
    )
    return _ranked(asked.c.producer_id, asked)


_HOLDERS, _MAKER = OfDescent(_of_family), _of_maker()
