"""Numbers, days, times and lengths of time as people read them, in both languages.

Dates are dd/mm/yyyy in English too; numbers follow the language (1.234,5 and 1,234.5).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from traceapp.trace.words import Words

_SWAP = str.maketrans(".,", ",.")
_HOURS_BEFORE_DAYS = 72


def number(value: Decimal | float) -> Words:
    """Write a number without trailing zeros, with each language's own marks and a true minus."""
    figure = Decimal(str(value))
    text = f"{abs(figure):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = "\N{MINUS SIGN}" if figure < 0 else ""
    return Words(f"{sign}{text.translate(_SWAP)}", f"{sign}{text}")


def percent(value: Decimal) -> Words:
    """Write a number of per cent: "44,4 %" and "44.4%"."""
    figure = number(value)
    return Words(f"{figure.vi}\N{NO-BREAK SPACE}%", f"{figure.en}%")


def plural(count: int, one: str, many: str) -> str:
    """Choose the English noun for a count: "1 day", "3 days"."""
    return f"{count:,} {one if count == 1 else many}"


def day(value: date) -> str:
    """Write a date as dd/mm/yyyy."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """Write a time in its own offset as dd/mm/yyyy hh:mm."""
    return f"{value:%d/%m/%Y %H:%M}"


def days_between(first: date, last: date) -> str:
    """Write a span of days, naming the year once where both ends share it."""
    if first == last:
        return day(last)
    if first.year == last.year:
        return f"{first:%d/%m} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def hours_between(since: datetime, until: datetime) -> str:
    """Write a span of time to the minute, naming the day once where both ends share it."""
    if since.date() == until.date():
        return f"{moment(since)} – {until:%H:%M}"
    return f"{since:%d/%m %H:%M} – {moment(until)}"


def length(span: timedelta) -> Words:
    """Write how long something took, in the largest unit that still says it honestly."""
    minutes = round(abs(span).total_seconds() / 60)
    if minutes < 60:  # noqa: PLR2004
        return Words(f"{minutes} phút", plural(minutes, "minute", "minutes"))
    hours, rest = divmod(minutes, 60)
    if hours >= _HOURS_BEFORE_DAYS:
        count = hours // 24
        return Words(f"{count} ngày", plural(count, "day", "days"))
    vi, en = f"{hours} giờ", plural(hours, "hour", "hours")
    if rest and hours < 24:  # noqa: PLR2004
        return Words(f"{vi} {rest} phút", f"{en} {plural(rest, 'minute', 'minutes')}")
    return Words(vi, en)
