"""Goods somebody received, looked for by what a supplier's notice tells: who, lot, paper.

A notice names what its writer knows. Found is what was written down at the receipt, and the
supplier's own lot where the delivery is recorded on both sides. Seed, feed, vaccine and other
supplies make no lot: found is the season in which they were bought or used, with all its lots.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from traceapp.accounts.visitor import Visitor
from traceapp.batches import walking
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.producers.models import Producer, Season
from traceapp.recalls import kin
from traceapp.recalls.kin import Lot
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.tracing.readers import lot_read_by
from traceapp.web import lists

RECEIVING = ("receive", "stock_in")
SUPPLIES = ("buy_input", "sow", "fertilize", "spray", "feed", "vaccinate", "treat")
MOST = 20
"""Receipts that are shown; more need more words."""
MOST_MADE = 50
"""Own lots made of one received lot that are named."""


@dataclass(frozen=True, slots=True)
class Received:
    """A lot that came in; `made` are the reader's own lots of it where it is another's."""

    batch: Ref
    lot: str
    name: Words
    maker: Words
    at: datetime
    is_ours: bool
    made: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class Supplied:
    """Supplies of a season that was then harvested; `newest` is the lot made last in it."""

    kind: str
    season: str
    at: datetime
    newest: Ref


def supplied(reader: Visitor, words: Collection[str]) -> list[Supplied]:
    """Give the own seasons in which supplies were used that all words fit, the newest first."""
    is_season = and_(
        Season.producer_id == Event.site_producer_id, Season.season_id == Event.season_id
    )
    query = (
        select(Event.step_kind, Event.event_time, Season.season_id, Season.name)
        .join(Season, is_season)
        .where(
            Event.producer_id == reader.producer_id,
            Event.site_producer_id == reader.producer_id,
            Event.step_kind.in_(SUPPLIES),
            ~is_corrected(),
            *lists.matching(words, Event.folded_words),
        )
        .order_by(Event.event_time.desc(), Event.event_id.desc())
    )
    rows = db.session.execute(query.limit(MOST)).all()
    found = []
    for row in {row.season_id: row for row in reversed(rows)}.values():
        newest = kin.newest_of_season(reader.producer_id, row.season_id)
        if newest is not None:
            found.append(Supplied(row.step_kind, row.name, row.event_time, newest))
    return sorted(found, key=lambda one: one.at, reverse=True)


def received(reader: Visitor, words: Collection[str]) -> tuple[list[Received], bool]:
    """Give the receipts all words fit, the newest first, and whether there are more."""
    lot = lot_read_by(reader)
    query = _receipts(lot).where(
        Event.producer_id == reader.producer_id,
        *lists.matching(
            words, Event.folded_words, Producer.folded_name, Product.folded_name, lot.element
        ),
    )
    rows = db.session.execute(query.limit(MOST + 1)).all()
    return [_received(reader, row) for row in rows[:MOST]], len(rows) > MOST


def _receipts(lot: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a labelled column
    is_item = and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id)
    is_batch = and_(
        Batch.producer_id == EventItem.batch_producer_id, Batch.batch_id == EventItem.batch_id
    )
    is_product = and_(
        Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id
    )
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, lot, Event.event_time),
            *(Product.name, Product.name_en),
            *(Producer.name.label("maker"), Producer.name_en.label("maker_en")),
        )
        .select_from(Event)
        .join(EventItem, is_item)
        .join(Batch, is_batch)
        .join(Product, is_product)
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(Event.step_kind.in_(RECEIVING), ~is_corrected())
        .order_by(Event.event_time.desc(), Event.event_id.desc(), Batch.batch_id)
    )


def _received(reader: Visitor, row: Any) -> Received:  # noqa: ANN401 - a row
    batch = Ref(row.producer_id, row.batch_id)
    is_ours = batch.producer_id == reader.producer_id
    return Received(
        batch=batch,
        lot=row.lot or "…",
        name=Words(row.name, row.name_en or row.name),
        maker=Words(row.maker, row.maker_en or row.maker),
        at=row.event_time,
        is_ours=is_ours,
        made=() if is_ours else tuple(_made_of(reader, batch)),
    )


def _made_of(reader: Visitor, batch: Ref) -> list[Lot]:
    """Name the reader's own lots that were made of a received one."""
    found = (Ref(*one) for one in walking.reached([batch], upward=False))
    own = sorted(one for one in found if one.producer_id == reader.producer_id)
    return kin.lots_of(own[:MOST_MADE]) if own else []
