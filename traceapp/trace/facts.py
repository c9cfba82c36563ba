"""What the SQL side hands to the timeline: plain facts about batches, events and edges.

Here are only shapes. Facts may hold private values (quantities, plots, every field of a step);
`traceapp.trace.timeline` decides what of them becomes public. Names of people are the exception:
they are handed over only with consent, so a name that may not be shown never gets this far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from traceapp.trace.words import Words

FieldValue: TypeAlias = str | int | float | Decimal | bool | None


class Ref(NamedTuple):
    """Who owns a record and which record: ids are unique only together with their producer."""

    producer_id: UUID
    id: UUID


class EventStatus(StrEnum):
    """Whether an event counts (`accepted`) or was only tried and refused (`attempt`)."""

    ACCEPTED = "accepted"
    ATTEMPT = "attempt"


class EvidenceLevel(StrEnum):
    """Who stands behind a record, weakest first (docs: evidence levels)."""

    SELF = "self"
    COOP = "coop"
    COUNTERPART = "counterpart"
    INSPECTOR = "inspector"
    LAB = "lab"

    @property
    def rank(self) -> int:
        """Give the place on the ladder, 0 for `self` to 4 for `lab`."""
        return list(EvidenceLevel).index(self)


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """A place as far as the public may know it: its kind and its commune, never coordinates.

    `kind` is a site kind of the vocabulary (field, barn, packing_house, plant, shop ...).
    `commune_kind` is "xã", "phường" or "đặc khu" and goes before the commune's name.
    """

    kind: str | None
    commune: str | None
    commune_kind: str | None
    province: str | None


@dataclass(frozen=True, slots=True)
class PartyFact:
    """A producer, authority or laboratory; `id` is None when it has no account here."""

    id: UUID | None
    name: Words
    cooperative: bool = False


@dataclass(frozen=True, slots=True)
class PersonFact:
    """Who wrote or checked: the role, for whom, and the name only when its owner consented."""

    organisation: PartyFact
    role: str | None = None
    public_name: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """One check of an event by someone who did not author it; `at` None when unknown."""

    level: EvidenceLevel
    by: PersonFact
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """A photo its producer marked public; `key` is what the template needs to link to it."""

    key: str
    alt: Words


@dataclass(frozen=True, slots=True)
class OriginFact:
    """The party without account that a batch came from, as the buyer declared it."""

    name: Words | None
    place: PlaceFact | None = None


@dataclass(frozen=True, slots=True)
class BatchFact:
    """One batch. `path` is its public page (None for a batch without one), `unit` our unit id.

    `origin` is set when the batch came from a party without account. `season_id` is the season
    it was harvested from where the batch row says so; harvest events say it as well.
    """

    ref: Ref
    producer: PartyFact
    product: Words
    family: str
    lot: str
    unit: str
    production_date: date | None = None
    packing_date: date | None = None
    expiry_date: date | None = None
    origin: OriginFact | None = None
    season_id: UUID | None = None
    place: PlaceFact | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ItemFact:
    """An input or output line. `mass_kg` None = not known; `packaging` lines are not contents."""

    batch: Ref
    quantity: Decimal | None = None
    uom: str | None = None
    mass_kg: Decimal | None = None
    packaging: bool = False


class AnswerKind(StrEnum):
    """What a receiver without account said of a shipment."""

    RECEIVED = "received"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """What a receiver without account answered by the sender's link; of several the last holds."""

    id: UUID
    kind: AnswerKind
    at: datetime
    items: tuple[ItemFact, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptanceFact:
    """`by` takes over the other side's figure: that of the event or answer `accepted`."""

    by: UUID
    accepted: UUID


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event as recorded.

    `event_time` and `record_time` are aware; `event_time` carries the claim's own offset, which
    is the one shown. `skew_minutes` is phone clock minus true time where it was measured.
    `household` is the number behind "hộ số N"; `plot_id` serves matching and is never shown.
    `land_owner_id` is the producer whose site, plot and season it was, None = the author's own.
    `corrects` names an event of the same producer, `replaced_by` the one that holds instead of
    this one, None = this one holds. `ship_event_id` is the shipment a transport,
    receipt, refusal or return answers to; None = the sender has no account, or unmatched.
    Of a shipment, `receiver_id` is the producer whose place it went to; `to_outsider` says that
    the receiver is known by name only. `answers` and `acceptances` are what was said about it.
    `about` lists batches touched without a quantity. `evidence` leaves out a person's check of
    his own record. `fields` are all fields by id, dates as ISO text, whatever their visibility.
    """

    ref: Ref
    step_kind: str
    event_time: datetime
    record_time: datetime
    author: PersonFact
    status: EventStatus = EventStatus.ACCEPTED
    skew_minutes: int | None = None
    place: PlaceFact | None = None
    household: int | None = None
    land_owner_id: UUID | None = None
    plot_id: UUID | None = None
    season_id: UUID | None = None
    corrects: UUID | None = None
    replaced_by: UUID | None = None
    ship_event_id: UUID | None = None
    receiver_id: UUID | None = None
    to_outsider: bool = False
    answers: tuple[AnswerFact, ...] = ()
    acceptances: tuple[AcceptanceFact, ...] = ()
    inputs: tuple[ItemFact, ...] = ()
    outputs: tuple[ItemFact, ...] = ()
    about: tuple[Ref, ...] = ()
    fields: Mapping[str, FieldValue] | None = None
    evidence: tuple[EvidenceFact, ...] = ()
    photos: tuple[PhotoFact, ...] = ()

    @property
    def land_owner(self) -> UUID:
        """Give the producer whose plot and season the event names."""
        return self.land_owner_id or self.ref.producer_id

    def amount_of(self, batch: Ref) -> tuple[Decimal, str] | None:
        """Give how much of a batch is named; None where no amount is, or several units."""
        items = [item for item in (*self.inputs, *self.outputs) if item.batch == batch]
        units = {item.uom for item in items}
        known = [item.quantity for item in items if item.quantity is not None]
        uom = units.pop() if len(units) == 1 else None
        return (sum(known, Decimal(0)), uom) if known and uom is not None else None


@dataclass(frozen=True, slots=True)
class EdgeFact:
    """`child` was made from `parent` in `event`; edges set aside as a conflict are left out.

    Amounts are the whole input line of the event, not divided over its outputs.
    """

    child: Ref
    parent: Ref
    event: Ref
    quantity: Decimal | None = None
    uom: str | None = None
    mass_kg: Decimal | None = None
    packaging: bool = False


@dataclass(frozen=True, slots=True)
class TraceFacts:
    """Everything one timeline is made from, in any order.

    Batches: the subject and every ancestor reachable over `edges`. Events: every event that
    names one of these batches as input, output or `about`; every event of the seasons (and plots)
    they were harvested from; corrections of these; `transport` events of their shipments.
    """

    subject: Ref
    batches: tuple[BatchFact, ...]
    events: tuple[EventFact, ...] = ()
    edges: tuple[EdgeFact, ...] = ()
