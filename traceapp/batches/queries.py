"""Reading products, batches and their kilograms. Facts behind a timeline: `tracing`."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import ACCOUNTS, IN_STOCK, SOLD_BY_COUNT
from traceapp.batches.facts.parties import AnyRow
from traceapp.batches.models import Batch, BatchClaim, Event, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Producer
from traceapp.trace.units import from_micro

Ref = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class BatchCard:
    """What a batch is: product, producer, lot, dates, label data, picture, public code."""

    producer_id: UUID
    batch_id: UUID
    product_id: UUID
    product_name: str
    product_name_en: str | None
    family: str
    role: str
    brand: str | None
    gtin: str | None
    uom: str
    net_quantity: str | None
    net_uom: str | None
    lot: str
    production_date: date | None
    packing_date: date | None
    expiry_date: date | None
    label: dict[str, Any] | None
    producer_name: str
    producer_name_en: str | None
    street: str
    commune_kind: str
    commune: str
    province: str
    legacy_address: str | None
    about: str | None
    about_en: str | None
    latitude: float
    longitude: float
    is_demo: bool
    code: str | None
    pictures: dict[str, str]


def batch_card(ref: Ref) -> BatchCard | None:
    """Read a batch by producer and id; None when it does not exist."""
    rows = _cards([Batch.producer_id == ref[0], Batch.batch_id == ref[1]])
    return rows[0] if rows else None


def batches(*, limit: int = 200, after: str | None = None) -> list[BatchCard]:
    """List batches that have a public code, by code, for the first page of the demo."""
    conditions: list[Any] = [PublicCode.code.is_not(None)]
    if after is not None:
        conditions.append(PublicCode.code > after)
    return _cards(conditions, limit=limit)


def _cards(conditions: list[Any], *, limit: int | None = None) -> list[BatchCard]:
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.product_id, Batch.uom, Batch.lot),
            *(Batch.production_date, Batch.packing_date, Batch.expiry_date),
            *(Product.name.label("product_name"), Product.name_en.label("product_name_en")),
            *(Product.family, Product.role, Product.brand, Product.gtin),
            *(Product.net_quantity, Product.net_uom, Product.label, Product.photo_sha256),
            *(Producer.name.label("producer_name"), Producer.name_en.label("producer_name_en")),
            *(Producer.street, Producer.commune_kind, Producer.commune, Producer.province),
            *(Producer.legacy_address, Producer.about, Producer.about_en),
            *(Producer.latitude, Producer.longitude, Producer.is_demo),
            PublicCode.code,
        )
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
        .where(*conditions)
        .order_by(PublicCode.code)
    )
    if limit is not None:
        query = query.limit(limit)
    rows = db.session.execute(query).all()
    pictures = _pictures({(row.producer_id, row.photo_sha256) for row in rows})
    return [_card(row, pictures) for row in rows]


def _card(row: AnyRow, pictures: dict[tuple[UUID, bytes], dict[str, str]]) -> BatchCard:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a row's names
    photo = values.pop("photo_sha256")
    values["label"] = json.loads(values["label"])
    return BatchCard(**values, pictures=pictures.get((row.producer_id, photo), {}))


def _pictures(
    keys: set[tuple[UUID, bytes | None]],
) -> dict[tuple[UUID, bytes], dict[str, str]]:
    """Give the file names of product pictures by rendition; product pictures are public."""
    wanted = {sha256 for _, sha256 in keys if sha256 is not None}
    rows = db.session.execute(
        select(
            PhotoRendition.producer_id,
            PhotoRendition.sha256,
            PhotoRendition.name,
            PhotoRendition.file_name,
        )
        .join(
            Photo,
            (Photo.producer_id == PhotoRendition.producer_id)
            & (Photo.sha256 == PhotoRendition.sha256),
        )
        .where(PhotoRendition.sha256.in_(wanted), Photo.is_public)
    )
    found: dict[tuple[UUID, bytes], dict[str, str]] = {}
    for row in rows:
        found.setdefault((row.producer_id, bytes(row.sha256)), {})[row.name] = row.file_name
    return found


def certificates(ref: Ref) -> list[tuple[Certificate, bool]]:
    """List a producer's public certificates; True for those claimed for this batch."""
    claimed = (
        select(BatchClaim.certificate_id)
        .where(BatchClaim.producer_id == ref[0], BatchClaim.batch_id == ref[1])
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Certificate, Certificate.certificate_id.in_(claimed))
        .where(Certificate.producer_id == ref[0], Certificate.is_public)
        .order_by(Certificate.issued_on.desc())
    )
    return [(certificate, bool(is_claimed)) for certificate, is_claimed in rows]


