"""Reading one record of the demo data set, and complaining so that it can be found and mended.

Nothing is guessed: a value that is missing, of another type or not among the known ones refuses
the whole data set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from traceapp import problem
from traceapp.demo.clock import DemoClock
from traceapp.trace.units import QuantityError, to_micro

T = TypeVar("T")
FURTHEST_DAY = 100_000


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object; `where` names it ("lots.json, lots CN-VD03-T")."""

    where: str
    content: Mapping[str, Any]
    clock: DemoClock

    def refuse(self, key: str, why: str) -> NoReturn:
        """Refuse the data set because of this value."""
        raise problem.DemoRefused(reason=f"{self.where}, “{key}”: {why}.")

    def value(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Give a value as it stands; refuse a missing key."""
        if key not in self.content:
            self.refuse(key, "is missing")
        return self.content[key]

    def has(self, key: str) -> bool:
        """Tell whether there is a value (not null)."""
        return self.value(key) is not None

    def text(self, key: str) -> str:
        """Give a text that says something."""
        found = self._typed(key, str, "a text")
        return found if found.strip() else self.refuse(key, "is empty")

    def text_or_none(self, key: str) -> str | None:
        """Give a text, or None where there is none."""
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        found = self._typed(key, list, "a list")
        if not all(isinstance(text, str) and text.strip() for text in found):
            self.refuse(key, "is not a list of texts")
        return tuple(found)

    def flag(self, key: str) -> bool:
        """Give a yes or no."""
        return self._typed(key, bool, "true or false")

    def whole(self, key: str) -> int:
        """Give a whole number."""
        return self._typed(key, int, "a whole number")

    def whole_or_none(self, key: str) -> int | None:
        """Give a whole number, or None where there is none."""
        return self.whole(key) if self.has(key) else None

    def number(self, key: str) -> Decimal:
        """Give a number."""
        found = self.value(key)
        if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
            self.refuse(key, "is not a number")
        return Decimal(found)

    def quantity(self, key: str, uom: str) -> str:
        """Give a quantity above zero in plain digits, exact in its unit."""
        number = self.number(key)
        try:
            if to_micro(number, uom) == 0:
                self.refuse(key, "is a quantity of nothing")
        except QuantityError as error:
            self.refuse(key, str(error))
        return format(number.normalize(), "f")

    def identity(self, key: str) -> UUID:
        """Give a version 7 id."""
        text = self.text(key)
        try:
            found = UUID(text)
        except ValueError:
            self.refuse(key, "is not an id")
        if str(found) != text or found.version != 7:  # noqa: PLR2004 - RFC 9562, 5.7
            self.refuse(key, "is not an id of version 7")
        return found

    def day(self, key: str) -> date:
        """Give the calendar date of {"day": n}."""
        return self.one(key).day_of()

    def day_or_none(self, key: str) -> date | None:
        """Give a date, or None where there is none."""
        return self.day(key) if self.has(key) else None

    def moment(self, key: str) -> datetime:
        """Give the moment of {"day": n, "time": "hh:mm"}."""
        return self.one(key).moment_of()

    def day_of(self) -> date:
        """Read this record itself as {"day": n}."""
        return self.clock.on(self._day())

    def moment_of(self) -> datetime:
        """Read this record itself as {"day": n, "time": "hh:mm"}."""
        text = self.text("time")
        try:
            at = time.fromisoformat(text)
        except ValueError:
            self.refuse("time", "is not a time of day")
        if text != at.strftime("%H:%M"):
            self.refuse("time", "is not a time of day like 06:30")
        return self.clock.moment(self._day(), at)

    def one(self, key: str) -> "Record":
        """Give the object under a key."""
        found = self._typed(key, dict, "an object")
        return Record(f"{self.where}, {key}", found, self.clock)

    def many(self, key: str) -> tuple["Record", ...]:
        """Give the objects of a list, each named by its own key, code or id."""
        found = self._typed(key, list, "a list")
        if not all(isinstance(content, dict) for content in found):
            self.refuse(key, "is not a list of objects")
        return tuple(
            Record(f"{self.where}, {key} {_name(content, at)}", content, self.clock)
            for at, content in enumerate(found)
        )

    def known(self, key: str, among: Mapping[str, T]) -> T:
        """Give what a reference stands for; refuse one that leads nowhere."""
        return self.chosen(key, self.text(key), among)

    def chosen(self, key: str, name: str, among: Mapping[str, T]) -> T:
        """Give what this name stands for; refuse one that leads nowhere."""
        return among[name] if name in among else self.refuse(key, f"there is no “{name}”")

    def _day(self) -> int:
        day = self.whole("day")
        return day if abs(day) <= FURTHEST_DAY else self.refuse("day", "is out of this world")

    def _typed(self, key: str, kind: type[T], words: str) -> T:
        found = self.value(key)
        # In Python a bool is an int; in the data set it is not.
        if type(found) is not kind:
            self.refuse(key, f"is not {words}")
        assert isinstance(found, kind)  # noqa: S101 - for the type checker
        return found


def _name(content: Mapping[str, Any], at: int) -> str:
    for key in ("key", "code", "id"):
        name = content.get(key)
        if isinstance(name, str) and name.strip():
            return name
    return f"number {at + 1}"
