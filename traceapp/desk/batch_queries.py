"""Reading for the page of one batch: its ledger, people, photos, and the batches beside it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, tuple_

from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.books.models import Stock
from traceapp.batches.models import Batch, Event, EventEvidence, EventPhoto, LedgerEntry, Product
from traceapp.batches.queries import Ref
from traceapp.batches.told_lots import UNTOLD
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.producers.models import Membership, Producer, Site
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words
from traceapp.tracing.readers import lot_read_by, visible_to


@dataclass(frozen=True, slots=True)
class Holding:
    """What the ledger of one holder says about a batch: quantity by account, and the stock."""

    holder: Words
    is_maker: bool
    accounts: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a holder's ledger; what went out is negative."""

    event: Ref
    step_kind: str
    account: str
    at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """The lot of a batch, "…" where the reader may not know it, and what its address ends in."""

    lot: str
    address: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of a step, as its own producer sees it."""

    sha256: str
    file_name: str | None
    is_public: bool


def holdings(batch: Ref) -> list[Holding]:
    """Give what every holder recorded about a batch, its maker first, then by name."""
    rows = db.session.execute(
        select(Producer.producer_id, Producer.name, Producer.name_en)
        .where(
            Producer.producer_id.in_(
                select(Stock.producer_id).where(
                    Stock.batch_producer_id == batch[0], Stock.batch_id == batch[1]
                )
            )
        )
        .order_by(Producer.folded_name)
    ).all()
    found = [
        Holding(
            Words(row.name, row.name_en),
            row.producer_id == batch[0],
            queries.balance(row.producer_id, batch),
        )
        for row in rows
    ]
    return sorted(found, key=lambda holding: not holding.is_maker)


def movements(holder: UUID, batch: Ref, uom: str) -> list[Movement]:
    """Give a holder's ledger of a batch in the order of happening."""
    rows = db.session.execute(
        select(
            *(LedgerEntry.from_account, LedgerEntry.to_account, LedgerEntry.amount),
            *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
        )
        .join(
            Event,
            and_(
                Event.producer_id == LedgerEntry.event_producer_id,
                Event.event_id == LedgerEntry.event_id,
            ),
        )
        .where(
            LedgerEntry.producer_id == holder,
            LedgerEntry.batch_producer_id == batch[0],
            LedgerEntry.batch_id == batch[1],
        )
        .order_by(
            Event.event_time, Event.event_id, LedgerEntry.position < 0, LedgerEntry.position.desc()
        )
    )
    return [_movement(row, uom) for row in rows]


def _movement(row: Any, uom: str) -> Movement:  # noqa: ANN401 - a row of `movements`
    comes_in = row.to_account == "stock"
    quantity = from_micro(row.amount, uom)
    return Movement(
        event=(row.producer_id, row.event_id),
        step_kind=row.step_kind,
        account=row.from_account if comes_in else row.to_account,
        at=row.event_time,
        quantity=quantity if comes_in else -quantity,
    )


def authors(events: Collection[Ref]) -> dict[Ref, tuple[UUID, str | None]]:
    """Give who wrote events: the member and the name, for the author's own producer to read."""
    rows = db.session.execute(
        select(Event.producer_id, Event.event_id, Event.author_member_id, Membership.name)
        .join(
            Membership,
            and_(
                Membership.producer_id == Event.producer_id,
                Membership.member_id == Event.author_member_id,
            ),
        )
        .where(tuple_(Event.producer_id, Event.event_id).in_(list(events)))
    )
    return {(row.producer_id, row.event_id): (row.author_member_id, row.name) for row in rows}


def shots(producer_id: UUID, events: Collection[UUID]) -> Mapping[UUID, list[Shot]]:
    """Give all photos of a producer's own events, also those that are not public."""
    rows = db.session.execute(
        select(EventPhoto.event_id, Photo.sha256, Photo.is_public, PhotoRendition.file_name)
        .join(
            Photo,
            and_(Photo.producer_id == EventPhoto.producer_id, Photo.sha256 == EventPhoto.sha256),
        )
        .outerjoin(
            PhotoRendition,
            and_(
                PhotoRendition.producer_id == Photo.producer_id,
                PhotoRendition.sha256 == Photo.sha256,
                PhotoRendition.name == "thumb",
            ),
        )
        .where(EventPhoto.producer_id == producer_id, EventPhoto.event_id.in_(list(events)))
        .order_by(EventPhoto.event_id, EventPhoto.position)
    )
    found: dict[UUID, list[Shot]] = defaultdict(list)
    for row in rows:
        found[row.event_id].append(Shot(bytes(row.sha256).hex(), row.file_name, row.is_public))
    return found


def site_owners(site_ids: Collection[UUID]) -> dict[str, Words]:
    """Give the producers that own these sites, by the id of the site."""
    rows = db.session.execute(
        select(Site.site_id, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == Site.producer_id)
        .where(Site.site_id.in_(list(site_ids)))
    )
    return {str(row.site_id): Words(row.name, row.name_en) for row in rows}


def addresses(reader: Visitor, batches: Collection[Ref]) -> dict[Ref, Named]:
    """Give lot and address of those among these batches that somebody may see."""
    rows = db.session.execute(
        select(Batch.producer_id, Batch.batch_id, lot_read_by(reader), PublicCode.code)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
        .where(tuple_(Batch.producer_id, Batch.batch_id).in_(list(batches)), visible_to(reader))
    )
    return {
        (row.producer_id, row.batch_id): Named(row.lot or UNTOLD, row.code or str(row.batch_id))
        for row in rows
    }


def checked_by(reader: Visitor, events: Collection[Ref]) -> set[Ref]:
    """Give those among these events that somebody has already confirmed."""
    rows = db.session.execute(
        select(EventEvidence.producer_id, EventEvidence.event_id).where(
            tuple_(EventEvidence.producer_id, EventEvidence.event_id).in_(list(events)),
            EventEvidence.by_producer_id == reader.producer_id,
            EventEvidence.by_member_id == reader.member_id,
        )
    )
    return {(row.producer_id, row.event_id) for row in rows}


def is_of_a_step(producer_id: UUID, sha256: bytes) -> bool:
    """Tell whether a photo belongs to a step and to nothing that is always public."""
    of_step = select(EventPhoto.event_id).where(
        EventPhoto.producer_id == producer_id, EventPhoto.sha256 == sha256
    )
    of_product = select(Product.product_id).where(
        Product.producer_id == producer_id, Product.photo_sha256 == sha256
    )
    return bool(db.session.scalar(select(of_step.exists() & ~of_product.exists())))
