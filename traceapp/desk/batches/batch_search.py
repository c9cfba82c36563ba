"""The list of the batches somebody may see at the desk."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.codes.states import STOPPED
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.tracing.readers import had_by, lot_read_by
from traceapp.web import lists


def listed(reader: Visitor, wish: lists.Asked, today: date) -> lists.Page[Any]:
    """List the batches somebody may see, newest first."""
    stock, lot = _stock(reader), lot_read_by(reader)
    query = (
        _batches(stock, lot)
        .where(had_by(reader))
        .where(*(_has(word, lot.element) for word in wish.words))
        .where(*_chosen(wish.chosen, stock, today))
    )
    orders = (
        lists.Order(Batch.created_at.expression, is_descending=True),
        lists.Order(Batch.producer_id.expression),
        lists.Order(Batch.batch_id.expression, is_descending=True),
    )
    return lists.page(query, orders, wish)


def _batches(stock: ColumnElement[Any], lot: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, lot, Batch.uom, Batch.production_date),
            *(Batch.expiry_date, PublicCode.code, STATE),
            *(Product.name, Product.name_en, Producer.name.label("producer")),
            *(Producer.name_en.label("producer_en"), stock.label("stock")),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
    )


def _stock(reader: Visitor) -> ColumnElement[Any]:
    """Give what the reader has of a batch; to those who look after all, what its maker has."""
    holder = Batch.producer_id if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    held = (
        select(IN_STOCK)
        .where(
            Stock.producer_id == holder,
            Stock.batch_producer_id == Batch.producer_id,
            Stock.batch_id == Batch.batch_id,
        )
        .correlate(Batch)
        .scalar_subquery()
    )
    return func.coalesce(held, 0)


def _has(word: str, lot: ColumnElement[Any]) -> ColumnElement[bool]:
    by_name = lists.matching(
        [word],
        *(Product.folded_name, Product.name_en, Producer.folded_name, Producer.name_en, lot),
    )
    bare = word.replace("-", "")
    return or_(*by_name, *lists.matching([bare] if bare else [], PublicCode.code))


def _chosen(
    chosen: Mapping[str, str], stock: ColumnElement[Any], today: date
) -> Iterable[ColumnElement[bool]]:
    is_past = and_(STATE == "active", Batch.expiry_date < today)
    match chosen.get("state"):
        case "active":
            yield and_(
                STATE == "active",
                or_(Batch.expiry_date.is_(None), Batch.expiry_date >= today),
            )
        case "expired":
            yield is_past
        case "not_activated":
            yield STATE == "not_activated"
        case "stopped":
            yield STATE.in_(STOPPED)
        case "no_code":
            yield PublicCode.code.is_(None)
        case _:
            pass
    if chosen.get("stock"):
        yield stock > 0
    if product := chosen.get("product"):
        yield Batch.product_id == UUID(product)


def product_names(producer_id: UUID) -> dict[str, str]:
    """Give the names of a producer's products by id, for a filter."""
    rows = db.session.execute(
        select(Product.product_id, Product.name)
        .where(Product.producer_id == producer_id)
        .order_by(Product.folded_name)
    )
    return {str(row.product_id): row.name for row in rows}
