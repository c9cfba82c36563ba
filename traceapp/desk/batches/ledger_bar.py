"""Where a batch went as one bar: a drawing with title and description, without style. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

HEIGHT = 34
NARROWEST_WITH_WORDS = Decimal(26)
ROOM_OF_A_LETTER = Decimal("2.9")  # per cent of the narrowest bar we draw
SEGMENT = Markup(
    '<svg x="{x}%" width="{width}%" height="{height}"><title>{words}</title>'
    '<rect class="{tone}" width="100%" height="100%"/>{text}</svg>'
)
TEXT = Markup(
    '<text class="{tone}" x="50%" y="{middle}" text-anchor="middle" dominant-baseline="central">'
    "{short}</text>"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar: its quantity, the whole words, and the few that may stand in it.

    Of `shorts`, the longest first, the first that has room is drawn. `tone` is a class of
    office.css: went, used, lost, left.
    """

    quantity: Decimal
    tone: str
    words: str
    shorts: Sequence[str]


def draw(parts: Sequence[Part], title: str) -> Markup:
    """Draw the bar; nothing where there is nothing to divide."""
    total = sum((part.quantity for part in parts), Decimal(0))
    if total <= 0:
        return Markup()
    drawn: list[Markup] = []
    start = Decimal(0)
    for part in parts:
        width = (part.quantity / total * 100).quantize(Decimal("0.01"))
        drawn.append(_segment(part, start, width))
        start += width
    told = "; ".join(part.words for part in parts)
    return Markup(
        '<svg class="flow" width="100%" height="{height}" role="img" '
        'aria-labelledby="flow-t flow-d"><title id="flow-t">{title}</title>'
        '<desc id="flow-d">{told}</desc>{parts}</svg>'
    ).format(height=HEIGHT, title=title, told=told, parts=Markup().join(drawn))


def _segment(part: Part, start: Decimal, width: Decimal) -> Markup:
    fitting = (short for short in part.shorts if width >= ROOM_OF_A_LETTER * len(short))
    short = next(fitting, "") if width >= NARROWEST_WITH_WORDS else ""
    text = TEXT.format(tone=part.tone, middle=HEIGHT // 2, short=short) if short else ""
    return SEGMENT.format(
        x=start, width=width, height=HEIGHT, words=part.words, tone=part.tone, text=text
    )
