"""Numbers as horizontal bars, each with its words and its number, drawn on the server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, ROW, THICK, TEXT = 320, 40, 12, 14
SMALLEST = 2  # so that one beside thousands is still seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, how it reads, and how long it is out of 1.

    A change begins in the middle: less leads to the left, more to the right.
    """

    words: str
    written: str
    length: float
    is_change: bool = False


def draw(name: str, title: str, bars: Sequence[Bar]) -> Markup:
    """Draw bars from top to bottom; nothing where there is nothing. `name` is unique on a page."""
    if not any(bar.length for bar in bars):
        return Markup()
    rows = [_row(place, bar) for place, bar in enumerate(bars)]
    told = "; ".join(f"{bar.words}: {bar.written}" for bar in bars)
    return Markup(
        '<svg class="bars" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{title}</title>'
        '<desc id="{name}-d">{told}</desc>{rows}</svg>'
    ).format(
        width=WIDTH,
        height=ROW * len(rows),
        name=name,
        title=title,
        told=told,
        rows=Markup().join(rows),
    )


def _row(place: int, bar: Bar) -> Markup:
    top = place * ROW
    start, long = _part(bar)
    parts = Markup(
        '<text x="0" y="{text}">{words}</text>'
        '<text x="{width}" y="{text}" text-anchor="end">{written}</text>'
        '<rect class="whole" x="0" y="{bar}" width="{width}" height="{thick}" rx="3"/>'
        '<rect{kind} x="{start}" y="{bar}" width="{long}" height="{thick}" rx="3"/>'
    ).format(
        text=top + TEXT,
        words=bar.words,
        width=WIDTH,
        written=bar.written,
        bar=top + TEXT + 6,
        kind=Markup(' class="more"') if bar.is_change and bar.length > 0 else "",
        start=start,
        long=long,
        thick=THICK,
    )
    return parts + _middle(top + TEXT + 4) if bar.is_change else parts


def _part(bar: Bar) -> tuple[int, int]:
    """Give where a bar begins, and how long it is."""
    room = WIDTH // 2 if bar.is_change else WIDTH
    long = max(SMALLEST, round(room * abs(bar.length))) if bar.length else 0
    return (room - long if bar.length < 0 else room) if bar.is_change else 0, long


def _middle(top: int) -> Markup:
    return Markup('<path class="middle" d="M{} {}v{}"/>').format(WIDTH // 2, top, THICK + 4)
