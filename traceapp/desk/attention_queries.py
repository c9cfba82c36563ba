"""Reading what waits: incomplete batches, idle seasons, ending certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select

from traceapp.batches.models import Batch, Event, Product
from traceapp.batches.told_lots import UNTOLD
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.desk.steps.step_goods import goods_of
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Membership, Plot, Season
from traceapp.trace.words import Words

MOST_SHOWN = 20
SOON = timedelta(days=30)
IDLE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was recorded today."""

    step_kind: str
    at: datetime
    by: str | None
    lot: Words | None
    address: str | None


def has_products(producer_id: UUID) -> bool:
    """Tell whether a producer has defined anything it makes."""
    return bool(
        db.session.scalar(select(select(1).where(Product.producer_id == producer_id).exists()))
    )


def has_steps(producer_id: UUID) -> bool:
    """Tell whether a producer has recorded anything."""
    return bool(
        db.session.scalar(select(select(1).where(Event.producer_id == producer_id).exists()))
    )


def has_seasons(producer_id: UUID) -> bool:
    """Tell whether a producer has ever started a season."""
    return bool(
        db.session.scalar(select(select(1).where(Season.producer_id == producer_id).exists()))
    )


def waiting_batches(producer_id: UUID) -> Sequence[Any]:
    """Give the newest batches whose code is not in use yet."""
    return ask(_WAITING_BATCHES, producer=producer_id)


def _waiting_batches() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.lot, PublicCode.code),
            *(Product.name, Product.name_en),
        )
        .join(
            PublicCode,
            and_(
                PublicCode.producer_id == Batch.producer_id, PublicCode.batch_id == Batch.batch_id
            ),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(Batch.producer_id == _PRODUCER, PublicCode.state == CodeState.NOT_ACTIVATED)
        .order_by(Batch.created_at.desc())
        .limit(MOST_SHOWN)
    )


def recorded_since(producer_id: UUID, since: datetime) -> list[Done]:
    """Give the steps a producer recorded since a time, newest first."""
    rows = db.session.execute(
        select(
            *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
            Membership.name,
        )
        .join(
            Membership,
            and_(
                Membership.producer_id == Event.producer_id,
                Membership.member_id == Event.author_member_id,
            ),
        )
        .where(Event.producer_id == producer_id, Event.record_time >= since)
        .order_by(Event.record_time.desc(), Event.event_id.desc())
        .limit(MOST_SHOWN)
    ).all()
    goods = goods_of([(row.producer_id, row.event_id) for row in rows], producer_id)
    return [_done(row, goods.get((row.producer_id, row.event_id), ())) for row in rows]


def _done(row: Any, goods: Sequence[Any]) -> Done:  # noqa: ANN401 - rows of the queries above
    first = goods[-1] if goods else None
    address = (first.code or str(first.batch_id)) if first else None
    lot = first and Words(
        f"{first.name} · {first.lot or UNTOLD}",
        f"{first.name_en or first.name} · {first.lot or UNTOLD}",
    )
    return Done(row.step_kind, row.event_time, row.name, lot, address)


def ending_certificates(producer_id: UUID, today: date) -> Sequence[Any]:
    """Give the certificates that end within 30 days, or ended in the last 30."""
    return ask(_ENDING, producer=producer_id, first=today - SOON, last=today + SOON)


def idle_seasons(producer_id: UUID, now: datetime) -> Sequence[Any]:
    """Give the running seasons of which nothing was recorded for a week, the longest first."""
    return ask(_IDLE, producer=producer_id, by=now - IDLE, by_day=(now - IDLE).date())


def _idle_seasons() -> Select[*tuple[Any, ...]]:
    by = bindparam("by", type_=Instant)
    last = (
        select(func.max(Event.event_time))
        .where(Event.site_producer_id == _PRODUCER, Event.season_id == Season.season_id)
        .correlate(Season)
        .scalar_subquery()
    )
    return (
        select(Season.season_id, Season.name, Plot.name.label("plot"), last.label("last"))
        .join(Plot, and_(Plot.producer_id == Season.producer_id, Plot.plot_id == Season.plot_id))
        .where(
            Season.producer_id == _PRODUCER,
            Season.ended_on.is_(None),
            Season.archived_at.is_(None),
            Season.started_on <= bindparam("by_day"),
            or_(last.is_(None), last < by),
        )
        .order_by(last)
        .limit(MOST_SHOWN)
    )


# Written once: each page of the desk asks.
_PRODUCER = bindparam("producer", type_=Identifier)
_WAITING_BATCHES, _IDLE = _waiting_batches(), _idle_seasons()
_ENDING = (
    select(Certificate.number, Certificate.scheme, Certificate.expires_on)
    .where(
        Certificate.producer_id == _PRODUCER,
        Certificate.expires_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Certificate.expires_on)
)