def balance(holder: UUID, batch: Ref) -> dict[str, Decimal]:
    """Give what each account of a holder says about a batch, in the batch's unit.

    `stock` is what is left; it may be negative where the field reported more than there was.
    `sold_by_count` stands only where the holder counted: what the count did not find any more.
    """
    row = db.session.execute(
        select(Batch.uom, *_BALANCE)
        .outerjoin(
            Stock,
            (Stock.batch_producer_id == Batch.producer_id)
            & (Stock.batch_id == Batch.batch_id)
            & (Stock.producer_id == holder),
        )
        .where(Batch.producer_id == batch[0], Batch.batch_id == batch[1])
    ).one()
    amounts = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way to a row's names
    found = {
        name: signed_quantity(amounts[name], row.uom)
        for name in (*ACCOUNTS, "sold_by_count")
        if amounts[name] or (name == "sold_by_count" and amounts[name] is not None)
    }
    return found | {"stock": signed_quantity(row.stock or 0, row.uom)}


@dataclass(frozen=True, slots=True)
class Books:
    """What a holder's books say about a batch: every account, in the batch's unit."""

    batch: Ref
    uom: str
    accounts: dict[str, Decimal]
    stock: Decimal
    counted: Decimal | None
    counted_at: datetime | None
    sold_by_count: Decimal | None


def books_of(holder: UUID, batch_id: UUID) -> Books | None:
    """Give what a holder's books say about a batch of its own, or of goods it had in hand."""
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.uom),
            *(*_BALANCE, Stock.counted, Stock.counted_at),
        )
        .outerjoin(
            Stock,
            (Stock.batch_producer_id == Batch.producer_id)
            & (Stock.batch_id == Batch.batch_id)
            & (Stock.producer_id == holder),
        )
        .where(
            Batch.batch_id == batch_id,
            or_(Batch.producer_id == holder, Stock.producer_id.is_not(None)),
        )
        .order_by((Batch.producer_id == holder).desc(), Batch.producer_id)
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    amounts = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way to a row's names

    def told(name: str) -> Decimal | None:
        return None if amounts[name] is None else signed_quantity(amounts[name], row.uom)

    return Books(
        batch=(row.producer_id, row.batch_id),
        uom=row.uom,
        accounts={name: signed_quantity(amounts[name] or 0, row.uom) for name in ACCOUNTS},
        stock=signed_quantity(row.stock or 0, row.uom),
        counted=told("counted"),
        counted_at=row.counted_at,
        sold_by_count=told("sold_by_count"),
    )


def has_stock_of(holder: UUID, batch: Ref) -> bool:
    """Tell whether a holder's books say anything about a batch."""
    return db.session.get(Stock, (holder, *batch)) is not None


def in_hand(holder: UUID, batch_id: UUID) -> Ref | None:
    """Find a batch by its id among those that somebody made or has had; None for any other."""
    if db.session.get(Batch, (holder, batch_id)) is not None:
        return (holder, batch_id)
    query = select(Stock.batch_producer_id).where(
        Stock.producer_id == holder, Stock.batch_id == batch_id
    )
    found = db.session.scalars(query.order_by(Stock.batch_producer_id).limit(1)).one_or_none()
    return None if found is None else (found, batch_id)


def signed_quantity(micro: int, uom: str) -> Decimal:
    """Give an amount, which may be below zero, as a quantity in a unit."""
    quantity = from_micro(abs(micro), uom)
    return -quantity if micro < 0 else quantity


_BALANCE = (
    *(Stock.__table__.c[name] for name in ACCOUNTS),
    SOLD_BY_COUNT.label("sold_by_count"),
    IN_STOCK.label("stock"),
)


def last_site(producer_id: UUID) -> UUID | None:
    """Give where a producer last recorded something: mostly it is there again."""
    query = (
        select(Event.site_id)
        .where(Event.producer_id == producer_id, Event.site_producer_id == producer_id)
        .order_by(Event.event_id.desc())
        .limit(1)
    )
    return db.session.scalar(query)
