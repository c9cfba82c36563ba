"""Single values of a form: numbers as people of a language type them, days, moments in Hanoi."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from traceapp.trace.units import QuantityError, parse_quantity
from traceapp.web import languages
from traceapp.web.pages import HANOI

YES = "yes"
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?", re.ASCII)


def read(kind: str, texts: list[str]) -> Any:  # noqa: ANN401 - any value of a schema
    """Give the value behind what was typed; None where nothing was.

    What cannot be read is given on as it is: the schema says what is wrong with it.
    """
    if kind == "many":
        return [text for text in texts if text] or None
    text = texts[0] if texts else ""
    if kind == "tick":
        return text == YES or text or False
    if not text.strip():
        return None
    reader = READERS.get(kind)
    return reader(text.strip()) if reader else text


def _number(text: str) -> str:
    sign, bare = ("-", text[1:]) if text[0] in "-−" else ("", text)
    language: Any = languages.current()
    try:
        return f"{sign}{parse_quantity(bare, language):f}"
    except QuantityError:
        return text


def _day(text: str) -> str:
    match = _DAY.fullmatch(text)
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else text


def _moment(text: str) -> str:
    day, mark, clock = text.partition(" ")
    text = f"{_day(day)}{mark}{clock}"
    match = _LOCAL.fullmatch(text)
    return f"{match[1]}T{match[2]}{match[3] or ':00'}+07:00" if match else text


READERS: Mapping[str, Callable[[str], str]] = {
    "number": _number,
    "date": _day,
    "datetime": _moment,
}


def shown(kind: str, value: object) -> str:
    """Write a value as the field of a form holds it."""
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, datetime):
        return value.astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bytes):
        return value.hex()
    text = str(value)
    if kind == "number":
        return _figure(text)
    return shown(kind, datetime.fromisoformat(text)) if kind == "datetime" else text


def _figure(text: str) -> str:
    try:
        plain = format(Decimal(text), "f")
    except InvalidOperation:
        return text
    return plain.replace(".", ",") if languages.current() == "vi" else plain


def flattened(value: object, name: str) -> Iterator[tuple[str, object]]:
    """List the single values of a record, each with its place; what is not known is left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flattened(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from flattened(inner, f"{name}.{number}")
    elif value is not None:
        yield name, value
