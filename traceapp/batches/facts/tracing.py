"""The facts behind a timeline, read in a constant number of queries whatever the depth.

Core only: no ORM object is made here. One of the queries walks the family tree.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import CTE, and_, select

from traceapp.batches.facts.happenings import events_about
from traceapp.batches.facts.parties import AnyRow, kilograms, party
from traceapp.batches.family.lineage import ancestry
from traceapp.batches.family.walking import Ref as Pair
from traceapp.batches.family.walking import known
from traceapp.batches.models import (
    Batch,
    BatchParent,
    Product,
)
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.producers.models import (
    Partner,
    Producer,
)
from traceapp.trace.facts import (
    BatchFact,
    EdgeFact,
    OriginFact,
    PlaceFact,
    Ref,
    TraceFacts,
)
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words


def trace_facts(subject: Pair, only: Collection[Pair] | None = None) -> TraceFacts:
    """Read everything one timeline is made from; of these batches `only`, where they are given."""
    edges = _edges(subject)
    tree = ancestry(subject) if only is None else known(set(only))
    return TraceFacts(
        Ref(*subject),
        tuple(_batches(tree)),
        tuple(events_about(tree)),
        tuple(edges),
    )


def _edges(subject: Pair) -> list[EdgeFact]:
    tree = ancestry(subject)
    query = select(BatchParent, Batch.uom).join(
        tree,
        and_(
            BatchParent.producer_id == tree.c.producer_id, BatchParent.batch_id == tree.c.batch_id
        ),
    )
    query = query.join(
        Batch,
        and_(
            Batch.producer_id == BatchParent.parent_producer_id,
            Batch.batch_id == BatchParent.parent_batch_id,
        ),
    )
    columns = (*BatchParent.__table__.columns, Batch.uom)
    return [_edge(row) for row in db.session.execute(query.with_only_columns(*columns))]


def _edge(row: AnyRow) -> EdgeFact:
    return EdgeFact(
        child=Ref(row.producer_id, row.batch_id),
        parent=Ref(row.parent_producer_id, row.parent_batch_id),
        event=Ref(row.event_producer_id, row.event_id),
        quantity=from_micro(row.amount, row.uom),
        uom=row.uom,
        mass_kg=kilograms(row.mass),
        packaging=row.is_packaging,
    )


def _batches(tree: CTE) -> Iterable[BatchFact]:
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.lot, Batch.uom),
            *(Batch.production_date, Batch.packing_date, Batch.expiry_date),
            *(Product.name, Product.name_en, Product.family),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            *(Producer.legal_form, Producer.commune, Producer.commune_kind, Producer.province),
            *(Partner.partner_id, Partner.name.label("partner")),
            *(Partner.name_en.label("partner_en"), Partner.commune.label("partner_commune")),
            Partner.commune_kind.label("partner_commune_kind"),
            Partner.province.label("partner_province"),
            PublicCode.code,
        )
        .join(
            tree,
            and_(Batch.producer_id == tree.c.producer_id, Batch.batch_id == tree.c.batch_id),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(
            Partner,
            and_(Partner.producer_id == Batch.producer_id, Partner.partner_id == Batch.partner_id),
        )
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
    )
    return (_batch(row) for row in db.session.execute(query))


def _batch(row: AnyRow) -> BatchFact:
    return BatchFact(
        ref=Ref(row.producer_id, row.batch_id),
        producer=party(row.producer_id, row.producer, row.producer_en, row.legal_form),
        product=Words(row.name, row.name_en or row.name),
        family=row.family,
        lot=row.lot,
        unit=row.uom,
        production_date=row.production_date,
        packing_date=row.packing_date,
        expiry_date=row.expiry_date,
        origin=_origin(row) if row.partner_id else None,
        place=PlaceFact(None, row.commune, row.commune_kind, row.province),
        path=f"/B/{row.code}" if row.code else None,
    )


def _origin(row: AnyRow) -> OriginFact:
    place = PlaceFact(None, row.partner_commune, row.partner_commune_kind, row.partner_province)
    return OriginFact(Words(row.partner, row.partner_en or row.partner), place)
