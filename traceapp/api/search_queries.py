"""Batches and steps that somebody looks for, in the order of their ids; steps as received."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.tracing.searching import Wish, fits
from traceapp.web.pages import HANOI

Answer = dict[str, Any]


def batches(reader: Visitor, query: Answer) -> Answer:
    """List the batches that somebody may trace and that fit."""
    wish = Wish(
        *(query["q"].strip(), query["since"], query["until"]),
        *(query["site_id"], query["season_id"]),
    )
    fitting = _named(Batch.batch_id).where(fits(reader, wish))
    shown, following = _part(fitting.distinct(), Batch.batch_id, query)
    told = (
        *(Batch.producer_id, Batch.batch_id, Batch.lot),
        *(Batch.production_date, Batch.expiry_date, PublicCode.code),
        *(Product.name, Product.name_en, Producer.name.label("producer")),
        Producer.name_en.label("producer_en"),
    )
    rows = db.session.execute(
        _named(*told)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(Batch.batch_id.in_(shown), fits(reader, wish))
        .order_by(Batch.batch_id, Batch.producer_id)
    )
    return {"items": [_batch(row) for row in rows], "next": following}


def events(producer_id: UUID, query: Answer) -> Answer:
    """List the steps that a producer recorded and that fit."""
    own = select(Event.event_id).where(Event.producer_id == producer_id, *_fitting(query))
    shown, following = _part(own, Event.event_id, query)
    rows = db.session.execute(
        _events(producer_id).where(Event.event_id.in_(shown)).order_by(Event.event_id)
    )
    return {"items": [_event(*row) for row in rows], "next": following}


def event(producer_id: UUID, event_id: UUID) -> Answer | None:
    """Give a step that a producer recorded, as it was received; None where there is none."""
    row = db.session.execute(_events(producer_id).where(Event.event_id == event_id)).one_or_none()
    return None if row is None else _event(*row)


def _named(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of three tables
    """Select of batches with their products and producers."""
    return (
        select(*columns)
        .select_from(Batch)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
    )


def _part(
    ids: Select[*tuple[Any, ...]],
    key: Any,  # noqa: ANN401 - the column of these ids
    query: Answer,
) -> tuple[list[UUID], str | None]:
    """Take one part of a list of ids, and say where the next begins."""
    if query["after"] is not None:
        ids = ids.where(key > query["after"])
    found = list(db.session.scalars(ids.order_by(key).limit(query["limit"] + 1)))
    shown = found[: query["limit"]]
    return shown, str(shown[-1]) if len(found) > len(shown) else None


def _fitting(query: Answer) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Event.step_kind, query["step_kind"]),
        (Event.site_id, query["site_id"]),
        (Event.season_id, query["season_id"]),
    ):
        if value is not None:
            yield column == value
    if query["since"] is not None:
        yield Event.event_time >= _midnight(query["since"])
    if query["until"] is not None:
        yield Event.event_time < _midnight(query["until"]) + timedelta(days=1)
    if query["batch_id"] is not None:
        naming = select(EventItem.event_id).where(
            EventItem.producer_id == Event.producer_id,
            EventItem.event_id == Event.event_id,
            EventItem.batch_id == query["batch_id"],
        )
        yield naming.exists()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, HANOI)


def _events(producer_id: UUID) -> Select[Event, UUID]:
    return (
        select(Event, CorrectedEvent.replaced_by_id)
        .outerjoin(CorrectedEvent, is_what_corrects())
        .where(Event.producer_id == producer_id)
    )


def _event(row: Event, corrected_by: UUID | None) -> Answer:
    return {
        "id": str(row.event_id),
        "content_sha256": row.content_sha256.hex(),
        "record_time": row.record_time.isoformat(),
        "corrected_by": str(corrected_by) if corrected_by else None,
        "document": json.loads(row.document),
    }


def _batch(row: Any) -> Answer:  # noqa: ANN401 - a row of batches
    return {
        "producer_id": str(row.producer_id),
        "id": str(row.batch_id),
        "product": {"vi": row.name, "en": row.name_en or row.name},
        "producer": {"vi": row.producer, "en": row.producer_en or row.producer},
        "lot": row.lot,
        "production_date": row.production_date and row.production_date.isoformat(),
        "expiry_date": row.expiry_date and row.expiry_date.isoformat(),
        "code": row.code,
    }
