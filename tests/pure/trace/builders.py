"""Small stories for the timeline's tests: Lan grows, Minh processes, Hoa sells, Tung looks on."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from traceapp.trace.corrections import Version, replacements
from traceapp.trace.document import as_document
from traceapp.trace.facts import (
    BatchFact,
    EdgeFact,
    EventFact,
    EvidenceFact,
    EvidenceLevel,
    ItemFact,
    OriginFact,
    PartyFact,
    PersonFact,
    PlaceFact,
    Ref,
    TraceFacts,
)
from traceapp.trace.timeline import build
from traceapp.trace.words import Words

HANOI_TIME = timezone(timedelta(hours=7))
DAY0 = datetime(2026, 11, 1, 6, 0, tzinfo=HANOI_TIME)
NOW = DAY0 + timedelta(days=30)
_SPACE = UUID(int=7)
VILLAGE = PlaceFact("field", "Bát Tràng", "xã", "Hà Nội")


def identifier(name: str) -> UUID:
    """Give the same id for the same name in every test."""
    return uuid5(_SPACE, name)


def party(name: str, *, cooperative: bool = False) -> PartyFact:
    return PartyFact(identifier(name), Words(name, f"{name} (en)"), cooperative)


LAN = PersonFact(party("HTX Lan", cooperative=True), "field_worker", None)
CLERK = PersonFact(party("HTX Lan", cooperative=True), "clerk", "Thư ký Thoa")
MINH = PersonFact(party("Xưởng Minh"), "owner", "Anh Minh")
HOA = PersonFact(party("Quầy Hoa"), "shop_seller", None)
OFFICER = PersonFact(party("Cơ quan"), "inspector", None)


def after(days: float, hours: float = 0) -> datetime:
    """Give a time so many days and hours after the first morning."""
    return DAY0 + timedelta(days=days, hours=hours)


def check(level: str, by: PersonFact) -> EvidenceFact:
    return EvidenceFact(EvidenceLevel(level), by)


@dataclass
class Tale:
    """Collects facts; lots and events are named by plain words."""

    batches: dict[str, BatchFact] = field(default_factory=dict)
    events: dict[str, EventFact] = field(default_factory=dict)
    edges: list[EdgeFact] = field(default_factory=list)

    def lot(self, name: str, owner: PersonFact = LAN, **changes: Any) -> Ref:
        ref = Ref(owner.organisation.id or UUID(int=0), identifier(name))
        facts: dict[str, Any] = {
            "ref": ref,
            "producer": owner.organisation,
            "product": Words(name, f"{name} (en)"),
            "family": "vegetable",
            "lot": f"LOT-{name}",
            "unit": "kg",
        }
        self.batches[name] = BatchFact(**{**facts, **changes})
        return ref

    def bought(self, name: str, owner: PersonFact) -> Ref:
        return self.lot(name, owner, origin=OriginFact(Words("Hộ ngoài", "Outside household")))

    def did(self, kind: str, when: datetime, by: PersonFact = LAN, **changes: Any) -> EventFact:
        """Add an event; inputs and outputs as {"lot": kg}, about as names of lots."""
        name = changes.pop("name", f"{kind} {when.isoformat()} {len(self.events)}")
        kilograms = {key: changes.pop(key, {}) for key in ("inputs", "outputs")}
        facts: dict[str, Any] = {
            "ref": Ref(by.organisation.id or UUID(int=0), identifier(name)),
            "step_kind": kind,
            "event_time": when,
            "record_time": when + timedelta(minutes=3),
            "author": by,
            "place": VILLAGE,
            "inputs": self.items(kilograms["inputs"]),
            "outputs": self.items(kilograms["outputs"]),
            "about": tuple(self.batches[n].ref for n in changes.pop("about", ())),
        }
        event = EventFact(**{**facts, **changes})
        self.events[name] = event
        return event

    def items(self, kilograms: dict[str, float]) -> tuple[ItemFact, ...]:
        return tuple(
            ItemFact(self.batches[name].ref, Decimal(str(kg)), "kg", Decimal(str(kg)))
            for name, kg in kilograms.items()
        )

    def made(self, kind: str, when: datetime, by: PersonFact = LAN, **changes: Any) -> EventFact:
        """Add a transformation with its edges."""
        event = self.did(kind, when, by, **changes)
        for output in event.outputs:
            for item in event.inputs:
                self.edges.append(
                    EdgeFact(
                        output.batch, item.batch, event.ref, item.quantity, item.uom, item.mass_kg
                    )
                )
        return event

    def sent(
        self, lot: str, when: datetime, route: tuple[PersonFact, PersonFact], **how: Any
    ) -> None:
        """Ship `kg` (10) from one to the other; `got` kg arrive after 2 hours, None = never."""
        sender, receiver = route
        kg, got = how.get("kg", 10), how.get("got", how.get("kg", 10))
        ship = self.did("ship", when, sender, inputs={lot: kg})
        if how.get("transport", True):
            self.did(
                "transport",
                when + timedelta(minutes=5),
                sender,
                about=[lot],
                ship_event_id=ship.ref.id,
            )
        if got is not None:
            self.did(
                "receive",
                how.get("at", when + timedelta(hours=2)),
                receiver,
                outputs={lot: got},
                ship_event_id=ship.ref.id,
            )

    def facts(self, subject: str) -> TraceFacts:
        return TraceFacts(
            self.batches[subject].ref,
            tuple(self.batches.values()),
            folded(self.events.values()),
            tuple(self.edges),
        )

    def document(self, subject: str, now: datetime = NOW) -> dict[str, Any]:
        return as_document(build(self.facts(subject), now))


def folded(events: Iterable[EventFact]) -> tuple[EventFact, ...]:
    """Give events with what holds instead of each, as the books keep it."""
    events = tuple(events)
    by: dict[UUID, UUID] = {}
    for producer_id in {event.ref.producer_id for event in events}:
        own = (event for event in events if event.ref.producer_id == producer_id)
        by |= replacements(Version(one.ref.id, one.corrects, one.event_time) for one in own)
    return tuple(replace(event, replaced_by=by.get(event.ref.id)) for event in events)


def steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the steps of the first line, without those inside folds."""
    return [entry for entry in document["entries"] if entry["type"] == "step"]


def kinds(document: dict[str, Any]) -> list[str]:
    return [step["kind"] for step in steps(document)]


def gaps(document: dict[str, Any]) -> list[str]:
    return [entry["reason"] for entry in document["entries"] if entry["type"] == "gap"]


def sources(document: dict[str, Any]) -> list[dict[str, Any]]:
    folds = [entry for entry in document["entries"] if entry["type"] == "sources"]
    return folds[0]["sources"] if folds else []


def step(document: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(entry for entry in steps(document) if entry["kind"] == kind)


def texts(value: object) -> Iterable[str]:
    """Give every piece of text in a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
