"""Whose sites and batches an author may write about; everything else does not exist for him."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from traceapp import problem
from traceapp.batches.amounts import BatchUnit, amount_in, mass_of
from traceapp.batches.models import Batch, Event, EventItem, LedgerEntry, Product
from traceapp.database.engine import db
from traceapp.producers.models import Plot, ProducerKind, Season, Site
from traceapp.trace.units import QuantityError
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an event, its batch found and its quantity in the batch's own unit."""

    direction: str
    producer_id: UUID
    batch_id: UUID
    quantity: Decimal | None = None
    uom: str | None = None
    amount: int | None = None
    mass: int | None = None
    packaging: bool = False


def resolve(author: UUID, data: Mapping[str, Any]) -> list[Item]:
    """Find the site, plot, season and batches of an event, or raise NotFound."""
    owner = data["site_producer_id"] or author
    may_visit = owner == author or _is_authority(author)
    if not may_visit or db.session.get(Site, (owner, data["site_id"])) is None:
        raise problem.NotFound
    for kind, key in ((Plot, data["plot_id"]), (Season, data["season_id"])):
        if key is not None and db.session.get(kind, (owner, key)) is None:
            raise problem.NotFound
    arrives = STEP_KINDS[data["step_kind"]].stock_effect is StockEffect.MOVE_IN
    return [
        _item(author, direction, given, index, arrives=arrives)
        for direction, name in (("input", "inputs"), ("output", "outputs"), ("about", "about"))
        for index, given in enumerate(data[name])
    ]


def _item(
    author: UUID, direction: str, given: Mapping[str, Any], index: int, *, arrives: bool
) -> Item:
    producer_id = given["producer_id"] or author
    batch_id = given["batch_id"]
    unit = _unit_of(producer_id, batch_id)
    if unit is None or not _may_name(author, direction, (producer_id, batch_id), arrives=arrives):
        raise problem.NotFound
    if direction == "about":
        return Item(direction, producer_id, batch_id)
    quantity, uom = given["quantity"], given["uom"]
    try:
        amount = amount_in(unit, quantity, uom)
    except QuantityError as error:
        raise _unit_problem(f"/{direction}s/{index}/uom", uom, unit.uom) from error
    mass = mass_of(unit, quantity, uom, given["mass_kg"])
    return Item(direction, producer_id, batch_id, quantity, uom, amount, mass, given["packaging"])


def _may_name(author: UUID, direction: str, batch: tuple[UUID, UUID], *, arrives: bool) -> bool:
    """Tell whether an author may name a batch on this side of an event.

    A receipt names goods that the receiver has in hand, whether or not the shipment is known. Only
    its own producer makes a batch: nobody else can add to what it was made from.
    """
    if batch[0] == author or (arrives and direction == "output"):
        return True
    return direction != "output" and _may_touch(author, *batch)


def _unit_problem(pointer: str, uom: str, kept_in: str) -> problem.InvalidInput:
    return problem.InvalidInput(
        findings=[
            problem.Finding(
                pointer,
                "unit_does_not_fit",
                problem.N_("This batch is kept in {kept_in}; {uom} does not convert to it."),
                problem.N_("Use the batch's unit, or give the product's pack size first."),
                {"kept_in": kept_in, "uom": uom},
            )
        ]
    )


def _unit_of(producer_id: UUID, batch_id: UUID) -> BatchUnit | None:
    row = db.session.execute(
        select(Batch.uom, Product.net_quantity, Product.net_uom)
        .join(
            Product,
            (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
        )
        .where(Batch.producer_id == producer_id, Batch.batch_id == batch_id)
    ).one_or_none()
    if row is None:
        return None
    return BatchUnit(row.uom, Decimal(row.net_quantity) if row.net_quantity else None, row.net_uom)


def _may_touch(author: UUID, producer_id: UUID, batch_id: UUID) -> bool:
    held = exists().where(
        LedgerEntry.producer_id == author,
        LedgerEntry.batch_producer_id == producer_id,
        LedgerEntry.batch_id == batch_id,
    )
    return db.session.execute(select(held)).scalar_one() or _is_authority(author)


def _is_authority(producer_id: UUID) -> bool:
    return db.session.get(ProducerKind, (producer_id, "authority")) is not None


def answers_return(ship_event_id: UUID | None, batch: tuple[UUID, UUID]) -> bool:
    """Tell whether a receipt takes back goods: its shipment was a return of this batch."""
    if ship_event_id is None:
        return False
    kinds = db.session.execute(
        select(Event.step_kind)
        .join(
            EventItem,
            (EventItem.producer_id == Event.producer_id) & (EventItem.event_id == Event.event_id),
        )
        .where(
            Event.event_id == ship_event_id,
            EventItem.batch_producer_id == batch[0],
            EventItem.batch_id == batch[1],
        )
    ).scalars()
    return any(kind == "recall_return" for kind in kinds)
