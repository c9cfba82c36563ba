"""From anything to batches: a code, a scanned link, an id, a lot, names, dates, a delivery note."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.batches.told_lots import is_among_takers
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.database.among import among
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.gs1 import digital_link
from traceapp.gs1.digital_link import BatchKey, Key, ProductKey
from traceapp.gs1.errors import InvalidKey
from traceapp.producers.models import Plot, Producer, Season, Site
from traceapp.tracing.readers import has_code, traceable_by
from traceapp.web import lists
from traceapp.web.pages import HANOI

MOST_SEASONS = 5_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody is looking for; everything that is given must fit."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    site_id: UUID | None = None
    season_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is looked for."""
        return self == Wish()


def search(reader: Visitor, wish: Wish, listed: lists.Asked) -> lists.Page[Any]:
    """Find batches that somebody may trace, the newest first."""
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.lot, Batch.production_date),
            *(Product.name, Product.name_en, PublicCode.code, STATE),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            Batch.expiry_date,
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(fits(reader, wish))
    )
    orders = (
        lists.Order(Batch.created_at.expression, is_descending=True),
        lists.Order(Batch.producer_id.expression),
        lists.Order(Batch.batch_id.expression),
    )
    return lists.page(query, orders, listed)


def fits(reader: Visitor, wish: Wish) -> ColumnElement[bool]:
    """Make the condition that somebody may trace a batch, and that it is what is looked for."""
    return and_(traceable_by(reader), *_fitting(reader, wish))


def _fitting(reader: Visitor, wish: Wish) -> Iterator[ColumnElement[bool]]:
    named = _named(wish.text)
    if named is not None:
        # Ten letters may be a code, and a lot as well.
        is_link = "/" in wish.text
        yield named if is_link else or_(named, _described(reader, wish.text))
    elif wish.text:
        yield _described(reader, wish.text)
    for bound, is_start in ((wish.since, True), (wish.until, False)):
        if bound is not None:
            yield _made_in_time(bound, is_start=is_start)
    if wish.site_id is not None:
        yield or_(Batch.site_id == wish.site_id, _made_where(Event.site_id == wish.site_id))
    if wish.season_id is not None:
        yield _made_where(Event.season_id == wish.season_id)


def _named(text: str) -> ColumnElement[bool] | None:
    """Give the condition of a text that names a batch or an event exactly; None for other words."""
    try:
        found = UUID(text.strip())
    except ValueError:
        key = _key(text)
    else:
        return or_(Batch.batch_id == found, _named_by(EventItem.event_id == found))
    match key:
        case BatchKey(code):
            return has_code(code.text)
        case ProductKey(gtin, lot):
            fits = [Product.gtin == str(gtin)] + ([Batch.lot == str(lot)] if lot else [])
            return and_(*fits)
        case _:
            return None


def _key(text: str) -> Key | None:
    try:
        return digital_link.parse_typed(text)
    except InvalidKey:
        return None


def _described(reader: Visitor, text: str) -> ColumnElement[bool]:
    """Give the condition that every word is in a name, or that a delivery has this number."""
    words = fold(text).split()[: lists.MOST_WORDS]
    names = (Product.folded_name, Product.name_en, Producer.folded_name, Producer.name_en)
    on_grounds = _made_on_grounds(reader, words)
    every = [
        or_(*lists.matching([word], *names, Batch.lot), made_there)
        for word, made_there in zip(words, on_grounds, strict=True)
    ]
    return or_(and_(*every), _handed_on(reader, text))


def _made_on_grounds(reader: Visitor, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Make for each word the condition that a step which made a batch names such a ground.

    Names of seasons, places and plots have no folded column: all different ones are read and
    folded here, of which there are far fewer than grounds.
    """
    named: dict[str, list[ColumnElement[bool]]] = {word: [] for word in words}
    for of, key, step_key in (
        (Season, Season.season_id, Event.season_id),
        (Site, Site.site_id, Event.site_id),
        (Plot, Plot.plot_id, Event.plot_id),
    ):
        ours = [] if reader.may(Act.LOOK_UP_ANY) else [of.producer_id == reader.producer_id]
        names = db.session.scalars(select(of.name).where(*ours).distinct()).all()
        folded = [(name, fold(name)) for name in names]
        for word in words:
            if fitting := [name for name, told in folded if word in told]:
                grounds = select(key).where(*ours, among(of.name, fitting))
                named[word].append(_made_where(step_key.in_(grounds)))
    return [or_(false(), *named[word]) for word in words]


def _handed_on(reader: Visitor, text: str) -> ColumnElement[bool]:
    """Make the condition that a batch went with a delivery whose note has this number."""
    query = select(HandOff.batch_producer_id, HandOff.batch_id).where(
        HandOff.folded_doc_no == fold(text).strip()
    )
    if not reader.may(Act.LOOK_UP_ANY):
        us = reader.producer_id
        query = query.where(or_(HandOff.sender_id == us, is_among_takers(us)))
    return tuple_(Batch.producer_id, Batch.batch_id).in_(query)


def _named_by(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(EventItem.event_id)
        .where(
            EventItem.batch_producer_id == Batch.producer_id,
            EventItem.batch_id == Batch.batch_id,
            *conditions,
        )
        .exists()
    )


def _made_where(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Make the condition that a step which brought a batch forth fits."""
    is_of_line = and_(
        Event.producer_id == EventItem.producer_id, Event.event_id == EventItem.event_id
    )
    return (
        select(EventItem.event_id)
        .join(Event, is_of_line)
        .where(
            EventItem.batch_producer_id == Batch.producer_id,
            EventItem.batch_id == Batch.batch_id,
            EventItem.direction == "output",
            *conditions,
        )
        .exists()
    )


def _made_in_time(bound: date, *, is_start: bool) -> ColumnElement[bool]:
    """Compare the day a batch says it was made on; without one, that of the step."""
    day = bound if is_start else bound + timedelta(days=1)
    moment = datetime.combine(day, time.min, HANOI)
    if is_start:
        return or_(
            Batch.production_date >= bound,
            and_(Batch.production_date.is_(None), _made_where(Event.event_time >= moment)),
        )
    return or_(
        Batch.production_date <= bound,
        and_(Batch.production_date.is_(None), _made_where(Event.event_time < moment)),
    )


def choices(reader: Visitor) -> tuple[dict[str, str], dict[str, str]]:
    """Give the reader's own places and seasons by id, for the form."""
    sites = db.session.execute(
        select(Site.site_id, Site.name)
        .where(Site.producer_id == reader.producer_id)
        .order_by(func.lower(Site.name))
    )
    seasons = db.session.execute(
        select(Season.season_id, Season.name)
        .where(Season.producer_id == reader.producer_id)
        .order_by(Season.started_on.desc())
        .limit(MOST_SEASONS)
    )
    return (
        {str(row.site_id): row.name for row in sites},
        {str(row.season_id): row.name for row in seasons},
    )
