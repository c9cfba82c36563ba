"""What the batches of a family are called: each product, maker and partner is read once.

A thousand batches have few of them. Joined to every batch they take as long as the batches do.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import FromClause, and_, bindparam, select

from traceapp.batches.family.packing import packed
from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Partner, Producer
from traceapp.trace.words import Words
from traceapp.tracing.family import Key
from traceapp.tracing.walking import AnySelect, rows_about

PRODUCER, PRODUCT, PARTNER = Producer.__table__.c, Product.__table__.c, Partner.__table__.c
_PRODUCERS = select(PRODUCER.producer_id, PRODUCER.name, PRODUCER.name_en).where(
    PRODUCER.producer_id.in_(bindparam("ids", expanding=True, type_=Identifier))
)


def producer_names(ids: Iterable[UUID]) -> Mapping[UUID, Words]:
    """Name producers."""
    rows = db.session.execute(_PRODUCERS, {"ids": list(ids)})
    return {row.producer_id: _words(row.name, row.name_en) for row in rows}


def maker_names(batches: Iterable[Key]) -> Mapping[bytes, Words]:
    """Name those who made batches, by the bytes of their ids."""
    names = producer_names([UUID(bytes=raw) for raw in {key[:16] for key in batches}])
    return {producer_id.bytes: words for producer_id, words in names.items()}


def product_names(products: Iterable[Key]) -> Mapping[Key, tuple[Words, str]]:
    """Name products, and give the family of each."""
    rows = rows_about(_products, sorted(set(products)))
    return {key: (_words(name, name_en), family) for key, name, name_en, family in rows}


def partner_names(partners: Iterable[Key | None]) -> Mapping[Key, Words]:
    """Name those without account that batches came from."""
    named = sorted({key for key in partners if key is not None})
    if not named:
        return {}
    return {key: _words(*name) for key, *name in rows_about(_partners, named)}


def _words(vi: str, en: str | None) -> Words:
    return Words(vi, en or vi)


def _products(named: FromClause) -> AnySelect:
    return (
        select(packed(PRODUCT.producer_id, PRODUCT.product_id))
        .add_columns(PRODUCT.name, PRODUCT.name_en, PRODUCT.family)
        .select_from(named)
        .join(
            Product.__table__,
            and_(PRODUCT.producer_id == named.c.producer_id, PRODUCT.product_id == named.c.id),
        )
    )


def _partners(named: FromClause) -> AnySelect:
    return (
        select(packed(PARTNER.producer_id, PARTNER.partner_id), PARTNER.name, PARTNER.name_en)
        .select_from(named)
        .join(
            Partner.__table__,
            and_(PARTNER.producer_id == named.c.producer_id, PARTNER.partner_id == named.c.id),
        )
    )
