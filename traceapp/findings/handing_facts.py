"""Shipments with what answered them, whatever was corrected meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.models import CorrectedEvent, HandOff
from traceapp.batches.models import Event, EventItem
from traceapp.database.asking import among
from traceapp.database.engine import db
from traceapp.findings.reading import AnyRow, rows, steps_of
from traceapp.producers.models import Producer, Site
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import DeliveryFact, StepFact
from traceapp.trace.rules.handing_over import RECEIVE
from traceapp.trace.rules.judging import HAND_OFFS
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class HandOffs:
    """Shipments by every id they ever had, and the answers to each version that holds."""

    shipments: dict[UUID, StepFact] = field(default_factory=dict)
    answers: dict[Ref, tuple[StepFact, ...]] = field(default_factory=dict)

    @property
    def events(self) -> set[Ref]:
        """Give every event that belongs to one of these hand-offs."""
        own = {ship.ref for ship in self.shipments.values()}
        return own | {answer.ref for answers in self.answers.values() for answer in answers}


def hand_offs(steps: Iterable[StepFact]) -> HandOffs:
    """Find the hand-offs that these steps are part of."""
    steps = [step for step in steps if step.ship is not None or step.kind in HAND_OFFS]
    if not steps:
        return HandOffs()
    ships = {step.ref: step for step in steps if step.kind in HAND_OFFS}
    ships |= steps_of(_sent([step for step in steps if step.ship is not None]) - ships.keys())
    _add_versions(ships)
    found = HandOffs({ref.id: ships[_standing(ship)] for ref, ship in ships.items()})
    for answer in steps_of(_answers({ref.id for ref in ships})).values():
        ship = found.shipments[answer.ship] if answer.ship else None
        if ship is not None:
            found.answers[ship.ref] = (*found.answers.get(ship.ref, ()), answer)
    return found


def _sent(answers: Collection[StepFact]) -> set[Ref]:
    """Find the shipments answered, by the batches that both sides name."""
    ids = {answer.ship for answer in answers}
    batches = {batch for answer in answers for batch in answer.named()}
    found = rows(_SHIPMENTS, batches)
    return {Ref(row.producer_id, row.event_id) for row in found if row.event_id in ids}


def _answers(ids: set[UUID]) -> set[Ref]:
    query = select(Event.producer_id, Event.event_id).where(Event.ship_event_id.in_(ids))
    return {Ref(*row) for row in db.session.execute(query)}


def _add_versions(ships: dict[Ref, StepFact]) -> None:
    """Add what holds instead of these shipments, and all that it replaced."""
    standing = {_standing(ship) for ship in ships.values()}
    replaced = {Ref(row.producer_id, row.event_id) for row in rows(_REPLACED, standing)}
    ships |= steps_of((standing | replaced) - ships.keys())


def _standing(ship: StepFact) -> Ref:
    return ship.replaced_by or ship.ref


def deliveries_of(steps: Iterable[StepFact]) -> dict[Ref, tuple[DeliveryFact, ...]]:
    """Give how far batches are that these steps ship or receive, by shipment and last receipt."""
    batches = {
        line.batch
        for step in steps
        for line in (step.inputs if step.kind in HAND_OFFS else step.outputs)
        if step.kind in HAND_OFFS or step.kind == RECEIVE
    }
    found: dict[Ref, list[DeliveryFact]] = defaultdict(list)
    for row in rows(_DELIVERIES, batches):
        one = _delivery(row)
        for event in {one.ship, one.answer or one.ship}:
            found[event].append(one)
    return {event: tuple(ones) for event, ones in found.items()}


def _delivery(row: AnyRow) -> DeliveryFact:
    return DeliveryFact(
        ship=Ref(row.producer_id, row.record_id),
        batch=Ref(row.batch_producer_id, row.batch_id),
        state=HandOffState(row.state),
        answer=Ref(row.answer_producer_id, row.answer_id) if row.answer_id else None,
        uom=row.compared_uom,
        shipped=_decimal(row.compared_shipped),
        received=_decimal(row.compared_received),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def site_owners(texts: Collection[str]) -> dict[str, tuple[UUID, Words]]:
    """Give whose the sites are whose ids stand in these texts, and what that producer is called."""
    ids = {site_id for text in texts if (site_id := _as_id(text)) is not None}
    if not ids:
        return {}
    query = select(Site.site_id, Producer.producer_id, Producer.name, Producer.name_en).join(
        Producer, Producer.producer_id == Site.producer_id
    )
    return {
        str(row.site_id): (row.producer_id, Words(row.name, row.name_en or row.name))
        for row in db.session.execute(query.where(Site.site_id.in_(ids)))
    }


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_DELIVERIES = select(*HandOff.__table__.columns).where(
    among(HandOff.batch_producer_id, HandOff.batch_id)
)
_SHIPMENTS = (
    select(Event.producer_id, Event.event_id)
    .join(
        EventItem,
        (EventItem.producer_id == Event.producer_id) & (EventItem.event_id == Event.event_id),
    )
    .where(
        among(EventItem.batch_producer_id, EventItem.batch_id),
        EventItem.direction == "input",
        Event.step_kind.in_(HAND_OFFS),
    )
)
_REPLACED = select(CorrectedEvent.producer_id, CorrectedEvent.event_id).where(
    among(CorrectedEvent.producer_id, CorrectedEvent.replaced_by_id)
)
