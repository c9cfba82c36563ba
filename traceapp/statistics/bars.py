"""Numbers as horizontal bars, each with its words and its number, drawn on the server. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, ROW, THICK, TEXT = 320, 40, 12, 14
SMALLEST = 2  # so that one beside thousands is still seen


def draw(name: str, title: str, bars: Sequence[tuple[str, int]]) -> Markup:
    """Draw bars from top to bottom; nothing where there is nothing. `name` is unique on a page."""
    most = max((number for _, number in bars), default=0)
    if most <= 0:
        return Markup()
    rows = [_row(place, words, number, most) for place, (words, number) in enumerate(bars)]
    told = "; ".join(f"{words}: {number}" for words, number in bars)
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


def _row(place: int, words: str, number: int, most: int) -> Markup:
    top = place * ROW
    length = max(SMALLEST, round(WIDTH * number / most)) if number > 0 else 0
    return Markup(
        '<text x="0" y="{text}">{words}</text>'
        '<text x="{width}" y="{text}" text-anchor="end">{number}</text>'
        '<rect class="whole" x="0" y="{bar}" width="{width}" height="{thick}" rx="3"/>'
        '<rect x="0" y="{bar}" width="{length}" height="{thick}" rx="3"/>'
    ).format(
        text=top + TEXT,
        words=words,
        width=WIDTH,
        number=number,
        bar=top + TEXT + 6,
        length=length,
        thick=THICK,
    )
