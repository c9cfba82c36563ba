"""Reading what waits: incomplete batches, goods on their way, idle seasons, ending certificates."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.batches.queries import Ref
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Membership, Plot, Producer, Season, Site
from traceapp.trace.rules import CONFIRM_WITHIN

MOST_SHOWN = 20
LOOK_BACK = timedelta(days=30)
SOON = timedelta(days=30)
IDLE = timedelta(days=7)
SHIPMENT = "ship"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch of a shipment that nobody answered; `other` is who is at the other end."""

    event_id: UUID
    at: datetime
    other: str
    lot: str
    product: str
    address: str


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was recorded today."""

    step_kind: str
    at: datetime
    by: str | None
    lot: str | None
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


def waiting_batches(producer_id: UUID) -> Sequence[Any]:
    """Give the newest batches whose code is not in use yet."""
    return db.session.execute(
        select(Batch.producer_id, Batch.batch_id, Batch.lot, Product.name, PublicCode.code)
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
        .where(Batch.producer_id == producer_id, PublicCode.state == CodeState.NOT_ACTIVATED)
        .order_by(Batch.created_at.desc())
        .limit(MOST_SHOWN)
    ).all()


def shipped_unconfirmed(producer_id: UUID, now: datetime) -> list[Parcel]:
    """Give what a producer sent to others here, a day ago or more, that they did not answer."""
    rows = _unanswered(
        Event.producer_id == producer_id, Event.event_time < now - CONFIRM_WITHIN, now=now
    )
    owners = _site_owners({_to_site(row) for row in rows})
    sent = [
        (row, owners[_to_site(row)][1])
        for row in rows
        if owners.get(_to_site(row), (producer_id, ""))[0] != producer_id
    ]
    return _parcels(sent)


def shipped_to(producer_id: UUID, now: datetime) -> list[Parcel]:
    """Give what others sent to a producer's places, and it has neither received nor refused."""
    ours = {
        str(site_id)
        for site_id in db.session.scalars(
            select(Site.site_id).where(Site.producer_id == producer_id)
        )
    }
    rows = [
        row
        for row in _unanswered(Event.producer_id != producer_id, now=now)
        if _to_site(row) in ours
    ]
    senders = db.session.execute(
        select(Producer.producer_id, Producer.name).where(
            Producer.producer_id.in_({row.producer_id for row in rows})
        )
    )
    names = {row.producer_id: row.name for row in senders}
    return _parcels([(row, names[row.producer_id]) for row in rows])


def _unanswered(*conditions: ColumnElement[bool], now: datetime) -> Sequence[Any]:
    """Give the shipments of the last weeks that hold and that nothing answers."""
    answer = aliased(Event)
    answered = (
        select(answer.event_id)
        .where(answer.ship_event_id == Event.event_id, answer.step_kind != "transport")
        .exists()
    )
    newer = aliased(Event)
    corrected = (
        select(newer.event_id)
        .where(newer.producer_id == Event.producer_id, newer.corrects_event_id == Event.event_id)
        .exists()
    )
    return db.session.execute(
        select(Event.producer_id, Event.event_id, Event.event_time, Event.document)
        .where(
            Event.step_kind == SHIPMENT,
            Event.event_time > now - LOOK_BACK,
            ~answered,
            ~corrected,
            *conditions,
        )
        .order_by(Event.event_time)
    ).all()


def _to_site(row: Any) -> str:  # noqa: ANN401 - a row of `_unanswered`
    return str(json.loads(row.document).get("fields", {}).get("to_site") or "")


def _site_owners(texts: set[str]) -> dict[str, tuple[UUID, str]]:
    rows = db.session.execute(
        select(Site.site_id, Producer.producer_id, Producer.name)
        .join(Producer, Producer.producer_id == Site.producer_id)
        .where(Site.site_id.in_([found for text in texts if (found := _id(text)) is not None]))
    )
    return {str(row.site_id): (row.producer_id, row.name) for row in rows}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _parcels(sent: Sequence[tuple[Any, str]]) -> list[Parcel]:
    keys = [(row.producer_id, row.event_id) for row, _ in sent]
    goods = _goods(keys)
    return [
        Parcel(
            row.event_id, row.event_time, other, one.lot, one.name, one.code or str(one.batch_id)
        )
        for row, other in sent
        for one in goods.get((row.producer_id, row.event_id), ())
    ]


def _goods(events: list[Ref]) -> dict[Ref, list[Any]]:
    found: dict[Ref, list[Any]] = {}
    rows = db.session.execute(
        _named_items().where(tuple_(EventItem.producer_id, EventItem.event_id).in_(events))
    )
    for row in rows:
        found.setdefault((row.producer_id, row.event_id), []).append(row)
    return found


def _named_items() -> Any:  # noqa: ANN401 - a select to which callers add conditions
    return (
        select(
            *(EventItem.producer_id, EventItem.event_id, Batch.batch_id, Batch.lot),
            *(Product.name, PublicCode.code),
        )
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
        .outerjoin(
            PublicCode,
            and_(
                PublicCode.producer_id == Batch.producer_id,
                PublicCode.batch_id == Batch.batch_id,
                PublicCode.state != CodeState.MOVED,
            ),
        )
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
    goods = _goods([(row.producer_id, row.event_id) for row in rows])
    return [_done(row, goods.get((row.producer_id, row.event_id), ())) for row in rows]


def _done(row: Any, goods: Sequence[Any]) -> Done:  # noqa: ANN401 - rows of the queries above
    first = goods[-1] if goods else None
    address = (first.code or str(first.batch_id)) if first else None
    lot = f"{first.name} · {first.lot}" if first else None
    return Done(row.step_kind, row.event_time, row.name, lot, address)


def ending_certificates(producer_id: UUID, today: date) -> Sequence[Any]:
    """Give the certificates that end within 30 days, or ended in the last 30."""
    return db.session.execute(
        select(Certificate.number, Certificate.scheme, Certificate.expires_on)
        .where(
            Certificate.producer_id == producer_id,
            Certificate.expires_on.between(today - SOON, today + SOON),
        )
        .order_by(Certificate.expires_on)
    ).all()


def idle_seasons(producer_id: UUID, now: datetime) -> Sequence[Any]:
    """Give the running seasons of which nothing was recorded for a week, the longest first."""
    last = (
        select(func.max(Event.event_time))
        .where(Event.site_producer_id == producer_id, Event.season_id == Season.season_id)
        .correlate(Season)
        .scalar_subquery()
    )
    return db.session.execute(
        select(Season.season_id, Season.name, Plot.name.label("plot"), last.label("last"))
        .join(Plot, and_(Plot.producer_id == Season.producer_id, Plot.plot_id == Season.plot_id))
        .where(
            Season.producer_id == producer_id,
            Season.ended_on.is_(None),
            Season.archived_at.is_(None),
            Season.started_on <= (now - IDLE).date(),
            or_(last.is_(None), last < now - IDLE),
        )
        .order_by(last)
        .limit(MOST_SHOWN)
    ).all()
