"""The lots that producers show on the board, as the matching sees them. Core only.

A constant number of queries; what they leave out is only what nobody shows or has any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, literal, or_, select, tuple_

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, BatchClaim, Product
from traceapp.batches.queries import signed_quantity
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.codes.states import CodeState, shown_state
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Commune, Producer
from traceapp.producers.queries import is_admitted
from traceapp.purchasing import schemes
from traceapp.purchasing.evidence import levels_of
from traceapp.purchasing.matching import (
    LEAFY,
    LEAFY_CROPS,
    Held,
    Lot,
    Need,
    Place,
    Shows,
    is_product,
)
from traceapp.purchasing.models import BoardProduct
from traceapp.recalls.stops.queries import stopped_among
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.words import Words

MOST = 500
"""So many lots are looked at, the newest first: more are on no board that people read."""

Certificates = dict[UUID, list[Certificate]]
Named = set[tuple[UUID, UUID, UUID]]
_NAME = literal(" ") + Product.folded_name + " "


def shown(today: date, *, of: UUID | None = None, but: UUID | None = None) -> list[Lot]:
    """Give the lots on the board, of one producer, or of all but one."""
    wanted: list[ColumnElement[bool]] = []
    if of is not None:
        wanted.append(Product.producer_id == of)
    if but is not None:
        wanted.append(Product.producer_id != but)
    return _told(db.session.execute(_query(*wanted)).all(), today)


def shown_for(need: Need, today: date, *, but: UUID, batch_id: UUID | None = None) -> list[Lot]:
    """Give the lots on the board that are of what is asked for; only of them more is read."""
    wanted = [Product.folded_name.contains(word, autoescape=True) for word in need.words]
    if need.kind == LEAFY:
        wanted.append(or_(*(_NAME.contains(f" {name} ") for name in LEAFY_CROPS)))
    elif need.kind:
        wanted.append(Product.family == need.kind)
    query = _query(Product.producer_id != but, *wanted)
    if batch_id is not None:
        query = query.where(Batch.batch_id == batch_id)
    return _told([row for row in db.session.execute(query) if is_product(need, row)], today)


def shown_one(batch: Ref, today: date) -> Lot | None:
    """Give one lot on the board; None where it is not on it."""
    query = _query(Product.producer_id == batch.producer_id).where(Batch.batch_id == batch.id)
    return next(iter(_told(db.session.execute(query).all(), today)), None)


def _query(*wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Ask for the newest lots in stock of the products on the board that are wanted."""
    of = _products(*wanted)
    is_product = and_(of.c.producer_id == Batch.producer_id, of.c.product_id == Batch.product_id)
    is_own_stock = and_(
        Stock.producer_id == Batch.producer_id,
        Stock.batch_producer_id == Batch.producer_id,
        Stock.batch_id == Batch.batch_id,
    )
    is_commune = and_(
        Commune.province == Producer.province,
        Commune.kind == Producer.commune_kind,
        Commune.name == Producer.commune,
    )
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.product_id, Batch.lot, Batch.uom),
            *(Batch.expiry_date, of.c.name, of.c.name_en, of.c.folded_name),
            *(of.c.family, of.c.net_quantity, of.c.net_uom, of.c.counted, of.c.shows),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            *(Commune.province, Commune.kind, Commune.name.label("commune")),
            *(Commune.latitude, Commune.longitude),
            *(PublicCode.code, STATE, IN_STOCK.label("stock")),
        )
        .select_from(of)
        .join(Batch, is_product)
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .join(Commune, is_commune)
        .join(Stock, is_own_stock)
        .join(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(IN_STOCK > 0)
        .order_by(Batch.created_at.desc(), Batch.batch_id.desc())
        .limit(MOST)
    )


def _products(*wanted: ColumnElement[bool]) -> CTE:
    """Give products on the board. PostgreSQL takes few for all lots unless it finds them first."""
    is_board = and_(
        BoardProduct.producer_id == Product.producer_id,
        BoardProduct.product_id == Product.product_id,
        BoardProduct.shows != Shows.NOTHING,
    )
    found = (
        select(
            *(Product.producer_id, Product.product_id, Product.name, Product.name_en),
            *(Product.folded_name, Product.family, Product.net_quantity, Product.net_uom),
            *(Product.uom.label("counted"), BoardProduct.shows),
        )
        .join(BoardProduct, is_board)
        .where(is_admitted(Product.producer_id), *wanted)
    )
    return found.cte("wanted").prefix_with("MATERIALIZED", dialect="postgresql")


def _told(rows: Sequence[Any], today: date) -> list[Lot]:
    if not rows:
        return []
    refs = [Ref(row.producer_id, row.batch_id) for row in rows]
    levels, stopped = levels_of(refs), stopped_among(refs)
    kept, named = _certificates({ref.producer_id for ref in refs}), _named(refs)
    return [
        _lot(
            row,
            is_live=_is_live(row, today) and ref not in stopped,
            level=levels[ref],
            certificates=tuple(_held(ref, kept[ref.producer_id], named)),
        )
        for ref, row in zip(refs, rows, strict=True)
    ]


def _is_live(row: Any, today: date) -> bool:  # noqa: ANN401 - a row
    return shown_state(CodeState(row.state), row.expiry_date, today) is CodeState.ACTIVE


def _lot(
    row: Any,  # noqa: ANN401 - a row
    *,
    is_live: bool,
    level: EvidenceLevel,
    certificates: tuple[Held, ...],
) -> Lot:
    has_net = row.net_quantity is not None and row.net_uom and row.counted == row.uom
    return Lot(
        ref=Ref(row.producer_id, row.batch_id),
        product_id=row.product_id,
        product=Words(row.name, row.name_en or row.name),
        producer=Words(row.producer, row.producer_en or row.producer),
        lot=row.lot,
        code=row.code,
        family=row.family,
        folded_name=row.folded_name,
        is_live=is_live,
        stock=signed_quantity(row.stock, row.uom),
        uom=row.uom,
        net=(Decimal(row.net_quantity), row.net_uom) if has_net else None,
        shows=Shows(row.shows),
        place=Place(row.province, row.kind, row.commune, row.latitude, row.longitude),
        level=level,
        certificates=certificates,
    )


_CLAIMS = select(BatchClaim.producer_id, BatchClaim.batch_id, BatchClaim.certificate_id).where(
    tuple_(BatchClaim.producer_id, BatchClaim.batch_id).in_(bindparam("lots", expanding=True))
)


def _certificates(producers: Iterable[UUID]) -> Certificates:
    found: Certificates = defaultdict(list)
    query = select(Certificate).where(Certificate.producer_id.in_(set(producers)))
    for one in db.session.scalars(query):
        found[one.producer_id].append(one)
    return found


def _named(lots: Iterable[Ref]) -> Named:
    return {(row[0], row[1], row[2]) for row in ask(_CLAIMS, lots=lots)}


def _held(lot: Ref, certificates: Iterable[Certificate], named: Named) -> Iterable[Held]:
    for one in certificates:
        kinds = schemes.of(fold(f"{one.scheme}; {one.scheme_en}; {one.standard}"))
        is_named = (*lot, one.certificate_id) in named
        yield Held(kinds, one.issued_on, one.expires_on, is_named)
