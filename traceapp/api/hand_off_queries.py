"""What the interface lists of hand-offs, a delivery with its batches at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.handoffs import queries
from traceapp.producers.models import Producer

Answer = dict[str, Any]


def listed(producer_id: UUID, page: Answer, now: datetime) -> Answer:
    """List the deliveries that a producer is a side of, in the order of their ids."""
    chosen = {"state": page["state"] or "", "side": page["direction"] or ""}
    found = queries.hand_offs(producer_id).where(*queries.conditions(producer_id, chosen, now))
    ids = select(found.subquery().c.event_id).distinct()
    column = ids.selected_columns[0]
    if page["after"] is not None:
        ids = ids.where(column > page["after"])
    wanted = list(db.session.scalars(ids.order_by(column).limit(page["limit"] + 1)))
    shown = wanted[: page["limit"]]
    query = queries.hand_offs(producer_id).where(HandOff.event_id.in_(shown))
    rows = db.session.execute(query.order_by(HandOff.event_id, Product.folded_name, Batch.lot))
    deliveries = [list(lines) for _, lines in groupby(rows, key=lambda row: row.event_id)]
    names = _names_of_takers(deliveries, producer_id)
    items = [_delivery(lines, producer_id, names, now) for lines in deliveries]
    return {"items": items, "next": str(shown[-1]) if len(wanted) > len(shown) else None}


def _names_of_takers(deliveries: Iterable[Sequence[Any]], by: UUID) -> Mapping[UUID, str]:
    takers = {one for lines in deliveries for one in _takers_of(lines, by)}
    query = select(Producer.producer_id, Producer.name).where(Producer.producer_id.in_(takers))
    return {row.producer_id: row.name for row in db.session.execute(query)} if takers else {}


def _takers_of(lines: Sequence[Any], by: UUID) -> list[UUID]:
    return list(dict.fromkeys(one for line in lines for one in queries.takers_of(line, by)))


def _delivery(lines: Sequence[Any], by: UUID, names: Mapping[UUID, str], now: datetime) -> Answer:
    first = lines[0]
    is_incoming = first.receiver_id == by != first.sender_id
    receiver = _party(first.receiver_id, first.receiver or first.other_name or None)
    several = [_party(one, names.get(one)) for one in _takers_of(lines, by)]
    return {
        "id": str(first.event_id),
        "direction": queries.INCOMING if is_incoming else queries.OUTGOING,
        "sender": _party(first.sender_id, first.sender),
        "receiver": receiver,
        "receivers": several or ([receiver] if receiver["name"] else []),
        "sent_at": first.sent_at.isoformat(),
        "answered_at": first.answered_at.isoformat() if first.answered_at else None,
        "batches": [_line(line, by, now) for line in lines],
    }


def _party(producer_id: UUID | None, name: str | None) -> Answer:
    """Name a side; without `producer_id` it has no account here, or nobody recorded it."""
    return {"producer_id": str(producer_id) if producer_id else None, "name": name}


def _line(row: Any, by: UUID, now: datetime) -> Answer:  # noqa: ANN401 - a row of hand_offs
    state = queries.state_of(row, now)
    is_blind = row.receiver_id == by and state.is_open
    return {
        "producer_id": str(row.batch_producer_id),
        "batch_id": str(row.batch_id),
        "product": row.name,
        "lot": row.lot,
        "code": row.code,
        "state": state.value,
        "shipped": None if is_blind else _amount(row.shipped_quantity, row.shipped_uom),
        "received": _amount(row.received_quantity, row.received_uom),
    }


def _amount(quantity: str | None, uom: str | None) -> Answer | None:
    return None if quantity is None else {"quantity": quantity, "uom": uom}
