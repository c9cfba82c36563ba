"""The drawing of a trace: boxes with links, ribbons as wide as the kilograms they carry."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from traceapp.desk.tracing.trace_telling import Telling, kilograms
from traceapp.trace.drawing.layout import BOX_HEIGHT, BOX_WIDTH, Box, Ribbon, lay_out

LONGEST, LONGEST_NAME = 22, 17  # letters of a line, and of the bold one, that fit a box
DRAWING = Markup(
    '<svg class="family" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
    'role="group" aria-labelledby="family-t family-d"><title id="family-t">{title}</title>'
    '<desc id="family-d">{told}</desc>{ribbons}{boxes}</svg>'
)
RIBBON = Markup(
    '<path class="{tone}" d="{path}" stroke-width="{width}"><title>{words}</title></path>'
)
BOX = Markup(
    '<g class="{tone}" transform="translate({x} {y})"><title>{words}</title>'
    '<rect width="{width}" height="{height}" rx="10"/>'
    '<text class="name" x="12" y="21">{title}</text><text x="12" y="39">{product}</text>'
    '<text class="less" x="12" y="55">{below}</text></g>'
)
LINK = Markup('<a href="{address}">{box}</a>')


def draw(
    rows: Sequence[Telling],
    weights: Mapping[tuple[int, int], int | None],
    title: str,
    told: str,
) -> Markup:
    """Draw boxes for the rows, and ribbons between them."""
    layout = lay_out(len(rows), weights)
    return DRAWING.format(
        width=layout.width,
        height=layout.height,
        title=title,
        told=told,
        ribbons=Markup().join(_ribbon(one, rows, weights) for one in layout.ribbons),
        boxes=Markup().join(_box(one, rows[one.number]) for one in layout.boxes),
    )


def _ribbon(
    ribbon: Ribbon, rows: Sequence[Telling], weights: Mapping[tuple[int, int], int | None]
) -> Markup:
    parent, child = (rows[number] for number in ribbon.edge)
    weight = weights[ribbon.edge]
    words = f"{parent.product} · {parent.title} → {child.product} · {child.title}"
    carried = kilograms(weight) if weight else None
    return RIBBON.format(
        tone="unknown" if weight is None else "",
        path=ribbon.path,
        width=ribbon.width,
        words=f"{words}: {carried}" if carried else words,
    )


def _box(box: Box, row: Telling) -> Markup:
    tone = "box here" if row.step == 0 else "box"
    drawn = BOX.format(
        tone=f"{tone} stopped" if row.is_stopped else tone,
        x=box.x,
        y=box.y,
        width=BOX_WIDTH,
        height=BOX_HEIGHT,
        words=f"{row.title} · {row.product} · {row.producer}",
        title=_fitted(row.title, LONGEST_NAME),
        product=_fitted(row.product),
        below=_fitted(f"! {row.state.name}" if row.is_stopped and row.state else row.producer),
    )
    return LINK.format(address=row.address, box=drawn) if row.address else drawn


def _fitted(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
