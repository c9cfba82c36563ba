"""What a cell means: numbers, days, moments and words, as people in Viet Nam or abroad type them.

Pure. Where a cell can be read in two ways it is refused in words: 1.500 may be 1500 or 1.5.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from difflib import get_close_matches

from marshmallow import ValidationError

from traceapp.database.folding import fold
from traceapp.exchange.tables import Cell
from traceapp.problem import N_
from traceapp.web.faults import Fault
from traceapp.web.fields import PlainText

HANOI = timezone(timedelta(hours=7))
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_POINT_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_MOMENT = re.compile(r"(\S+)[ T]+(\d{1,2})[:hg](\d{2})?(?::(\d{2}))?", re.ASCII)
_ITEM = re.compile(r"(?P<batch>.+?)\s*=\s*(?P<quantity>[\d.,\s]*\d)\s*(?P<uom>.*)")
_LONGEST_NUMBER = 40
MOST_WORDS = 15

NOT_A_NUMBER = Fault("number", N_("This is not a number."), N_("Write it like 12.5 or 12,5."))
TWO_NUMBERS = Fault(
    "two_readings",
    N_("“{text}” can be read as {whole} or as {part}."),
    N_("Write {whole} without a mark, or {part}."),
)
NOT_A_DAY = Fault("date", N_("This is not a date."), N_("Write it like 21/11/2026 or 2026-11-21."))
NOT_A_MOMENT = Fault(
    "time", N_("This is not a date with a time."), N_("Write it like 21/11/2026 05:40.")
)
NOT_A_WORD = Fault(
    "unknown_word", N_("“{text}” is not one of the words known here."), N_("Known are: {words}.")
)
NOT_AN_ITEM = Fault(
    "item",
    N_("“{text}” does not name a batch with a quantity."),
    N_("Write it like LOT-01 = 12.5 kg; LOT-02 = 3 kg."),
)


OWN_ID = PlainText(100)


def filled(fault: Fault, **values: str) -> Fault:
    """Fill values into what is wrong and into what to do."""
    return Fault(fault.rule, fault.message, fault.fix, **values)


def text(cell: Cell) -> str:
    """Give a cell as text."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case Decimal():
            return plain(cell)
        case date():
            return cell.isoformat()
        case _:
            return cell.strip()


def own_id(cell: Cell) -> str:
    """Read the id that somebody's own books give a record."""
    return OWN_ID.deserialize(text(cell)) or ""


def plain(number: Decimal) -> str:
    """Write a number without exponent and without zeros at its end."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def number(cell: Cell) -> str:
    """Read a number; gives it in machine form ("1234.5")."""
    if isinstance(cell, Decimal):
        return plain(cell)
    typed = text(cell).translate(_SPACES).replace("−", "-")
    if len(typed) > _LONGEST_NUMBER or isinstance(cell, bool | date):
        raise ValidationError(NOT_A_NUMBER)
    if _ONE_GROUP.fullmatch(typed):
        whole = typed.replace(".", "").replace(",", "")
        part = plain(Decimal(typed.replace(",", ".")))
        part += "0" if _ONE_GROUP.fullmatch(part) else ""  # 1.125 would be refused again
        raise ValidationError(filled(TWO_NUMBERS, text=typed, whole=whole, part=part))
    if _PLAIN.fullmatch(typed):
        return plain(Decimal(typed.replace(",", ".")))
    if _COMMA_GROUPS.fullmatch(typed):
        return plain(Decimal(typed.replace(",", "")))
    if _POINT_GROUPS.fullmatch(typed):
        return plain(Decimal(typed.replace(".", "").replace(",", ".")))
    raise ValidationError(NOT_A_NUMBER)


def day(cell: Cell) -> str:
    """Read a day, dd/mm/yyyy or ISO 8601; gives the latter."""
    if isinstance(cell, datetime):
        raise ValidationError(NOT_A_DAY)
    if isinstance(cell, date):
        return cell.isoformat()
    typed = text(cell)
    found = _DAY.fullmatch(typed)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        if len(typed) == len("2026-11-21"):
            return date.fromisoformat(typed).isoformat()
    except ValueError:
        pass
    raise ValidationError(NOT_A_DAY)


def moment(cell: Cell) -> str:
    """Read a day with a time, in Viet Nam unless it says its offset; gives ISO 8601."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=cell.tzinfo or HANOI).isoformat()
    typed = text(cell)
    found = _MOMENT.fullmatch(typed)
    try:
        if found:
            clock = f"{int(found[2]):02}:{found[3] or '00'}:{found[4] or '00'}"
            return datetime.fromisoformat(f"{day(found[1])}T{clock}+07:00").isoformat()
        given = datetime.fromisoformat(typed)
    except (ValueError, ValidationError):
        raise ValidationError(NOT_A_MOMENT) from None
    if given.tzinfo is None or not isinstance(cell, str) or len(typed) <= len("2026-11-21"):
        raise ValidationError(NOT_A_MOMENT)
    return given.isoformat().replace("+00:00", "Z") if given.tzinfo is UTC else given.isoformat()


def word(cell: Cell, known: Mapping[str, str], shown: Sequence[str]) -> str:
    """Read one of the words known (folded -> meaning); it tells those like it."""
    typed = text(cell)
    try:
        return known[fold(typed)]
    except KeyError:
        raise ValidationError(
            filled(NOT_A_WORD, text=typed[:60], words=_like(typed, shown))
        ) from None


def _like(typed: str, shown: Sequence[str]) -> str:
    if len(shown) <= MOST_WORDS:
        return ", ".join(shown)
    by_folded = {fold(one): one for one in shown}
    close = get_close_matches(fold(typed[:60]), by_folded, n=6, cutoff=0.3)
    return ", ".join([*(by_folded[one] for one in close), "…"])


def texts(cell: Cell) -> list[str]:
    """Read several texts, parted by semicolons or lines."""
    return [part.strip() for part in re.split("[;\n]", text(cell)) if part.strip()]


def items(cell: Cell) -> list[tuple[str, str, str]]:
    """Read batches with quantities: "LOT-01 = 12.5 kg; LOT-02 = 3 kg"."""
    found = []
    for part in texts(cell):
        match = _ITEM.fullmatch(part)
        if match is None:
            raise ValidationError(NOT_AN_ITEM.format(text=part[:60]))
        found.append((match["batch"], number(match["quantity"]), match["uom"].strip()))
    return found
