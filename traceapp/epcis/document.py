"""The story of one lot as an EPCIS 2.0 document in JSON-LD.

Events come from the same facts as the timeline; a corrected one stays, with an error declaration
that names its correction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from traceapp.epcis.names import PREFIX, Names
from traceapp.epcis.quantities import element
from traceapp.epcis.reader import Reader
from traceapp.trace.containers import marks_in
from traceapp.trace.facts import BatchFact, EventFact, EventStatus, ItemFact, Ref, TraceFacts
from traceapp.trace.vocabulary import STEP_KINDS, StepKind, StockEffect

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
VERSION = "2.0"
MAKING = (StockEffect.CREATE, StockEffect.TRANSFORM)
MOVING = (StockEffect.MOVE_OUT, StockEffect.MOVE_IN)
CONTAINER = "container"
"""The field of a step that says what goods were put into, or taken out of."""
INNER = "inner_containers"
"""The field that names the smaller containers inside."""

Document = dict[str, Any]


def document(facts: TraceFacts, names: Names, reader: Reader, now: datetime) -> Document:
    """Make the document of a lot for somebody who may see it."""
    telling = _Telling(facts, names, reader)
    return {
        "@context": [CONTEXT, {PREFIX: names.namespace}],
        "id": f"{names.batch(facts.subject, telling.batches.get(facts.subject))}#epcis",
        "type": "EPCISDocument",
        "schemaVersion": VERSION,
        "creationDate": _instant(now),
        "epcisBody": {"eventList": list(telling.events())},
    }


class _Telling:
    """The facts of one document, indexed."""

    def __init__(self, facts: TraceFacts, names: Names, reader: Reader) -> None:
        self._names, self._reader = names, reader
        self._events = sorted(
            (one for one in facts.events if one.status is EventStatus.ACCEPTED),
            key=lambda one: (one.event_time, one.record_time, one.ref),
        )
        self.batches: Mapping[Ref, BatchFact] = {batch.ref: batch for batch in facts.batches}
        self._by_ref = {one.ref: one for one in self._events}
        self._by_id = {one.ref.id: one for one in reversed(self._events)}
        self._grown = _grown(self._events)
        self._sources = {facts.subject, *(edge.parent for edge in facts.edges)}

    def events(self) -> Iterator[Document]:
        """Give every event in the order of happening; one that names no goods is left out."""
        for event in self._events:
            kind = STEP_KINDS.get(event.step_kind)
            if kind is None or not self._is_told(kind, event):
                continue
            told = self._what(kind, event)
            if told is not None:
                yield self._frame(kind, event) | told | self._sides(kind, event) | self._ours(event)

    def _is_told(self, kind: StepKind, event: EventFact) -> bool:
        """Tell of what others made of the lot how it was made and handed on, and no more."""
        if kind.stock_effect in (*MAKING, *MOVING) or self._reader.may_count(event):
            return True
        named = {*(item.batch for item in (*event.inputs, *event.outputs)), *event.about}
        return not self._sources.isdisjoint(named or self._grown.get(_ground(event), ()))

    def _frame(self, kind: StepKind, event: EventFact) -> Document:
        found: Document = {
            "type": kind.epcis_event,
            "eventID": self._names.event(event.ref),
            "eventTime": event.event_time.isoformat(),
            "eventTimeZoneOffset": _offset(event.event_time),
            "recordTime": _instant(event.record_time),
            "bizStep": kind.biz_step,
            "disposition": kind.disposition,
        }
        correction = self._correction(event)
        if correction is not None:
            found["errorDeclaration"] = {
                "declarationTime": _instant(correction.record_time),
                "reason": "incorrect_data",
                "correctiveEventIDs": [self._names.event(correction.ref)],
            }
        return found

    def _correction(self, event: EventFact) -> EventFact | None:
        if event.replaced_by is None:
            return None
        return self._by_ref.get(Ref(event.ref.producer_id, event.replaced_by))

    def _what(self, kind: StepKind, event: EventFact) -> Document | None:
        match kind.epcis_event:
            case "TransformationEvent":
                made = self._elements(event, self._told(event, event.outputs))
                if not made:
                    return None
                used = self._elements(event, self._used(event))
                found = {"inputQuantityList": used} if used else {}
                return found | {"outputQuantityList": made} | self._ilmd(event)
            case "AggregationEvent":
                return self._aggregation(kind, event)
            case _:
                items = self._touched(event)
                making = kind.stock_effect in MAKING
                named: Document = {"action": kind.action, "quantityList": items}
                return (named | (self._ilmd(event) if making else {})) if items else None

    def _used(self, event: EventFact) -> Sequence[ItemFact]:
        """Give what a step used; of what others made of the lot, not their other sources."""
        makes_source = not self._sources.isdisjoint(item.batch for item in event.outputs)
        return event.inputs if makes_source else self._told(event, event.inputs)

    def _told(self, event: EventFact, items: Sequence[ItemFact]) -> Sequence[ItemFact]:
        """Leave out of others' steps what only went the same way as goods of this document."""
        return [item for item in items if self._may_name(event, item.batch)]

    def _may_name(self, event: EventFact, batch: Ref) -> bool:
        return batch in self.batches or self._reader.may_count(event)

    def _aggregation(self, kind: StepKind, event: EventFact) -> Document | None:
        items, inner = self._touched(event), self._inner(event)
        if not (items or inner):
            return None
        # Who may not read the mark learns that there was a container, and not which.
        mark = dict(self._reader.fields(event)).get(CONTAINER, event.ref.id)
        parent = self._names.container(event.ref.producer_id, str(mark))
        told: Document = {"action": kind.action, "parentID": parent}
        children = {"childEPCs": inner, "childQuantityList": items}
        return told | {name: given for name, given in children.items() if given}

    def _inner(self, event: EventFact) -> list[str]:
        """Name the smaller containers of an aggregation, for those who may read them."""
        text = dict(self._reader.fields(event)).get(INNER)
        marks = marks_in(None if text is None else str(text))
        return [self._names.container(event.ref.producer_id, mark) for mark in marks]

    def _touched(self, event: EventFact) -> list[Document]:
        """Name what a step was about; for work on a field, what was harvested from it."""
        items = (*self._used(event), *self._told(event, event.outputs))
        named = event.about
        if not (event.inputs or event.outputs or named):
            named = tuple(self._grown.get(_ground(event), ()))
        told = (batch for batch in named if self._may_name(event, batch))
        classes = [element(self._class(batch), None) for batch in told]
        return _distinct([*self._elements(event, items), *classes])

    def _elements(self, event: EventFact, items: Sequence[ItemFact]) -> list[Document]:
        counts = self._reader.may_count(event)
        return _distinct(
            [element(self._class(item.batch), item if counts else None) for item in items]
        )

    def _class(self, batch: Ref) -> str:
        return self._names.batch(batch, self.batches.get(batch))

    def _ilmd(self, event: EventFact) -> Document:
        """Give lot and use-by date of the one batch that an event made, where they are public."""
        made = {item.batch for item in event.outputs}
        batch = self.batches.get(next(iter(made))) if len(made) == 1 else None
        if batch is None:
            return {}
        own = batch.ref.producer_id == self._reader.producer_id or self._reader.sees_all
        told: Document = {}
        if own or batch.path is not None:
            told["cbvmda:lotNumber"] = batch.lot
        if batch.expiry_date is not None:
            told["cbvmda:itemExpirationDate"] = batch.expiry_date.isoformat()
        return {"ilmd": told} if told else {}

    def _sides(self, kind: StepKind, event: EventFact) -> Document:
        """Name who gave and who received, where goods changed hands."""
        here = event.ref.producer_id
        ship = self._by_id.get(event.ship_event_id) if event.ship_event_id else None
        hands = {
            StockEffect.MOVE_OUT: (here, event.receiver_id),
            StockEffect.MOVE_IN: (ship.ref.producer_id if ship else None, here),
        }
        sender, receiver = hands.get(kind.stock_effect, (None, None))
        found: Document = {}
        if sender is not None:
            party = {"type": "possessing_party", "source": self._names.party(sender)}
            found["sourceList"] = [party]
        if receiver is not None:
            party = {"type": "possessing_party", "destination": self._names.party(receiver)}
            found["destinationList"] = [party]
        return found

    def _ours(self, event: EventFact) -> Document:
        """Add what EPCIS has no word for, under our own."""
        found: Document = {f"{PREFIX}:stepKind": event.step_kind}
        if event.place is not None and event.place.commune is not None:
            place = (event.place.commune_kind, event.place.commune, event.place.province)
            found[f"{PREFIX}:place"] = ", ".join(part for part in place if part)
        if event.evidence:
            best = max(event.evidence, key=lambda one: one.level.rank)
            found[f"{PREFIX}:evidence"] = best.level.value
        for name, value in self._reader.fields(event):
            found[f"{PREFIX}:{name}"] = (
                value if isinstance(value, bool | int | float) else str(value)
            )
        return found


def _grown(events: Iterable[EventFact]) -> Mapping[object, list[Ref]]:
    """Give what was harvested from each season, and from each plot."""
    found: dict[object, list[Ref]] = defaultdict(list)
    for event in events:
        if event.plot_id is not None:
            for item in event.outputs:
                for ground in {_ground(event), ("plot", event.land_owner, event.plot_id)}:
                    found[ground].append(item.batch)
    return found


def _ground(event: EventFact) -> object:
    if event.season_id is not None:
        return ("season", event.land_owner, event.season_id)
    return ("plot", event.land_owner, event.plot_id)


def _distinct(items: Sequence[Document]) -> list[Document]:
    return list({tuple(item.items()): item for item in items}.values())


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
