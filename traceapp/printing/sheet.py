"""A sheet of labels as one SVG page in millimetres, as a browser prints it.

No inline style and no script: presentation attributes only, so that a strict CSP lets it through.
"""

from collections.abc import Iterable, Sequence
from html import escape

from traceapp.printing import symbol
from traceapp.printing.arrange import Arranged, Line, arrange
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label, Words
from traceapp.printing.lines import Measure, estimate
from traceapp.printing.stock import Position, Stock

SANS = "'Be Vietnam Pro','Noto Sans','DejaVu Sans',system-ui,sans-serif"
MONO = "'Noto Sans Mono','DejaVu Sans Mono','Liberation Mono',ui-monospace,monospace"

# Beyond this share of its room a line is held to the measured width, whatever face the browser has.
HELD_FROM = 0.8


def lay_out(stock: Stock, count: int, start_position: int = 1) -> tuple[Position, ...]:
    """Place `count` labels on one sheet, row by row, from the first die not yet used.

    Raises `DoesNotFit` for a start outside the sheet and for more labels than dies are left.
    """
    if not 1 <= start_position <= stock.positions:
        raise DoesNotFit(
            "start_position",
            stock.positions,
            f"the sheet has positions 1 to {stock.positions}, not {start_position}",
        )
    left_over = stock.positions - start_position + 1
    if not 1 <= count <= left_over:
        raise DoesNotFit(
            "count", left_over, f"1 to {left_over} labels fit from position {start_position}"
        )
    return tuple(_position(stock, start_position + index) for index in range(count))


def svg_sheet(
    stock: Stock,
    labels: Sequence[Label],
    start_position: int = 1,
    measure: Measure = estimate,
    words: Words = VIETNAMESE,
) -> str:
    """Draw `labels` on one page of `stock`; equal symbols are drawn once and referred to.

    `measure` gives widths of the regular face in mm; pass one made from the face that the page
    loads. Raises `DoesNotFit` as `lay_out` and `arrange` do, `NotEncodable` for a text no URI is.
    """
    positions = lay_out(stock, len(labels), start_position)
    die = (stock.die_width, stock.die_height)
    arranged = {label: arrange(label, die, measure, words) for label in dict.fromkeys(labels)}
    ids = {uri: f"qr-{index}" for index, uri in enumerate(dict.fromkeys(x.uri for x in labels), 1)}
    size = f'width="{stock.page_width:g}mm" height="{stock.page_height:g}mm"'
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} ',
            f'viewBox="0 0 {stock.page_width:g} {stock.page_height:g}" fill="#000">',
            f"<defs>{_definitions(ids, arranged.values())}</defs>",
            *(
                _drawn(label, arranged[label], place, ids[label.uri], words)
                for label, place in zip(labels, positions, strict=True)
            ),
            "</svg>",
        )
    )


def _position(stock: Stock, number: int) -> Position:
    row, column = divmod(number - 1, stock.columns)
    return Position(
        number=number,
        x=round(stock.left + column * stock.pitch_x, 3),
        y=round(stock.top + row * stock.pitch_y, 3),
    )


def _definitions(ids: dict[str, str], arranged: Iterable[Arranged]) -> str:
    """Define each symbol once, scaled to the side it has on every label."""
    side = next(iter(arranged)).symbol_side
    parts = []
    for uri, name in ids.items():
        drawn = symbol.encode(uri)
        whole = drawn.modules_with_quiet_zone
        parts.append(
            f'<g id="{name}" transform="scale({side / whole:.6f})">'
            f'<path fill="#fff" d="M0 0h{whole}v{whole}h-{whole}z"/><path d="{drawn.path}"/></g>'
        )
    return "".join(parts)


def _drawn(label: Label, arranged: Arranged, place: Position, symbol_id: str, words: Words) -> str:
    watermark = _watermark(arranged, words.sample) if label.sample else ""
    return (
        f'<g transform="translate({place.x:g} {place.y:g})">{watermark}'
        f'<use href="#{symbol_id}" x="0" y="0" '
        f'transform="translate({arranged.symbol_x:g} {arranged.symbol_y:g})" '
        f'role="img" aria-label="QR {escape(label.uri)}"/>'
        f"{''.join(_text(line) for line in arranged.lines)}</g>"
    )


def _text(line: Line) -> str:
    """Draw one line; near its limit it is held to the measured width, so that nothing overlaps."""
    attributes = [
        f'x="{line.x:g}" y="{line.baseline:g}" font-size="{line.size:g}"',
        f'font-family="{MONO if line.mono else SANS}"',
    ]
    if line.bold:
        attributes.append('font-weight="700"')
    if line.at_end:
        attributes.append('text-anchor="end"')
    if line.width > HELD_FROM * line.room:
        attributes.append(f'textLength="{line.width:.2f}" lengthAdjust="spacingAndGlyphs"')
    return f"<text {' '.join(attributes)}>{escape(line.text)}</text>"


def _watermark(arranged: Arranged, word: str) -> str:
    """Draw the sample mark pale and large behind the facts, clear of the symbol."""
    centre = arranged.symbol_x / 2
    middle = arranged.symbol_y + arranged.symbol_side / 2
    return (
        f'<text x="{centre:g}" y="{middle:g}" dy="0.36em" font-size="11" font-weight="700" '
        f'font-family="{SANS}" fill="#dcdcdc" text-anchor="middle" '
        f'transform="rotate(-14 {centre:g} {middle:g})">{escape(word)}</text>'
    )
