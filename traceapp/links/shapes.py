"""What the drawings of links are made of, and text that is laid out without a browser. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

STATED, PROVEN = "stated", "proven"
WIDE = 0.58  # of the size of a letter, on average; Vietnamese has few capitals
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A party to be drawn: its column from 0 to 3, its name, and its place in words."""

    key: Key
    column: int
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """A link to be drawn: `kind` is STATED (dashed) or PROVEN (solid)."""

    start: Key
    end: Key
    kind: str


def wrapped(text: str, width: float, size: int) -> list[str]:
    """Break a text into lines that fit a width; a word alone may be broken too."""
    most = max(4, int(width / (size * WIDE)))
    lines = [""]
    for word in text.split():
        part = word
        while len(part) > most:
            lines += [part[:most], ""]
            part = part[most:]
        if lines[-1] and len(lines[-1]) + 1 + len(part) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return [line for line in lines if line]


def length(text: str, size: int) -> float:
    """Estimate how long a text is."""
    return len(text) * size * WIDE


def text_lines(x: float, y: float, lines: Sequence[str], high: int, kind: str) -> Markup:
    """Write lines of text below each other; `y` is the base of the first."""
    parts = (
        Markup('<tspan x="{x}" y="{y}">{line}</tspan>').format(
            x=round(x), y=round(y + place * high), line=line
        )
        for place, line in enumerate(lines)
    )
    return Markup('<text class="{kind}">{parts}</text>').format(
        kind=kind, parts=Markup().join(parts)
    )


def path(name: str, kind: str, data: str) -> Markup:
    """Draw a link with its arrow."""
    return Markup('<path class="{kind}" d="{data}" marker-end="url(#{name}-{kind})"/>').format(
        kind=kind, data=data, name=name
    )


def curve(start: tuple[float, float], end: tuple[float, float], out: float) -> str:
    """Give a curve that leaves sidewards to `out` and comes back, as path data after its start."""
    return f"C{out:.0f} {start[1]:.0f} {out:.0f} {end[1]:.0f} {end[0]:.0f} {end[1]:.0f}"


def arrows(name: str) -> Markup:
    """Give the two kinds of arrow heads of a drawing."""
    return Markup("<defs>{both}</defs>").format(
        both=Markup().join(
            Markup(
                '<marker id="{name}-{kind}" class="{kind}" viewBox="0 0 8 8" refX="7" refY="4" '
                'markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
                '<path d="M0 0L8 4L0 8z"/></marker>'
            ).format(name=name, kind=kind)
            for kind in (STATED, PROVEN)
        )
    )


def drawing(
    name: str, size: tuple[int, int], words: tuple[str, str], parts: Iterable[Markup]
) -> Markup:
    """Frame a drawing; `words` are its title and its description."""
    return Markup(
        '<svg class="links-drawing" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{title}</title>'
        '<desc id="{name}-d">{told}</desc>{arrows}{parts}</svg>'
    ).format(
        width=size[0],
        height=size[1],
        name=name,
        title=words[0],
        told=words[1],
        arrows=arrows(name),
        parts=Markup().join(parts),
    )
