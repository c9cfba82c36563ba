"""Numbers of days as bars: a drawing with title and description, without style. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

HEIGHT = 120
LOWEST = 3  # so that one opening beside hundreds is still seen
GAP = 0.6  # per cent of the width


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its number, and its words. `is_marked` draws it in the colour of "look here"."""

    number: int
    words: str
    is_marked: bool = False


def draw(bars: Iterable[Bar], title: str) -> Markup:
    """Draw the days from left to right; nothing where nothing happened on any."""
    drawn = list(bars)
    most = max((bar.number for bar in drawn), default=0)
    if most == 0:
        return Markup()
    width = 100 / len(drawn)
    parts = [_bar(bar, place * width, width - GAP, most) for place, bar in enumerate(drawn)]
    told = "; ".join(bar.words for bar in drawn if bar.number)
    return Markup(
        '<svg class="days" width="100%" height="{height}" role="img" '
        'aria-labelledby="days-t days-d"><title id="days-t">{title}</title>'
        '<desc id="days-d">{told}</desc>{parts}</svg>'
    ).format(height=HEIGHT, title=title, told=told, parts=Markup().join(parts))


def _bar(bar: Bar, x: float, width: float, most: int) -> Markup:
    height = max(LOWEST, round(HEIGHT * bar.number / most)) if bar.number else 1
    tone = "much" if bar.is_marked else "some" if bar.number else "none"
    return Markup(
        '<rect class="{tone}" x="{x}%" y="{y}" width="{width}%" height="{height}" rx="2">'
        "<title>{words}</title></rect>"
    ).format(
        tone=tone,
        x=f"{x:.2f}",
        y=HEIGHT - height,
        width=f"{width:.2f}",
        height=height,
        words=bar.words,
    )
