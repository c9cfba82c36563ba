"""Gathering what the form of a step offers at one producer: places, batches, hand-overs."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.desk.register import place_form
from traceapp.desk.steps import shipment_options, step_options
from traceapp.desk.steps.shipment_options import Shipment
from traceapp.desk.steps.step_form import BETWEEN, SHIPMENT, Setting
from traceapp.desk.steps.step_options import Ref
from traceapp.producers.models import Partner, Producer, Season, Site
from traceapp.producers.queries import is_admitted
from traceapp.trace.destinations import RECEIVER
from traceapp.trace.vocabulary import StepKind
from traceapp.web.pages import HANOI

ENDED_LATELY = timedelta(days=30)
MOST_RECEIVERS = 300


def setting_of(
    producer_id: UUID,
    kind: StepKind,
    *,
    now: datetime,
    named: Collection[Ref] = (),
    archived: bool = False,
) -> Setting:
    """Gather for one kind of step only what its form asks for; `named` batches are offered too.

    `archived` offers what was put away too: a step that happened there is recorded all the same.
    """
    also = step_options.may_name(producer_id, named) if named else set()
    bare = Setting(kind, producer_id, today=now.astimezone(HANOI).date())
    needs_batches = bare.takes or bare.is_about
    shipments = _shipments(producer_id, kind, now) if SHIPMENT in kind.fields else []
    sent = {ref for shipment in shipments for ref, _, _ in shipment.items}
    return Setting(
        kind,
        producer_id,
        today=bare.today,
        sites=place_form.sites_of(producer_id, archived=archived),
        plots=place_form.plots_of(producer_id, archived=archived) if bare.is_grown else (),
        seasons=open_seasons(producer_id, now=now, archived=archived) if bare.is_grown else (),
        stock=step_options.in_stock(producer_id, also=also) if needs_batches else (),
        made=step_options.own_batches(producer_id, now=now, also=also | sent)
        if bare.makes or bare.is_about
        else (),
        products=products_of(producer_id, archived=archived) if bare.makes else (),
        shipments=shipments,
        receivers=receivers(producer_id) if RECEIVER in kind.fields else {},
    )


def _shipments(producer_id: UUID, kind: StepKind, now: datetime) -> list[Shipment]:
    coming = shipment_options.shipments_to(producer_id, now=now)
    if kind.id == "transport":
        coming += shipment_options.shipments_from(producer_id, now=now)
    return coming


def open_seasons(producer_id: UUID, *, now: datetime, archived: bool) -> list[Season]:
    """List seasons that go on or ended lately, the newest first."""
    since = (now - ENDED_LATELY).astimezone(HANOI).date()
    query = (
        select(Season)
        .where(
            Season.producer_id == producer_id,
            or_(Season.ended_on.is_(None), Season.ended_on >= since),
        )
        .order_by(Season.ended_on.is_not(None), Season.started_on.desc(), Season.season_id)
    )
    if not archived:
        query = query.where(Season.archived_at.is_(None))
    return list(db.session.scalars(query))


def products_of(producer_id: UUID, *, archived: bool = False) -> list[Product]:
    """List the producer's products by name; `archived` for those put away too."""
    query = (
        select(Product)
        .where(Product.producer_id == producer_id)
        .order_by(Product.folded_name, Product.product_id)
    )
    if not archived:
        query = query.where(Product.archived_at.is_(None))
    return list(db.session.scalars(query))


def receivers(producer_id: UUID) -> dict[str, str]:
    """Give who goods can be handed to, by name: own partners, and sites of other producers."""
    partners = select(Partner.name).where(Partner.producer_id == producer_id).order_by(Partner.name)
    found = {name: name for name in db.session.scalars(partners)}
    sites = (
        select(Site.site_id, Site.name, Producer.name.label("producer"))
        .join(Producer, Producer.producer_id == Site.producer_id)
        .where(Site.producer_id != producer_id, is_admitted(Producer.producer_id))
        .order_by(Producer.folded_name, Site.name)
        .limit(MOST_RECEIVERS)
    )
    for row in db.session.execute(sites):
        label = row.producer if row.name == row.producer else f"{row.producer}{BETWEEN}{row.name}"
        found[label] = str(row.site_id)
    return found
