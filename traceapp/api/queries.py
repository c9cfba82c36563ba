"""What the interface lists and shows of one producer. Answers are plain JSON values."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.api.ledger_queries import counted
from traceapp.batches import activation
from traceapp.batches import queries as batches
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.codes.states import CodeState, shown_state
from traceapp.database.archivable import Archivable, Archived
from traceapp.database.engine import db
from traceapp.producers.models import Plot, Season, Site

Answer = dict[str, Any]
Page = dict[str, Any]


def products(producer_id: UUID, page: Page) -> Answer:
    """List the products of a producer."""
    query = select(Product).where(Product.producer_id == producer_id, *_kept(Product, page))
    return _listed(query, (Product.product_id, Product.external_id), page, product_answer)


def product_answer(row: Product) -> Answer:
    """Say what a product is."""
    return {
        "id": str(row.product_id),
        "name": row.name,
        "name_en": row.name_en,
        "family": row.family,
        "role": row.role,
        "uom": row.uom,
        "net_quantity": row.net_quantity,
        "net_uom": row.net_uom,
        "gtin": row.gtin,
        "brand": row.brand,
        "shelf_life_days": row.shelf_life_days,
        "storage_max_c": row.storage_max_c,
        "storage_max_minutes": row.storage_max_minutes,
        "is_chilled": row.is_chilled,
        "photo_sha256": row.photo_sha256.hex() if row.photo_sha256 else None,
        "label": json.loads(row.label),
        "external_id": row.external_id,
        "archived": row.archived_at is not None,
        "version": row.version,
    }


def sites(producer_id: UUID, page: Page) -> Answer:
    """List the places of a producer, with their plots."""
    query = select(Site).where(Site.producer_id == producer_id, *_kept(Site, page))
    answer = _listed(query, (Site.site_id, Site.external_id), page, _site)
    ids = [UUID(site["id"]) for site in answer["items"]]
    plots = _plots(producer_id, ids)
    for site in answer["items"]:
        site["plots"] = [_plot(plot) for plot in plots if str(plot.site_id) == site["id"]]
    return answer


def site_answer(row: Site) -> Answer:
    """Say what a place is."""
    plots = _plots(row.producer_id, [row.site_id])
    return _site(row) | {"plots": [_plot(plot) for plot in plots]}


def _site(row: Site) -> Answer:
    names = (
        *("name", "name_en", "kind", "province", "commune_kind", "commune", "latitude"),
        *("longitude", "gln", "location_code", "external_id", "version"),
    )
    said = {"id": str(row.site_id)} | {name: getattr(row, name) for name in names}
    return said | {"archived": row.archived_at is not None}


def _plots(producer_id: UUID, site_ids: Sequence[UUID]) -> Sequence[Plot]:
    return db.session.scalars(
        select(Plot)
        .where(Plot.producer_id == producer_id, Plot.site_id.in_(site_ids))
        .order_by(Plot.name)
    ).all()


def _plot(row: Plot) -> Answer:
    names = ("name", "household_number", "area_m2", "main_crop", "external_id")
    said = {"id": str(row.plot_id)} | {name: getattr(row, name) for name in names}
    return said | {"archived": row.archived_at is not None}


def seasons(producer_id: UUID, page: Page) -> Answer:
    """List the seasons of a producer."""
    query = (
        select(Season, Plot.site_id)
        .join(Plot, (Plot.producer_id == Season.producer_id) & (Plot.plot_id == Season.plot_id))
        .where(Season.producer_id == producer_id, *_kept(Season, page))
    )
    return _listed(query, (Season.season_id, Season.external_id), page, season_answer)


def season_answer(row: Season, site_id: UUID) -> Answer:
    """Say what a season is."""
    return {
        "id": str(row.season_id),
        "plot_id": str(row.plot_id),
        "site_id": str(site_id),
        "name": row.name,
        "crop": row.crop,
        "started_on": row.started_on.isoformat(),
        "ended_on": _day(row.ended_on),
        "external_id": row.external_id,
        "archived": row.archived_at is not None,
        "version": row.version,
    }


def batch_list(producer_id: UUID, page: Page, today: date) -> Answer:
    """List the batches of a producer."""

    def said(row: Batch, code: str | None, state: str | None) -> Answer:
        return _batch(row, code, state, today)

    return _listed(_batches(producer_id), (Batch.batch_id, Batch.external_id), page, said)


def batch_facts(ref: tuple[UUID, UUID], today: date) -> Answer | None:
    """Say what a batch is; None where this producer has none with this id."""
    row = db.session.execute(_batches(ref[0]).where(Batch.batch_id == ref[1])).one_or_none()
    return None if row is None else _batch(*row, today)


def whole_batch(ref: tuple[UUID, UUID], page: Page, today: date) -> Answer | None:
    """Say what a batch is, how much is left, and one part of what happened to it."""
    facts = batch_facts(ref, today)
    if facts is None:
        return None
    events, following = _events(ref, page)
    missing = [] if facts["code"] is None else activation.missing_of(ref)
    books = batches.books_of(*ref)
    balance = batches.balance(ref[0], ref)
    return facts | {
        "balance": {account: format(amount, "f") for account, amount in balance.items()},
        "counted": None if books is None else counted(books),
        "missing": missing,
        "events": events,
        "next": following,
    }


def _batches(producer_id: UUID) -> Select[Any, Any, Any]:
    return (
        select(Batch, PublicCode.code, STATE)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
        .where(Batch.producer_id == producer_id)
    )


def _batch(row: Batch, code: str | None, state: str | None, today: date) -> Answer:
    shown = None if state is None else shown_state(CodeState(state), row.expiry_date, today).value
    return {
        "id": str(row.batch_id),
        "product_id": str(row.product_id),
        "lot": row.lot,
        "quantity": row.declared_quantity,
        "uom": row.uom,
        "site_id": str(row.site_id) if row.site_id else None,
        "production_date": _day(row.production_date),
        "packing_date": _day(row.packing_date),
        "expiry_date": _day(row.expiry_date),
        "external_id": row.external_id,
        "code": code,
        "state": shown,
    }


def _events(ref: tuple[UUID, UUID], page: Page) -> tuple[list[Answer], str | None]:
    """Give one part of a batch's events, the newest first, and where the next part begins.

    An event may name the batch in several lines; they are never torn apart.
    """
    order = (Event.event_time.desc(), Event.event_id.desc())
    named = (
        select(EventItem.event_id)
        .where(EventItem.producer_id == ref[0])
        .where(EventItem.batch_producer_id == ref[0], EventItem.batch_id == ref[1])
    )
    events = select(Event.event_id).where(Event.producer_id == ref[0], Event.event_id.in_(named))
    if page["after"] is not None:
        events = events.where(_before(ref[0], page["after"]))
    ids = list(db.session.scalars(events.order_by(*order).limit(page["limit"] + 1)))
    shown = ids[: page["limit"]]
    rows = db.session.execute(
        select(
            *(Event.event_id, Event.step_kind, Event.event_time),
            *(EventItem.direction, EventItem.quantity, EventItem.uom),
        )
        .join(
            EventItem,
            (EventItem.producer_id == Event.producer_id) & (EventItem.event_id == Event.event_id),
        )
        .where(EventItem.batch_producer_id == ref[0], EventItem.batch_id == ref[1])
        .where(Event.producer_id == ref[0], Event.event_id.in_(shown))
        .order_by(*order, EventItem.position)
    )
    return [_event(row) for row in rows], str(shown[-1]) if len(ids) > len(shown) else None


def _before(producer_id: UUID, event_id: UUID) -> ColumnElement[bool]:
    """Make the condition that an event stands after this one in the list; none does after none."""
    at = (
        select(Event.event_time)
        .where(Event.producer_id == producer_id, Event.event_id == event_id)
        .correlate(None)
        .scalar_subquery()
    )
    return or_(Event.event_time < at, and_(Event.event_time == at, Event.event_id < event_id))


def _event(row: Any) -> Answer:  # noqa: ANN401 - a row of _events
    return {
        "id": str(row.event_id),
        "step_kind": row.step_kind,
        "event_time": row.event_time.isoformat(),
        "direction": row.direction,
        "quantity": row.quantity,
        "uom": row.uom,
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _kept(of: type[Archivable], page: Page) -> list[ColumnElement[bool]]:
    """Make the condition of what is in use or put away; a number finds it wherever it is."""
    unsaid = Archived.ANY if page["external_id"] is not None else Archived.NO
    match page["archived"] or unsaid:
        case Archived.NO:
            return [of.archived_at.is_(None)]
        case Archived.YES:
            return [of.archived_at.is_not(None)]
        case _:
            return []


def _listed(
    query: Any,  # noqa: ANN401 - a select of any shape
    keys: tuple[InstrumentedAttribute[UUID], InstrumentedAttribute[str | None]],
    page: Page,
    said: Callable[..., Answer],
) -> Answer:
    """Take one part of a list in the order of ids: the next part goes on where this one ends."""
    key, number = keys
    if page["after"] is not None:
        query = query.where(key > page["after"])
    if page["external_id"] is not None:
        query = query.where(number == page["external_id"])
    rows = db.session.execute(query.order_by(key).limit(page["limit"] + 1)).all()
    items = [said(*row) for row in rows[: page["limit"]]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > page["limit"] else None}
