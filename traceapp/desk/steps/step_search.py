"""The steps a producer recorded, and the photos of them: searched, narrowed, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Batch, Event, EventItem, EventPhoto, Product
from traceapp.batches.told_lots import lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.folding import fold, folded
from traceapp.photos.models import Photo
from traceapp.producers.models import Membership, Plot, Season, Site
from traceapp.trace.vocabulary import STEP_KINDS, StepKind
from traceapp.web import lists
from traceapp.web.pages import HANOI

SPANS: Mapping[str, timedelta] = {
    "today": timedelta(0),
    "week": timedelta(days=6),
    "month": timedelta(days=29),
}
STEP = (Event.producer_id, Event.event_id)
MEMBER = (Membership.producer_id, Membership.member_id)
Place = Site | Plot | Season
PLACES = ((Site, "site_id"), (Plot, "plot_id"), (Season, "season_id"))


def steps(producer_id: UUID, wish: lists.Asked, now: datetime) -> lists.Page[Any]:
    """List the steps, those that happened last first."""
    orders = (
        lists.Order(Event.event_time.expression, is_descending=True),
        lists.Order(Event.event_id.expression, is_descending=True),
    )
    return lists.page(_narrowed(_steps(producer_id), producer_id, wish, now), orders, wish)


def photos(producer_id: UUID, wish: lists.Asked, now: datetime) -> lists.Page[Any]:
    """List the photos of steps in the same order, as often as a step shows one."""
    query = (
        _steps(producer_id)
        .join(
            EventPhoto,
            _same(
                (EventPhoto.producer_id, EventPhoto.event_id), (Event.producer_id, Event.event_id)
            ),
        )
        .join(
            Photo,
            and_(Photo.producer_id == EventPhoto.producer_id, Photo.sha256 == EventPhoto.sha256),
        )
        .add_columns(Photo.sha256, Photo.is_public, Photo.state)
    )
    match wish.chosen.get("seen"):
        case "public":
            query = query.where(Photo.is_public)
        case "own":
            query = query.where(~Photo.is_public)
        case _:
            pass
    orders = (
        lists.Order(Event.event_time.expression, is_descending=True),
        lists.Order(Event.event_id.expression, is_descending=True),
        lists.Order(EventPhoto.position.expression),
    )
    return lists.page(_narrowed(query, producer_id, wish, now), orders, wish)


def people(producer_id: UUID) -> dict[str, str | None]:
    """Name those who may have recorded something, for a filter."""
    query = (
        select(Membership.member_id, Membership.name)
        .where(Membership.producer_id == producer_id)
        .order_by(Membership.name, Membership.member_id)
    )
    return {str(row.member_id): row.name for row in db.session.execute(query)}


def seasons(producer_id: UUID) -> dict[str, str]:
    """Name the seasons, the newest first, for a filter."""
    query = (
        select(Season.season_id, Season.name)
        .where(Season.producer_id == producer_id)
        .order_by(Season.started_on.desc(), Season.season_id)
    )
    return {str(row.season_id): row.name for row in db.session.execute(query)}


def _steps(producer_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Event, Membership.name.label("author"), Site.name.label("site")),
            *(Plot.name.label("plot"), Season.name.label("season")),
            CorrectedEvent.replaced_by_id,
        )
        .join(Membership, _same(MEMBER, (Event.producer_id, Event.author_member_id)))
        .outerjoin(
            Site, _same((Site.producer_id, Site.site_id), (Event.site_producer_id, Event.site_id))
        )
        .outerjoin(
            Plot, _same((Plot.producer_id, Plot.plot_id), (Event.site_producer_id, Event.plot_id))
        )
        .outerjoin(
            Season,
            _same(
                (Season.producer_id, Season.season_id), (Event.site_producer_id, Event.season_id)
            ),
        )
        .outerjoin(CorrectedEvent, is_what_corrects())
        .where(Event.producer_id == producer_id)
    )


def _same(ours: Sequence[Any], theirs: Sequence[Any]) -> ColumnElement[bool]:
    return and_(*(one == other for one, other in zip(ours, theirs, strict=True)))


def _narrowed(
    query: Select[*tuple[Any, ...]], producer_id: UUID, wish: lists.Asked, now: datetime
) -> Select[*tuple[Any, ...]]:
    grounds = _grounds(producer_id) if wish.words else []
    return query.where(
        *_chosen(wish.chosen, now), *(_has(producer_id, grounds, word) for word in wish.words)
    )


def _grounds(producer_id: UUID) -> Sequence[UUID]:
    """Name on whose ground the steps were done: their own, for officers also others'."""
    whose = select(Event.site_producer_id).where(Event.producer_id == producer_id)
    return db.session.scalars(whose.distinct()).all()


def _chosen(chosen: Mapping[str, str], now: datetime) -> Iterator[ColumnElement[bool]]:
    if span := chosen.get("when"):
        midnight = now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
        yield Event.event_time >= midnight - SPANS[span]
    if kind := chosen.get("kind"):
        yield Event.step_kind == kind
    if who := chosen.get("who"):
        yield Event.author_member_id == UUID(who)
    if season := chosen.get("season"):
        yield Event.season_id == UUID(season)


def _has(producer_id: UUID, grounds: Sequence[UUID], word: str) -> ColumnElement[bool]:
    """Make the condition that a word is in what a step is called, says, names or was done at.

    Names are looked for once, not at every step.
    """
    people = select(Membership.member_id).where(Membership.producer_id == producer_id)
    return or_(
        Event.step_kind.in_(kind.id for kind in STEP_KINDS.values() if word in _names(kind)),
        Event.author_member_id.in_(people.where(_folded_has(word, Membership.name))),
        *(_was_at(grounds, word, *place) for place in PLACES),
        Event.folded_words.contains(word, autoescape=True),
        Event.event_id.in_(_naming_goods(producer_id, word)),
    )


def _names(kind: StepKind) -> str:
    return fold("\n".join((str(kind.label.vi), str(kind.label.en), kind.verb_vi)))


def _folded_has(word: str, column: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return folded(column).contains(word, autoescape=True)


def _was_at(
    grounds: Sequence[UUID], word: str, table: type[Place], key: str
) -> ColumnElement[bool]:
    place = aliased(table)
    named = select(place.producer_id, getattr(place, key)).where(
        place.producer_id.in_(grounds), _folded_has(word, place.name)
    )
    return tuple_(Event.site_producer_id, getattr(Event, key)).in_(named)


def _naming_goods(producer_id: UUID, word: str) -> Select[UUID]:
    """Select the steps that name a batch by a product, a lot or a code with this word in it."""
    columns: list[Any] = [
        *(Product.folded_name, Product.name_en),
        lot_told_to(producer_id).element,
    ]
    found = lists.matching([word], *columns)
    if bare := word.replace("-", ""):
        found += lists.matching([bare], PublicCode.code)
    return (
        select(EventItem.event_id)
        .join(
            Batch,
            _same(
                (Batch.producer_id, Batch.batch_id),
                (EventItem.batch_producer_id, EventItem.batch_id),
            ),
        )
        .join(
            Product,
            _same((Product.producer_id, Product.product_id), (Batch.producer_id, Batch.product_id)),
        )
        .outerjoin(
            PublicCode,
            _same(
                (PublicCode.producer_id, PublicCode.batch_id), (Batch.producer_id, Batch.batch_id)
            ),
        )
        .where(EventItem.producer_id == producer_id, or_(*found))
    )
