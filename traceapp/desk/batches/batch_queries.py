"""Reading for the page of one batch: its ledger, people, photos, and the batches beside it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from traceapp.accounts.visitor import Visitor
from traceapp.batches.family.walking import is_among
from traceapp.batches.models import Batch, EventEvidence, EventPhoto, Product
from traceapp.batches.queries import Ref
from traceapp.batches.told_lots import UNTOLD
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.asking import parts
from traceapp.database.engine import db
from traceapp.producers.models import Producer, Site
from traceapp.trace.words import Words
from traceapp.tracing.readers import lot_read_by, visible_to


@dataclass(frozen=True, slots=True)
class Named:
    """The lot of a batch, "…" where the reader may not know it, and what its address ends in."""

    lot: str
    address: str


def site_owners(site_ids: Collection[UUID]) -> dict[str, Words]:
    """Give the producers that own these sites, by the id of the site."""
    query = select(Site.site_id, Producer.name, Producer.name_en).join(
        Producer, Producer.producer_id == Site.producer_id
    )
    return {
        str(row.site_id): Words(row.name, row.name_en)
        for part in parts(site_ids)
        for row in db.session.execute(query.where(Site.site_id.in_(part)))
    }


def addresses(reader: Visitor, batches: Collection[Ref]) -> dict[Ref, Named]:
    """Give lot and address of those among these batches that somebody may see."""
    rows = db.session.execute(
        select(Batch.producer_id, Batch.batch_id, lot_read_by(reader), PublicCode.code)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
        .where(is_among(Batch.producer_id, Batch.batch_id, batches), visible_to(reader))
    )
    return {
        (row.producer_id, row.batch_id): Named(row.lot or UNTOLD, row.code or str(row.batch_id))
        for row in rows
    }


def checked_by(reader: Visitor, events: Collection[Ref]) -> set[Ref]:
    """Give those among these events that somebody has already confirmed."""
    rows = db.session.execute(
        select(EventEvidence.producer_id, EventEvidence.event_id).where(
            is_among(EventEvidence.producer_id, EventEvidence.event_id, events),
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
