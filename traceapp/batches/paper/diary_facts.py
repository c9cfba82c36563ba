"""What the diary of a season is written from: its steps, tests of its ground, what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.family.walking import is_among
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.database.asking import parts
from traceapp.database.engine import db
from traceapp.producers.models import Membership, Plot, Producer, Season, Site
from traceapp.trace.destinations import destination
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.web.pages import HANOI

Pair = tuple[UUID, UUID]

BOUGHT_BEFORE = timedelta(days=90)  # what was bought for a season was bought shortly before it
TESTS = frozenset({"take_sample", "lab_result"})
BUYING = "buy_input"
GONE = frozenset(
    kind.id
    for kind in STEP_KINDS.values()
    if kind.stock_effect in {StockEffect.MOVE_OUT, StockEffect.SELL, StockEffect.TRANSFORM}
)


@dataclass(frozen=True, slots=True)
class Line:
    """A batch in a step, with its quantity as it was entered."""

    direction: str
    batch: Pair
    product: str
    lot: str
    quantity: Decimal | None
    uom: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A step of the diary that still stands, in the offset it happened in."""

    kind: str
    at: datetime
    fields: Mapping[str, Any]
    person: str | None
    site: str
    is_correction: bool
    receiver: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose season it is, and where."""

    producer: Producer
    season: Season
    plot: Plot
    site: Site


@dataclass(frozen=True, slots=True)
class DiaryFacts:
    """All that a diary tells, each list by time; `corrected` steps are left out and counted."""

    ground: Ground
    steps: Sequence[Entry]
    bought: Sequence[Entry]
    tested: Sequence[Entry]
    gone: Sequence[Entry]
    corrected: int


def facts_of(season: Season) -> DiaryFacts:
    """Gather them in a constant number of queries."""
    plot = db.session.get_one(Plot, (season.producer_id, season.plot_id))
    ground = Ground(
        db.session.get_one(Producer, season.producer_id),
        season,
        plot,
        db.session.get_one(Site, (season.producer_id, plot.site_id)),
    )
    own = and_(Event.site_producer_id == season.producer_id, Event.season_id == season.season_id)
    steps = _entries(own)
    made = {line.batch for step in steps for line in step.lines if line.direction == "output"}
    tested = [step for step in steps if step.kind in TESTS]
    corrected = select(func.count()).select_from(Event).where(own, is_corrected())
    return DiaryFacts(
        ground,
        [step for step in steps if step.kind not in TESTS | {BUYING}],
        [step for step in steps if step.kind == BUYING] + _entries(_bought_for(ground)),
        sorted([*tested, *_entries(_tested(ground, made))], key=lambda step: step.at),
        _entries(_named(season.producer_id, made, GONE)),
        db.session.execute(corrected).scalar_one(),
    )


def _bought_for(ground: Ground) -> ColumnElement[bool]:
    """Say what was bought for the whole holding while the season went on, or shortly before."""
    return and_(_without_season(ground), Event.step_kind == BUYING)


def _tested(ground: Ground, made: set[Pair]) -> ColumnElement[bool]:
    """Say what was tested on the plot, or of what was harvested."""
    on_plot = and_(
        _without_season(ground),
        Event.plot_id == ground.plot.plot_id,
        Event.step_kind.in_(TESTS),
    )
    of_goods = and_(Event.season_id.is_(None), _named(ground.season.producer_id, made, TESTS))
    return or_(on_plot, of_goods)


def _without_season(ground: Ground) -> ColumnElement[bool]:
    season = ground.season
    began = datetime.combine(season.started_on, time.min, HANOI) - BOUGHT_BEFORE
    told = [
        Event.producer_id == season.producer_id,
        Event.season_id.is_(None),
        Event.event_time >= began,
    ]
    if season.ended_on is not None:
        ended = datetime.combine(season.ended_on, time.min, HANOI) + timedelta(days=1)
        told.append(Event.event_time < ended)
    return and_(*told)


def _named(author: UUID, batches: set[Pair], kinds: frozenset[str]) -> ColumnElement[bool]:
    """Say which steps of these kinds name one of the batches."""
    lines = select(EventItem.event_id).where(
        EventItem.producer_id == author,
        is_among(EventItem.batch_producer_id, EventItem.batch_id, batches),
    )
    return and_(Event.producer_id == author, Event.step_kind.in_(kinds), Event.event_id.in_(lines))


def _entries(which: ColumnElement[bool]) -> list[Entry]:
    rows = db.session.execute(_EVENTS.where(which, ~is_corrected())).all()
    lines = _lines({(row.producer_id, row.event_id) for row in rows})
    fields = {row.event_id: json.loads(row.document).get("fields", {}) for row in rows}
    names = _names({destination(given) for given in fields.values()})
    return [
        Entry(
            row.step_kind,
            row.event_time.astimezone(timezone(timedelta(minutes=row.event_time_zone_offset))),
            fields[row.event_id],
            row.person,
            row.site,
            row.corrects_event_id is not None,
            _receiver(fields[row.event_id], names),
            tuple(lines.get((row.producer_id, row.event_id), ())),
        )
        for row in rows
    ]


def _receiver(fields: Mapping[str, Any], names: Mapping[str, str]) -> str:
    given = destination(fields)
    return names.get(given, given)


_EVENTS = (
    select(
        *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time, Event.document),
        *(Event.event_time_zone_offset, Event.corrects_event_id),
        *(Membership.name.label("person"), Site.name.label("site")),
    )
    .join(
        Membership,
        (Membership.producer_id == Event.producer_id)
        & (Membership.member_id == Event.author_member_id),
    )
    .join(Site, (Site.producer_id == Event.site_producer_id) & (Site.site_id == Event.site_id))
    .order_by(Event.event_time, Event.event_id)
)


def _lines(events: set[Pair]) -> dict[Pair, list[Line]]:
    if not events:
        return {}
    rows = db.session.execute(
        select(EventItem, Batch.lot, Product.name)
        .join(
            Batch,
            (Batch.producer_id == EventItem.batch_producer_id)
            & (Batch.batch_id == EventItem.batch_id),
        )
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .where(is_among(EventItem.producer_id, EventItem.event_id, events))
        .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
    )
    found: dict[Pair, list[Line]] = {}
    for item, lot, product in rows:
        quantity = None if item.quantity is None else Decimal(item.quantity)
        line = Line(
            item.direction,
            (item.batch_producer_id, item.batch_id),
            product,
            lot,
            quantity,
            item.uom,
        )
        found.setdefault((item.producer_id, item.event_id), []).append(line)
    return found


def _names(places: set[str]) -> dict[str, str]:
    """Give the names of sites that goods went to, with whose they are."""
    ids = {found for text in places if (found := _uuid(text)) is not None}
    query = select(Site.site_id, Site.name, Producer.name.label("producer")).join(
        Producer, Producer.producer_id == Site.producer_id
    )
    return {
        str(row.site_id): f"{row.producer} · {row.name}"
        for part in parts(ids)
        for row in db.session.execute(query.where(Site.site_id.in_(part)))
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
