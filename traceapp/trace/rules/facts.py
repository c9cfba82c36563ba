"""What the rules are told about steps and goods: plain facts, and of them only what rules need."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from traceapp.trace.crops import Crop
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import FieldValue, Ref
from traceapp.trace.words import Words

_CENTURY = Decimal(36500)  # days
Place = tuple[Ref | None, Ref | None]
"""A site, and a plot or pen in it; None = not named."""


@dataclass(frozen=True, slots=True)
class LineFact:
    """An input or output of a step; `mass` in kilograms, None = not known."""

    batch: Ref
    quantity: Decimal
    uom: str
    mass: Decimal | None = None
    packaging: bool = False


@dataclass(frozen=True, slots=True)
class StepFact:
    """A step as recorded, or as somebody is about to do it.

    `at` is the claim in its own offset, `recorded` when the first version of it arrived. `ground`
    is the plot or pen, `season` the season, both with the producer whose they are. `ship` is the
    shipment it answers. `corrects` is what it corrects, `replaced_by` what holds instead of it.
    """

    ref: Ref
    kind: str
    at: datetime
    recorded: datetime
    skew_minutes: int | None = None
    ground: Ref | None = None
    season: Ref | None = None
    site: Ref | None = None
    ship: UUID | None = None
    inputs: tuple[LineFact, ...] = ()
    outputs: tuple[LineFact, ...] = ()
    about: tuple[Ref, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    corrects: Ref | None = None
    replaced_by: Ref | None = None
    set_aside: bool = False

    @property
    def day(self) -> date:
        """Give the civil date of the act in its own offset."""
        return self.at.date()

    def day_after(self, earlier: "StepFact") -> date:
        """Give the civil date of the act as the earlier step counts its days, if that is sooner.

        An interval in days is not shortened by naming the time of another place.
        """
        return min(self.day, self.at.astimezone(earlier.at.tzinfo).date())

    @property
    def place(self) -> "Place":
        """Give the site, and the plot or pen where one is named."""
        return self.site, self.ground

    @property
    def counts(self) -> bool:
        """Tell whether it is part of what happened: neither corrected nor set aside."""
        return self.replaced_by is None and not self.set_aside

    @property
    def order(self) -> tuple[datetime, Ref]:
        """Sort by claim, then by id: the same whichever arrived first."""
        return self.at, self.ref

    @property
    def content(self) -> tuple[object, ...]:
        """Give what was done, whoever sent it under which id and when."""
        what = (self.kind, self.at, self.ground, self.season, self.site, self.ship, self.corrects)
        lines = (self.inputs, self.outputs, self.about)
        return (self.ref.producer_id, *what, *lines, tuple(sorted(self.fields.items(), key=str)))

    def number(self, name: str) -> Decimal | None:
        """Give a number among the fields; None where there is none that can be read."""
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return None

    def days(self, name: str) -> timedelta | None:
        """Give a number of whole days among the fields; a part of a day counts as a day.

        Who typed a zero too many said that it is long: never that there is no bound.
        """
        number = self.number(name)
        if number is None:
            return None
        return timedelta(days=math.ceil(min(max(number, Decimal(0)), _CENTURY)))

    def text(self, name: str) -> str:
        """Give a text among the fields; empty where there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def named(self) -> Iterator[Ref]:
        """Give every batch it names, once."""
        lines = (line.batch for line in (*self.inputs, *self.outputs))
        return iter(dict.fromkeys((*lines, *self.about)))


@dataclass(frozen=True, slots=True)
class GoodsFact:
    """A batch: its lot, unit and dates, what its product is, how that is to be kept."""

    ref: Ref
    lot: str
    uom: str
    expiry: date | None = None
    produced: date | None = None
    net_quantity: Decimal | None = None
    net_uom: str | None = None
    storage_max_c: Decimal | None = None
    storage_max_minutes: int | None = None
    chilled: bool = False
    live: bool = False
    family: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryFact:
    """One batch of a shipment and how far it is (`trace.handoffs`), as its step holds now.

    `answer` is the last receipt, None where there is none or whoever received has no account.
    The figures are in one unit; None where the two sides cannot be compared.
    """

    ship: Ref
    batch: Ref
    state: HandOffState
    answer: Ref | None = None
    uom: str | None = None
    shipped: Decimal | None = None
    received: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlotFact:
    """A plot or pen: its name and, where known, its size."""

    name: str
    area_m2: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A certificate that a batch names, with the days it covers."""

    batch: Ref
    certificate: Ref
    scheme: Words
    number: str
    issued: date
    expires: date | None


@dataclass(frozen=True, slots=True)
class StockFact:
    """Where more of a batch was taken at a holder than was there: `over` in the batch's unit.

    `takers` are the steps that took some and how much. Of what may be missing: whether anything
    of the batch was ever booked in there, and whether a shipment of it to the holder waits.
    """

    holder: UUID
    batch: Ref
    lot: str
    uom: str
    over: Decimal
    takers: tuple[tuple[StepFact, Decimal], ...]
    came_in: bool = True
    waits: bool = False


@dataclass(frozen=True, slots=True)
class LabelFact:
    """Labels that a step issues: what each stands for, and what had none yet before it.

    Both in the unit of the batch.
    """

    batch: Ref
    lot: str
    uom: str
    net: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules look up around the steps they judge; what is missing here is not known.

    `grown` are sprays and fertilizings by place, `treated` treatments of a batch and of what it was
    made from, `answers` what answered a shipment, `deliveries` how far goods are by shipment and
    receipt, `made` the first step that made a batch, where one is used before it or makes a claim,
    `labels` the goods that a step labels, `twins` the entry of the same content with a smaller id,
    `places` whose a site is, by its id as text.
    """

    goods: Mapping[Ref, GoodsFact] = field(default_factory=dict)
    plots: Mapping[Ref, PlotFact] = field(default_factory=dict)
    crops: Mapping[Ref, Crop] = field(default_factory=dict)
    grown: Mapping[Place, tuple[StepFact, ...]] = field(default_factory=dict)
    treated: Mapping[Ref, tuple[StepFact, ...]] = field(default_factory=dict)
    shipments: Mapping[UUID, StepFact] = field(default_factory=dict)
    answers: Mapping[Ref, tuple[StepFact, ...]] = field(default_factory=dict)
    deliveries: Mapping[Ref, tuple[DeliveryFact, ...]] = field(default_factory=dict)
    made: Mapping[Ref, StepFact] = field(default_factory=dict)
    labels: Mapping[Ref, LabelFact] = field(default_factory=dict)
    twins: Mapping[Ref, Ref] = field(default_factory=dict)
    places: Mapping[str, Words] = field(default_factory=dict)
    claims: tuple[ClaimFact, ...] = ()
    stocks: tuple[StockFact, ...] = ()

    def lot(self, batch: Ref) -> str:
        """Give the lot of a batch as people know it."""
        goods = self.goods.get(batch)
        return goods.lot if goods else "?"

    def is_live(self, batch: Ref) -> bool:
        """Tell whether a batch is animals."""
        goods = self.goods.get(batch)
        return goods is not None and goods.live

    def plot_name(self, plot: Ref | None) -> str:
        """Give the name of a plot or pen."""
        found = self.plots.get(plot) if plot else None
        return found.name if found else "?"
