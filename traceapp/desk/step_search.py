"""The steps a producer recorded, and the photos of them: searched, narrowed, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Batch, Event, EventItem, EventPhoto, Product
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
MEMBER = (Membership.producer_id, Membership.member_id)


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
        .join(EventPhoto, _is_of_step(EventPhoto))
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


def _is_of_step(table: type[EventItem] | type[EventPhoto]) -> ColumnElement[bool]:
    return and_(table.producer_id == Event.producer_id, table.event_id == Event.event_id)


def _narrowed(
    query: Select[*tuple[Any, ...]], producer_id: UUID, wish: lists.Asked, now: datetime
) -> Select[*tuple[Any, ...]]:
    return query.where(
        *_chosen(wish.chosen, now), *(_has(producer_id, word) for word in wish.words)
    )


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


def _has(producer_id: UUID, word: str) -> ColumnElement[bool]:
    """Make the condition that a word is in what a step is called, says, names or was done at."""
    people = select(Membership.member_id).where(Membership.producer_id == producer_id)
    return or_(
        Event.step_kind.in_(kind.id for kind in STEP_KINDS.values() if word in _names(kind)),
        Event.author_member_id.in_(people.where(*_folded_has(word, Membership.name))),
        *_folded_has(word, Site.name, Plot.name, Season.name),
        _says(word),
        _names_goods(word),
    )


def _names(kind: StepKind) -> str:
    return fold("\n".join((str(kind.label.vi), str(kind.label.en), kind.verb_vi)))


def _folded_has(word: str, *columns: Any) -> Iterable[ColumnElement[bool]]:  # noqa: ANN401
    return [folded(column).contains(word, autoescape=True) for column in columns]


def _says(word: str) -> ColumnElement[bool]:
    """Make the condition that a word was filled in, or is in the name of what was chosen."""
    if db.engine.dialect.name == "sqlite":
        fields = func.json_each(Event.document, "$.fields").table_valued("value")
    else:
        given = cast(Event.document, JSONB)["fields"]
        fields = func.jsonb_each_text(given).table_valued("key", "value")
    value = cast(fields.c.value, String)
    chosen = [value.in_(options)] if (options := _options(word)) else []
    return select(1).select_from(fields).where(or_(*_folded_has(word, value), *chosen)).exists()


def _options(word: str) -> list[str]:
    return [
        option.id
        for kind in STEP_KINDS.values()
        for spec in kind.fields.values()
        for option in spec.options.values()
        if word in fold(f"{option.label.vi}\n{option.label.en}")
    ]


def _names_goods(word: str) -> ColumnElement[bool]:
    bare = word.replace("-", "")
    code = (
        select(PublicCode.code)
        .where(
            PublicCode.producer_id == Batch.producer_id,
            PublicCode.batch_id == Batch.batch_id,
            *lists.matching([bare], PublicCode.code),
        )
        .exists()
    )
    return (
        select(EventItem.position)
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
        .where(
            _is_of_step(EventItem),
            or_(
                *lists.matching([word], Product.folded_name, Product.name_en, Batch.lot),
                *([code] if bare else []),
            ),
        )
        .exists()
    )
