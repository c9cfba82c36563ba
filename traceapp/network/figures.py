"""Before and after, exactly: changes in per cent, periods, and what a claim lacks. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from traceapp.network.vocabulary import PLAUSIBLE

MILLION = 1_000_000
HUNDREDTH = Decimal("0.01")
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> int | None:
        """Count the calendar months where it is made of whole ones."""
        is_whole = self.last.day == monthrange(self.last.year, self.last.month)[1]
        if self.first.day != 1 or not is_whole:
            return None
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def is_as_long_as(self, other: "Period") -> bool:
        """Tell whether both are as many days, or as many whole calendar months."""
        months = self.whole_months
        return self.days == other.days or (months is not None and months == other.whole_months)


class Lack(StrEnum):
    """What a claim cannot do without."""

    BASELINE = "baseline"
    PERIOD = "period"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of one indicator, per unit of output."""

    kind: str
    before: Decimal | None
    after: Decimal
    before_period: Period | None
    after_period: Period | None
    method: str | None

    @property
    def change(self) -> Decimal | None:
        """Give the change in per cent to a hundredth, halves away from zero; less is negative."""
        if self.before is None:
            return None
        exact = (self.after - self.before) * 100 / self.before
        return exact.quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def is_comparable(self) -> bool:
        """Tell whether it changed by at most 100 per cent, either way."""
        return self.change is None or abs(self.change) <= WHOLE

    @property
    def is_plausible(self) -> bool:
        """Tell whether nobody would ask how this can be."""
        return self.change is None or abs(self.change) <= PLAUSIBLE[self.kind]

    def lacks(self) -> Iterator[Lack]:
        """Give what is missing before it may be shown."""
        if self.before is None:
            yield Lack.BASELINE
        if self.before_period is None or self.after_period is None:
            yield Lack.PERIOD
        if self.method is None:
            yield Lack.METHOD

    @property
    def is_whole(self) -> bool:
        """Tell whether it may be shown."""
        return not any(self.lacks())


def is_per(unit: str, output_unit: str) -> bool:
    """Tell whether a unit is one per output: "kg/basket" where one makes "basket G-12"."""
    _, _, divisor = unit.casefold().rpartition("/")
    words, wanted = divisor.split(), output_unit.casefold().split()
    return "/" in unit and bool(words) and wanted[: len(words)] == words


def is_concentration(unit: str) -> bool:
    """Tell whether a unit says how much is in a cubic metre of air: "mg/m³", "mg/Nm³"."""
    amount, _, volume = unit.casefold().partition("/")
    return bool(amount.strip()) and volume.strip() in {"m³", "m3", "nm³", "nm3"}


def to_millionths(value: Decimal) -> int:
    """Give an amount as it is kept; `value` has at most six decimals."""
    return int(value * MILLION)


def from_millionths(value: int) -> Decimal:
    """Give a kept amount back, without zeros at its end."""
    return Decimal(f"{(Decimal(value) / MILLION).normalize():f}")


def period(first: date | None, last: date | None) -> Period | None:
    """Give the period where both ends are known."""
    return None if first is None or last is None else Period(first, last)
