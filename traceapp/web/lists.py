"""Every list of the desk: folded search, filters, paging by key, and the same rows as CSV.

A view reads what is asked (`asked`), narrows its query (`matching`), and gets a page of it
(`page`); a short list that is read whole anyway goes through `whole`. `web/_list.html` draws it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Response
from sqlalchemy import ColumnElement, Date, Integer, Select, String, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.types import Identifier, Instant
from traceapp.web import csv_text
from traceapp.web.fields import FIRST_YEAR, LAST_YEAR, clean, is_plain

T = TypeVar("T")
Value = str | int | date | datetime | UUID
Reader = Callable[[Any], csv_text.Cell]

PAGE_SIZE = 50
LONGEST_SEARCH = 200
MOST_WORDS = 8
CSV = "csv"
LARGEST_NUMBER = 2**63  # of the databases

_WRITE: dict[type, tuple[str, Callable[[Any], str]]] = {
    str: ("s", str),
    int: ("i", str),
    date: ("d", date.isoformat),
    datetime: ("t", datetime.isoformat),
    UUID: ("u", str),
}
_UNREADABLE = (
    *(NotBase64, ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, RecursionError),
)
_READ: dict[str, Callable[[str], Value]] = {
    "s": str,
    "i": int,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "u": UUID,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice that narrows a list: its name in the address, and its values with their words."""

    name: str
    title: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of a list; `chosen` holds only values that the filters know."""

    text: str = ""
    filters: tuple[Filter, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    after: tuple[Value, ...] | None = None
    is_csv: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Give the words searched for, folded."""
        return tuple(fold(self.text).split()[:MOST_WORDS])

    @property
    def is_narrowed(self) -> bool:
        """Tell whether this is less than the whole list."""
        return bool(self.text or self.chosen)

    def address(self, **changes: str | None) -> str:
        """Give the address of the same list with something changed; it starts anew."""
        kept: dict[str, str | None] = {"q": self.text, **self.chosen, **changes}
        return "?" + urlencode({name: text for name, text in kept.items() if text})


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the address of those that follow."""

    rows: Sequence[T]
    asked: Asked
    following: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A column that rows are ordered by. It is never null; the last one is unique."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    is_descending: bool = False


def asked(arguments: Mapping[str, str], *filters: Filter) -> Asked:
    """Read what is asked; an unknown value of a filter chooses nothing."""
    chosen = {one.name: arguments.get(one.name, "") for one in filters}
    return Asked(
        text=clean(arguments.get("q", ""))[:LONGEST_SEARCH],
        filters=filters,
        chosen={one.name: chosen[one.name] for one in filters if chosen[one.name] in one.choices},
        after=_position(arguments["after"]) if arguments.get("after") else None,
        is_csv=arguments.get("format") == CSV,
    )


def has_words(words: Iterable[str], *texts: str | None) -> bool:
    """Tell whether every folded word is somewhere in these texts."""
    folded = "\n".join(fold(text) for text in texts if text)
    return all(word in folded for word in words)


def matching(words: Iterable[str], *columns: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """Give the conditions that every word is in one of the columns (folded, or plain ASCII)."""
    return [
        or_(*(func.lower(column).contains(word, autoescape=True) for column in columns))
        for word in words
    ]


def page(query: Select[*tuple[Any, ...]], orders: Sequence[Order], wish: Asked) -> Page[Any]:
    """Read one page of a query, or all of it for CSV."""
    marks = [one.column.label(f"order_{place}") for place, one in enumerate(orders)]
    query = query.add_columns(*marks).order_by(
        *(one.column.desc() if one.is_descending else one.column.asc() for one in orders)
    )
    if wish.is_csv:
        return Page(db.session.execute(query).all(), wish)
    if wish.after is not None:
        query = query.where(_beyond(orders, wish.after))
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    shown = rows[:PAGE_SIZE]
    following = None
    if len(rows) > PAGE_SIZE:
        last = shown[-1]
        position = _written([getattr(last, f"order_{place}") for place in range(len(orders))])
        following = wish.address(after=position)
    return Page(shown, wish, following)


def whole(rows: Iterable[T], wish: Asked, texts: Callable[[T], Iterable[str | None]]) -> Page[T]:
    """Search rows that are all at hand; filters are the caller's."""
    return Page([row for row in rows if has_words(wish.words, *texts(row))], wish)


def as_csv(name: str, columns: Mapping[str, Reader], rows: Iterable[Any]) -> Response:
    """Give rows as a file that spreadsheets open as it is meant; `columns` by their heading."""
    cells = ([read(row) for read in columns.values()] for row in rows)
    response = Response(
        "".join(csv_text.lines(list(columns), cells)), content_type=csv_text.MEDIA_TYPE
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _beyond(orders: Sequence[Order], position: Sequence[Value]) -> ColumnElement[bool]:
    if len(position) != len(orders) or not all(map(_fits, orders, position)):
        raise problem.BadRequest
    steps = []
    for place, (one, value) in enumerate(zip(orders, position, strict=True)):
        level = [o.column == v for o, v in zip(orders[:place], position, strict=False)]
        further = one.column < value if one.is_descending else one.column > value
        steps.append(and_(*level, further))
    return or_(*steps)


def _fits(order: Order, value: Value) -> bool:
    """Tell whether a value may be compared with a column: the address may have been changed."""
    kind = order.column.type
    match value:
        case UUID():
            return isinstance(kind, Identifier)
        case datetime():
            is_moment = value.tzinfo is not None and FIRST_YEAR < value.year < LAST_YEAR
            return isinstance(kind, Instant) and is_moment
        case date():
            return isinstance(kind, Date)
        case int():
            return isinstance(kind, Integer) and abs(value) < LARGEST_NUMBER
        case str():
            return isinstance(kind, String) and is_plain(value)


def _written(values: Sequence[Value]) -> str:
    tagged = [[tag, write(value)] for value in values for tag, write in [_WRITE[type(value)]]]
    return urlsafe_b64encode(json.dumps(tagged).encode()).decode()


def _position(text: str) -> tuple[Value, ...]:
    try:
        tagged = json.loads(urlsafe_b64decode(text.encode("ascii")))
        return tuple(_READ[tag](value) for tag, value in tagged)
    except _UNREADABLE as error:
        raise problem.BadRequest from error
