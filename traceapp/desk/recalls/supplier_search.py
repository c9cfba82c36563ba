"""Receipts and uses of supplies, looked for by what a supplier's notice tells: who, lot, paper.

A notice names what its writer knows. Found is what was written down at the receipt, and the
supplier's own lot where the delivery is recorded on both sides; also seed, feed, vaccine and other
supplies, bought or used. Officials find those of everybody, others their own.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.producers.models import Plot, Producer, Season
from traceapp.tracing.readers import lot_read_by
from traceapp.web import lists

RECEIVING = ("receive", "stock_in")
SUPPLIES = ("buy_input", "sow", "fertilize", "spray", "feed", "vaccinate", "treat")


def steps_told(reader: Visitor, wish: lists.Asked) -> lists.Page[Any]:
    """Give a page of the steps that all words fit, what happened last first."""
    found = _steps().where(
        Event.step_kind.in_((*RECEIVING, *SUPPLIES)),
        ~is_corrected(),
        *_of(reader),
        *(_fits(reader, word) for word in wish.words),
    )
    orders = [Event.event_time, Event.event_id, Event.producer_id]
    return lists.page(found, [lists.Order(one, is_descending=True) for one in orders], wish)


def _of(reader: Visitor) -> Iterator[ColumnElement[bool]]:
    if not reader.may(Act.LOOK_UP_ANY):
        yield Event.producer_id == reader.producer_id


def _steps() -> Select[*tuple[Any, ...]]:
    is_season = and_(
        Season.producer_id == Event.site_producer_id, Season.season_id == Event.season_id
    )
    is_plot = and_(Plot.producer_id == Event.site_producer_id, Plot.plot_id == Event.plot_id)
    return (
        select(
            *(Event, Season.name.label("season"), Plot.name.label("plot")),
            *(Producer.name.label("holder"), Producer.name_en.label("holder_en")),
        )
        .join(Producer, Producer.producer_id == Event.producer_id)
        .outerjoin(Season, is_season)
        .outerjoin(Plot, is_plot)
    )


def _fits(reader: Visitor, word: str) -> ColumnElement[bool]:
    """Match steps that say a word, or name goods by it; officials also find who did them."""
    where: list[Any] = [Event.folded_words]
    if reader.may(Act.LOOK_UP_ANY):
        where.append(Producer.folded_name)
    return or_(*lists.matching([word], *where), _naming_goods(reader, word))


def _naming_goods(reader: Visitor, word: str) -> ColumnElement[bool]:
    maker, lot = aliased(Producer), lot_read_by(reader)
    return (
        select(EventItem.event_id)
        .join(
            Batch,
            and_(
                Batch.producer_id == EventItem.batch_producer_id,
                Batch.batch_id == EventItem.batch_id,
            ),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(maker, maker.producer_id == Batch.producer_id)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(
            EventItem.producer_id == Event.producer_id,
            EventItem.event_id == Event.event_id,
            *lists.matching([word], maker.folded_name, Product.folded_name, lot.element),
        )
        .exists()
    )
