"""Batches as the rules see them: how they keep, who made them first, what they claim."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Batch, BatchClaim, Event, EventItem, Product
from traceapp.database.asking import among
from traceapp.database.types import Instant
from traceapp.findings.reading import named_by, of_item, rows, zone
from traceapp.producers.certificate_models import Certificate
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import ClaimFact, GoodsFact, StepFact
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words

MAKING = frozenset({StockEffect.CREATE, StockEffect.TRANSFORM, StockEffect.MOVE_IN})
"""By these a batch comes to be: made here, or received from somebody who has no account."""
MAKING_KINDS = tuple(kind.id for kind in STEP_KINDS.values() if kind.stock_effect in MAKING)
ANIMALS = frozenset({"pig", "poultry"})  # families of live goods


def goods_of(batches: Collection[Ref]) -> dict[Ref, GoodsFact]:
    """Read batches with how their products are kept."""
    return {
        (ref := Ref(row.producer_id, row.batch_id)): GoodsFact(
            ref=ref,
            lot=row.lot,
            uom=row.uom,
            expiry=row.expiry_date,
            produced=row.production_date,
            net_quantity=Decimal(row.net_quantity) if row.net_quantity else None,
            net_uom=row.net_uom,
            storage_max_c=None if row.storage_max_c is None else Decimal(str(row.storage_max_c)),
            storage_max_minutes=row.storage_max_minutes,
            chilled=row.is_chilled,
            live=row.family in ANIMALS,
            family=row.family,
        )
        for row in rows(_GOODS, batches)
    }


def first_makings(batches: Collection[Ref]) -> dict[Ref, StepFact]:
    """Give the first step that counts and made each batch: its time, kind and id."""
    return {
        Ref(row.batch_producer_id, row.batch_id): StepFact(
            Ref(row.producer_id, row.event_id),
            row.step_kind,
            row.event_time.astimezone(zone(row.event_time_zone_offset)),
            row.record_time,
        )
        for row in rows(_MAKINGS, batches)
    }


def made_until(moment: datetime, batches: Collection[Ref]) -> set[Ref]:
    """Give those of these batches that a step which counts had made by a moment.

    Takes as long for a batch that was made a thousand times as for one that was made once.
    """
    return {Ref(*row) for row in rows(_MADE, batches, moment=moment)}


def claims_of(batches: Collection[Ref]) -> tuple[ClaimFact, ...]:
    """Give the certificates that batches name."""
    return tuple(
        ClaimFact(
            batch=Ref(row.producer_id, row.batch_id),
            certificate=Ref(row.producer_id, row.certificate_id),
            scheme=Words(row.scheme, row.scheme_en),
            number=row.number,
            issued=row.issued_on,
            expires=row.expires_on,
        )
        for row in rows(_CLAIMS, batches)
    )


def users_of(batches: Collection[Ref]) -> set[Ref]:
    """Give the events that use these batches."""
    return {Ref(row.producer_id, row.event_id) for row in rows(_USERS, batches)}


def events_naming(batches: Collection[Ref]) -> set[Ref]:
    """Give the events that name these batches in any way."""
    return {Ref(row.producer_id, row.event_id) for row in rows(_NAMING, batches)}


# Written once: putting a query together takes longer than asking it.
_GOODS = (
    select(
        *(Batch.producer_id, Batch.batch_id, Batch.lot, Batch.uom, Batch.expiry_date),
        *(Batch.production_date, Product.net_quantity, Product.net_uom, Product.storage_max_c),
        *(Product.storage_max_minutes, Product.is_chilled, Product.family),
    )
    .join(
        Product,
        and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
    )
    .where(among(Batch.producer_id, Batch.batch_id))
)


def _makes() -> ColumnElement[bool]:
    """Match events and lines by which a batch was made, as far as that counts."""
    return and_(
        EventItem.direction == "output",
        Event.step_kind.in_(MAKING_KINDS),
        Event.ship_event_id.is_(None),
        ~is_corrected(),
    )


def _first_makings() -> Select[*tuple[Any, ...]]:
    """Give of each batch the making that counts and is first, by claim and then by id."""
    batch = (EventItem.batch_producer_id, EventItem.batch_id)
    order = (Event.event_time, Event.producer_id, Event.event_id)
    columns = (Event.step_kind, Event.event_time_zone_offset, Event.record_time)
    place = func.row_number().over(partition_by=batch, order_by=order).label("place")
    makings = (
        select(*batch, *order, *columns, place)
        .join(Event, of_item())
        .where(among(*batch), _makes())
        .subquery()
    )
    return select(makings).where(makings.c.place == 1)


def _made() -> Select[*tuple[Any, ...]]:
    making = (
        select(EventItem.event_id)
        .join(Event, of_item())
        .where(
            EventItem.batch_producer_id == Batch.producer_id,
            EventItem.batch_id == Batch.batch_id,
            Event.event_time <= bindparam("moment", type_=Instant),
            _makes(),
        )
        .offset(0)  # or PostgreSQL, while it knows no figures, reads every making there is first
    )
    return select(Batch.producer_id, Batch.batch_id).where(
        among(Batch.producer_id, Batch.batch_id), making.exists()
    )


_MAKINGS, _MADE = _first_makings(), _made()
_CLAIMS = (
    select(
        *(BatchClaim.producer_id, BatchClaim.batch_id, BatchClaim.certificate_id),
        *(Certificate.scheme, Certificate.scheme_en, Certificate.number),
        *(Certificate.issued_on, Certificate.expires_on),
    )
    .join(
        Certificate,
        and_(
            Certificate.producer_id == BatchClaim.producer_id,
            Certificate.certificate_id == BatchClaim.certificate_id,
        ),
    )
    .where(among(BatchClaim.producer_id, BatchClaim.batch_id))
)
_USERS = named_by(EventItem.direction == "input")
_NAMING = named_by()
