"""A sheet of labels as one SVG page in millimetres, as a browser prints it.

No inline style and no script: presentation attributes only, so that a strict CSP lets it through.
"""

from collections.abc import Mapping, Sequence
from html import escape

from traceapp.printing import symbol
from traceapp.printing.arranged import BOLD, SAMPLE_DROP, SAMPLE_TURN, Arranged, Line
from traceapp.printing.calibration import AS_DRAWN, Calibration
from traceapp.printing.label import VIETNAMESE, Label, Words
from traceapp.printing.lines import Measure, estimate
from traceapp.printing.run import Arranger, Copies, Design
from traceapp.printing.stock import Position

SANS = "'Be Vietnam Pro','Noto Sans','DejaVu Sans',system-ui,sans-serif"

# Beyond this share of its room a line is held to the measured width, whatever face the browser has.
HELD_FROM = 0.8


def svg_page(
    design: Design,
    page: Sequence[tuple[Copies, Position]],
    measure: Measure = estimate,
    words: Words = VIETNAMESE,
) -> str:
    """Draw one page as `run.places` lays it out; equal symbols are drawn once and referred to.

    `measure` gives widths of the regular face in mm; pass one made from the face that the page
    loads. Raises `DoesNotFit` where a template does, `NotEncodable` for a text no URI is.
    """
    stock, labels = design.stock, dict.fromkeys(copies.label for copies, _ in page)
    arranger = Arranger(design, measure, words)
    arranged = {label: arranger.arrange(label, symbol.modules(label.uri)) for label in labels}
    name = f"qr-{design.template}"  # a page may show a label and a card
    ids = {
        uri: f"{name}-{index}" for index, uri in enumerate(dict.fromkeys(x.uri for x in labels), 1)
    }
    size = f'width="{stock.page_width:g}mm" height="{stock.page_height:g}mm"'
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} ',
            f'viewBox="0 0 {stock.page_width:g} {stock.page_height:g}" fill="#000">',
            f"<defs>{_definitions(ids)}</defs>",
            _put_right(
                design.calibration,
                "".join(
                    _drawn(
                        arranged[label],
                        place,
                        _symbol(design, arranged[label], label, ids),
                        (words, measure),
                    )
                    for label, place in ((copies.label, place) for copies, place in page)
                ),
            ),
            "</svg>",
        )
    )


def _put_right(calibration: Calibration, drawn: str) -> str:
    if calibration == AS_DRAWN:
        return drawn
    moved = f"translate({calibration.offset_x:g} {calibration.offset_y:g})"
    across, down = calibration.scales
    return f'<g transform="{moved} scale({across:.8g} {down:.8g})">{drawn}</g>'


def _definitions(ids: Mapping[str, str]) -> str:
    """Define each symbol once, in modules."""
    parts = []
    for uri, name in ids.items():
        drawn = symbol.encode(uri)
        whole = drawn.modules_with_quiet_zone
        parts.append(
            f'<g id="{name}"><path fill="#fff" d="M0 0h{whole}v{whole}h-{whole}z"/>'
            f'<path d="{drawn.path}"/></g>'
        )
    return "".join(parts)


def _drawn(
    arranged: Arranged, place: Position, symbol_drawn: str, setting: tuple[Words, Measure]
) -> str:
    words, measure = setting
    watermark = _watermark(arranged, words.sample) if arranged.sample_size else ""
    return (
        f'<g transform="translate({place.x:g} {place.y:g})">{watermark}{symbol_drawn}'
        f"{''.join(_text(line, measure) for line in arranged.lines)}</g>"
    )


def _symbol(design: Design, arranged: Arranged, label: Label, ids: Mapping[str, str]) -> str:
    """Refer to a symbol that is defined, as large as it is printed."""
    whole, side = symbol.encode(label.uri).modules_with_quiet_zone, arranged.symbol_side
    wide, high = design.calibration.symbol(side, design.stock.dot)
    at = f"{arranged.symbol_x + (side - wide) / 2:g} {arranged.symbol_y + (side - high) / 2:g}"
    module = f"{wide / whole:.6f}" if wide == high else f"{wide / whole:.6f} {high / whole:.6f}"
    return (
        f'<use href="#{ids[label.uri]}" x="0" y="0" '
        f'transform="translate({at}) scale({module})" '
        f'role="img" aria-label="QR {escape(label.uri)}"/>'
    )


def _text(line: Line, measure: Measure) -> str:
    """Draw one line; near its limit it is held to the width it has on paper: nothing overlaps."""
    attributes = [
        f'x="{line.x:g}" y="{line.baseline:g}" font-size="{line.size:g}" font-family="{SANS}"'
    ]
    wide = measure(line.text, line.size) * (BOLD if line.bold else 1)
    if line.bold:
        attributes.append('font-weight="700"')
    if line.at_end:
        attributes.append('text-anchor="end"')
    if wide > min(HELD_FROM * line.room, line.width):
        held = min(wide, line.width)
        attributes.append(f'textLength="{held:.2f}" lengthAdjust="spacingAndGlyphs"')
    return f"<text {' '.join(attributes)}>{escape(line.text)}</text>"


def _watermark(arranged: Arranged, word: str) -> str:
    """Draw the sample mark pale and large behind the facts, clear of the symbol."""
    centre, middle = arranged.sample_at
    size = arranged.sample_size
    return (
        f'<text x="{centre:g}" y="{middle:g}" dy="{SAMPLE_DROP}em" '
        f'font-size="{size:g}" font-weight="700" font-family="{SANS}" '
        'fill="#dcdcdc" text-anchor="middle" '
        f'transform="rotate(-{SAMPLE_TURN} {centre:g} {middle:g})">{escape(word)}</text>'
    )
