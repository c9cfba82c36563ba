"""What is told of the goods of a recall: who has how much, what each holder said. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """What a holder said of a lot, in its unit; `booked` is what the books had and sold then."""

    sold: Decimal
    set_apart: Decimal
    booked: Decimal
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A lot at one holder: what the books say is left and was sold, and what the holder said.

    `coming` is on its way to the holder, or was sent to nobody known here; what the holder `sent`
    to somebody else who did not receive it yet is counted there. `are_sales_missing` where a shop
    noted neither a sale nor a count of what it got, so that less may be left.
    """

    batch: Ref
    lot: str
    uom: str
    name: Words
    producer: Words
    code: str | None
    holder_id: UUID
    holder: Words
    left: Decimal
    sold: Decimal
    coming: Decimal
    sent: Decimal
    left_kg: Decimal | None
    sold_kg: Decimal | None
    coming_kg: Decimal | None
    answer: Answer | None
    are_sales_missing: bool = False
    is_told: bool = True

    @property
    def is_owed(self) -> bool:
        """Tell whether its holder still has to answer."""
        return self.answer is None and max(self.left, self.sold, self.coming) > 0

    @property
    def missing(self) -> Decimal:
        """Give what the books have and the holder's answer does not account for."""
        if self.answer is None:
            return self.left + self.sold + self.coming
        return self.answer.booked - self.answer.sold - self.answer.set_apart


@dataclass(frozen=True, slots=True)
class Sum:
    """All lots of one product at one holder; kilograms are None where nobody knows them."""

    maker_id: UUID
    lots: int
    uom: str
    name: Words
    producer: Words
    holder_id: UUID
    holder: Words
    left: Decimal
    sold: Decimal
    coming: Decimal
    sent: Decimal
    left_kg: Decimal | None
    sold_kg: Decimal | None
    coming_kg: Decimal | None
    are_sales_missing: bool = False
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """What a recall reaches: how many lots, their sums by holder, and some of the lots.

    `held` begins at the lot number `first` of all that somebody has or sold, ordered by lot;
    `answered` are all of which a holder said something.
    """

    lots: int
    sums: tuple[Sum, ...]
    held: tuple[Held, ...]
    first: int = 0
    answered: tuple[Held, ...] = ()

    @property
    def held_lots(self) -> int:
        """Count the lots at their holders, a lot at two of them twice."""
        return sum(one.lots for one in self.sums)

    @property
    def holders(self) -> dict[UUID, Words]:
        """Name everybody who has or sold some of it."""
        return {one.holder_id: one.holder for one in self.sums}

    @property
    def left_kg(self) -> Decimal:
        """Give the kilograms still there, as far as they are known."""
        return sum((one.left_kg or Decimal(0) for one in self.sums), Decimal(0))

    @property
    def sold_kg(self) -> Decimal:
        """Give the kilograms sold, as far as they are known."""
        return sum((one.sold_kg or Decimal(0) for one in self.sums), Decimal(0))

    @property
    def coming_kg(self) -> Decimal:
        """Give the kilograms on their way, as far as they are known."""
        return sum((one.coming_kg or Decimal(0) for one in self.sums), Decimal(0))

    @property
    def has_unknown_mass(self) -> bool:
        """Tell whether some goods are kept in pieces of which nobody said the mass."""
        return any(one.left_kg is None for one in self.sums if one.is_told)
