"""When a batch's code goes live: as soon as its minimum record is complete.

Decree 37/2026, art. 23.5: name, picture, producer, address, origin, critical events with time,
brand or lot, expiry where the product's group needs it, standards ("none declared" is an answer).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_

from traceapp.batches.label_schemas import GROUPS_WITH_EXPIRY
from traceapp.batches.models import Batch, EventItem, Product
from traceapp.codes import operations as codes
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.asking import ask
from traceapp.producers.queries import is_admitted

Ref = tuple[UUID, UUID]
CHUNK = 400

on_live: list[Callable[[Sequence[Ref], datetime], None]] = []
"""Told of batches whose codes just went live, in the same transaction."""


def missing(
    label: dict[str, Any] | None, *, has_picture: bool, has_events: bool, expiry: date | None
) -> list[str]:
    """Name what the minimum record still lacks; name, producer, address and lot always exist."""
    if label is None:
        return ["label"]
    lacks: list[str] = []
    if not has_picture:
        lacks.append("picture")
    if not label.get("origin"):
        lacks.append("origin")
    if not has_events:
        lacks.append("events")
    if expiry is None and label.get("group") in GROUPS_WITH_EXPIRY:
        lacks.append("expiry_date")
    if "standards" not in label:
        lacks.append("standards")
    return lacks


def missing_of(ref: Ref) -> list[str]:
    """Name what a batch's minimum record still lacks."""
    rows = {(row.producer_id, row.batch_id): row for row in _candidates([ref], waiting=False)}
    return _lacks(rows[ref])


def missing_of_each(refs: Iterable[Ref]) -> dict[Ref, list[str]]:
    """Name what the minimum record of each of these batches still lacks."""
    rows = _candidates(list(refs), waiting=False)
    return {(row.producer_id, row.batch_id): _lacks(row) for row in rows}


def activate_when_complete(refs: Iterable[Ref], *, now: datetime) -> None:
    """Activate the waiting codes among these batches whose minimum record is complete."""
    live = [
        (row.producer_id, row.batch_id)
        for row in _candidates(list(refs), waiting=True)
        if not _lacks(row)
    ]
    for producer_id, batch_id in live:
        codes.activate(producer_id, batch_id, now=now)
    if live:
        for listener in on_live:
            listener(live, now)


def _lacks(row: Any) -> list[str]:  # noqa: ANN401 - a row of _candidates
    waits = [] if row.is_admitted else ["admission"]
    return waits + missing(
        json.loads(row.label),
        has_picture=row.photo_sha256 is not None,
        has_events=row.has_events,
        expiry=row.expiry_date,
    )


def _candidates(refs: list[Ref], *, waiting: bool) -> list[Any]:
    query = _WAITING if waiting else _ANY
    return [
        row
        for start in range(0, len(refs), CHUNK)
        for row in ask(query, refs=refs[start : start + CHUNK])
    ]


def _with_code() -> Select[*tuple[Any, ...]]:
    has_events = (
        select(EventItem.event_id)
        .where(
            EventItem.batch_producer_id == Batch.producer_id, EventItem.batch_id == Batch.batch_id
        )
        .exists()
    )
    return (
        select(
            Batch.producer_id,
            Batch.batch_id,
            Batch.expiry_date,
            Product.label,
            Product.photo_sha256,
            has_events.label("has_events"),
            is_admitted(Batch.producer_id).label("is_admitted"),
        )
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .join(
            PublicCode,
            (PublicCode.producer_id == Batch.producer_id) & (PublicCode.batch_id == Batch.batch_id),
        )
        .where(
            tuple_(Batch.producer_id, Batch.batch_id).in_(bindparam("refs", expanding=True)),
        )
    )


# Written once: putting the query together takes longer than asking it.
_ANY = _with_code()
_WAITING = _ANY.where(PublicCode.state == CodeState.NOT_ACTIVATED)
