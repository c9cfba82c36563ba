"""A printer that is off is put right: everything moves alike, stays on the page, and is read."""

import re
from contextlib import ExitStack, suppress
from dataclasses import astuple, replace
from io import BytesIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pure.printing.test_writers import (
    LABEL,
    PRINTED,
    TOO_COARSE,
    decoded,
    each_printed,
    pages,
    pdf,
)
from tests.pure.printing.zpl_reader import read_zpl
from tests.symbols import symbols
from traceapp.printing import raster, symbol, zpl
from traceapp.printing.calibration import (
    AS_DRAWN,
    LEAST_PERCENT,
    MOST_OFFSET,
    MOST_PERCENT,
    Calibration,
    Marks,
    OutOfReach,
    corrected,
)
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import DoesNotFit
from traceapp.printing.lines import estimate
from traceapp.printing.pdf_file import POINTS, page_matrix
from traceapp.printing.run import Arranger, Copies, Design, places
from traceapp.printing.sheet import svg_page
from traceapp.printing.stock import A4_24, STOCKS, Stock
from traceapp.printing.templates import Template

# Drawn at 95 %, a module needs more dots than these have room for.
TOO_SMALL = TOO_COARSE | {("die-30x20", Template.CODE)}
MOVED = re.compile(r'</defs><g transform="translate\((\S+) (\S+)\) scale\((\S+) (\S+)\)"><g ')
DPI = 300
offsets = st.floats(-MOST_OFFSET, MOST_OFFSET)
percents = st.floats(LEAST_PERCENT, MOST_PERCENT)
calibrations = st.builds(Calibration, offsets, offsets, percents, percents)
EXTREMES = [
    Calibration(-MOST_OFFSET, -MOST_OFFSET, MOST_PERCENT, MOST_PERCENT),
    Calibration(MOST_OFFSET, MOST_OFFSET, LEAST_PERCENT, LEAST_PERCENT),
    Calibration(MOST_OFFSET, MOST_OFFSET, LEAST_PERCENT, MOST_PERCENT),
    Calibration(-MOST_OFFSET, -MOST_OFFSET, MOST_PERCENT, LEAST_PERCENT),
]


def possible(design: Design) -> Design | None:
    """Go to the nearest calibration that is possible, as refusals tell; None if none helps."""
    modules = symbol.modules(LABEL.uri)
    for _ in range(20):  # whole dots a module make it wider and narrower in steps
        try:
            Arranger(design, estimate).arrange(LABEL, modules)
        except DoesNotFit as error:
            if error.what not in ("offset_x", "offset_y", "percent_x", "percent_y"):
                return None  # the letters have no room beside modules that are drawn larger
            nearer = replace(design.calibration, **{error.what: error.fits})
            assert nearer != design.calibration
            design = replace(design, calibration=nearer)
        else:
            return design
    raise AssertionError(design)


def shifted(picture: Image.Image, right: int, down: int) -> Image.Image:
    moved = Image.new(picture.mode, picture.size, "white")
    moved.paste(picture, (right, down))
    return moved


@pytest.mark.parametrize(
    "extreme", EXTREMES, ids=lambda one: "{:g} {:g} {:g} {:g}".format(*astuple(one))
)
@each_printed
def test_every_writer_prints_at_the_utmost_that_is_possible_and_every_code_decodes(
    fonts: FontFiles, stock: Stock, template: Template, extreme: Calibration
) -> None:
    design = possible(Design(stock, template, extreme))
    if design is None:
        assert (stock.key, template) in TOO_SMALL
        return
    last, run = stock.positions, [Copies(LABEL, 2)]  # on the last die, and on the first one
    for page in pages(pdf(design, run, fonts, last)):
        assert decoded(page) == [LABEL.uri]
    for dpi in raster.RESOLUTIONS:
        with ExitStack() as held:
            if (stock.key, template) in TOO_SMALL:
                held.enter_context(suppress(DoesNotFit))
            for picture in raster.png(design, run, fonts, dpi, last):
                assert decoded(Image.open(BytesIO(picture))) == [LABEL.uri]
            if last == 1:
                (written,) = zpl.write(design, run, fonts, dpi)
                assert decoded(read_zpl(written)) == [LABEL.uri]


@settings(max_examples=30)
@given(calibration=calibrations, point=st.tuples(st.floats(0, 210), st.floats(0, 297)))
def test_screen_and_pdf_draw_every_point_scaled_from_the_corner_and_moved_by_the_offset(
    calibration: Calibration, point: tuple[float, float]
) -> None:
    design = possible(Design(A4_24, calibration=calibration))
    assert design is not None
    assume(design.calibration != AS_DRAWN)
    drawn, (x, y) = design.calibration, point
    meant = (
        drawn.percent_x / 100 * x + drawn.offset_x,
        drawn.percent_y / 100 * y + drawn.offset_y,
    )

    (page,) = places(A4_24, [Copies(LABEL)])
    found = MOVED.search(svg_page(design, page))
    assert found
    right, down, across, along = map(float, found.groups())
    assert (across * x + right, along * y + down) == pytest.approx(meant, abs=0.001)

    a, _, _, d, e, f = map(float, page_matrix(A4_24, drawn).removesuffix(" cm").split())
    up = d * (297 - y) + f
    assert ((a * x + e) / POINTS, 297 - up / POINTS) == pytest.approx(meant, abs=0.001)


@pytest.mark.parametrize(
    ("key", "right", "down"),
    [
        ("a4-24", 2, -3),
        ("a4-65", -4, 7),
        ("roll-58", 3, 1),
        ("roll-80", -4, 0),
        ("die-40x30", 0, 1),
    ],
)
def test_an_offset_moves_the_whole_page_and_changes_nothing_else(
    fonts: FontFiles, key: str, right: int, down: int
) -> None:
    plain = Design(STOCKS[key], Template.CODE)
    run = [Copies(LABEL, plain.stock.positions)]
    moved = replace(plain, calibration=Calibration(right, down))
    before, after = (corners(pages(pdf(one, run, fonts), DPI)[0]) for one in (plain, moved))
    assert len(before) == len(after) == plain.stock.positions
    for (x, y), (moved_x, moved_y) in zip(before, after, strict=True):
        assert (moved_x - x, moved_y - y) == pytest.approx((right, down), abs=0.15)
    draws = (dots, zpl_dots) if plain.stock.positions == 1 else (dots,)
    for draw in draws:
        still, shoved = (draw(one, run, fonts) for one in (plain, moved))
        assert shoved.tobytes() == shifted(still, right * 8, down * 8).tobytes()


def corners(page: Image.Image) -> list[tuple[float, float]]:
    """Give where the symbols of a page lie, in mm, row by row."""
    found = [one.position.top_left for one in symbols(page)]
    placed = [(one.x / DPI * 25.4, one.y / DPI * 25.4) for one in found]
    return sorted(placed, key=lambda at: (round(at[1]), at[0]))


def dots(design: Design, run: list[Copies], fonts: FontFiles) -> Image.Image:
    (page,) = raster.png(design, run, fonts)
    return Image.open(BytesIO(page)).convert("L")


def zpl_dots(design: Design, run: list[Copies], fonts: FontFiles) -> Image.Image:
    (written,) = zpl.write(design, run, fonts)
    return read_zpl(written).convert("L")


@each_printed
def test_what_is_not_calibrated_is_written_as_ever(stock: Stock, template: Template) -> None:
    design = Design(stock, template, Calibration(0, 0, 100, 100))
    assert design == Design(stock, template)
    (page,) = places(stock, [Copies(LABEL)])
    assert '</defs><g transform="translate(' in (drawn := svg_page(design, page))
    assert not MOVED.search(drawn)


@settings(max_examples=30)
@given(calibration=calibrations, pair=st.sampled_from(PRINTED))
def test_modules_drawn_smaller_are_still_wide_enough_and_whole_dots(
    calibration: Calibration, pair: tuple[Stock, Template]
) -> None:
    stock, template = pair
    design, dot = possible(Design(stock, template, calibration)), stock.dot
    if design is None:
        assert (stock.key, template) in TOO_SMALL
        return
    modules = symbol.modules(LABEL.uri)
    arranged = Arranger(design, estimate).arrange(LABEL, modules)
    module = arranged.symbol_side / (modules + 2 * symbol.QUIET_MODULES)
    sides = design.calibration.symbol(module, dot)
    drawn = [side * scale for side, scale in zip(sides, design.calibration.scales, strict=True)]
    assert min(*sides, *drawn) >= symbol.MIN_MODULE_MM - 1e-6
    assert max(sides) <= module + 1e-9  # inside the room that was kept for it
    if dot:
        assert drawn[0] == pytest.approx(drawn[1])
        assert abs(drawn[0] / dot - round(drawn[0] / dot)) < 1e-6
    else:
        assert sides[0] == sides[1]


@settings(max_examples=30)
@given(calibration=calibrations, pair=st.sampled_from(PRINTED))
def test_all_that_is_printed_stays_on_the_page(
    calibration: Calibration, pair: tuple[Stock, Template]
) -> None:
    design = possible(Design(*pair, calibration))
    if design is None:
        return
    stock, drawn = design.stock, design.calibration
    arranged = Arranger(design, estimate).arrange(LABEL, symbol.modules(LABEL.uri))
    left, top, right, bottom = arranged.box
    for number in (1, stock.positions):
        die = stock.position(number)
        assert min(drawn.x(die.x + left), drawn.y(die.y + top)) >= -1e-6
        assert drawn.x(die.x + right) <= stock.page_width + 1e-6
        assert drawn.y(die.y + bottom) <= stock.page_height + 1e-6


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        *(("offset_x", wrong) for wrong in (10.01, -10.01, float("nan"), float("inf"))),
        *(("offset_y", wrong) for wrong in (10.01, -10.01, float("nan"))),
        *(("percent_x", wrong) for wrong in (94.99, 105.01, 0, -100, float("nan"))),
        *(("percent_y", wrong) for wrong in (94.99, 105.01, float("nan"))),
    ],
)
def test_a_printer_that_is_off_by_more_is_refused_with_what_is_possible(
    what: str, wrong: float
) -> None:
    with pytest.raises(OutOfReach) as caught:
        Calibration(**{what: wrong})
    assert caught.value.what == what
    for possible_value in (caught.value.least, caught.value.most):
        Calibration(**{what: possible_value})


MEANT = Marks(30, 40, 100, 80)


@given(
    scale=st.tuples(st.floats(0.96, 1.04), st.floats(0.96, 1.04)),
    shift=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    before=st.builds(
        Calibration,
        *(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)),
        *(st.floats(99.5, 100.5), st.floats(99.5, 100.5)),
    ),
    point=st.tuples(st.floats(0, 210), st.floats(0, 297)),
)
def test_a_printer_put_right_by_what_was_measured_prints_where_it_should(
    scale: tuple[float, float],
    shift: tuple[float, float],
    before: Calibration,
    point: tuple[float, float],
) -> None:
    def printed(drawn: Calibration, at: tuple[float, float]) -> tuple[float, float]:
        """Print as a printer does that is off."""
        return (scale[0] * drawn.x(at[0]) + shift[0], scale[1] * drawn.y(at[1]) + shift[1])

    left, top = printed(before, (MEANT.left, MEANT.top))
    lengths = (MEANT.across, MEANT.down)
    drawn = (one * length for one, length in zip(before.scales, lengths, strict=True))
    seen = Marks(left, top, *(one * length for one, length in zip(scale, drawn, strict=True)))
    try:
        right = corrected(before, MEANT, seen)
    except OutOfReach:
        assume(False)
    assert printed(right, point) == pytest.approx(point, abs=0.03)  # a per cent has two digits


def test_what_was_right_changes_nothing() -> None:
    before = Calibration(1.2, -0.4, 100.5, 98.75)
    assert corrected(before, MEANT, MEANT) == before
    assert corrected(before, Marks(10, 10), Marks(10, 10)) == before


@pytest.mark.parametrize("line", [0.0, -1.0, 94.0, 106.0, float("nan")])
@pytest.mark.parametrize("what", ["across", "down"])
def test_a_line_that_no_printer_makes_of_100_mm_is_refused(what: str, line: float) -> None:
    meant = Marks(30, 40, 100, 100)
    value = "percent_x" if what == "across" else "percent_y"
    with pytest.raises(OutOfReach, match=f"{value} may be 95 to 105"):
        corrected(AS_DRAWN, meant, replace(meant, **{what: line}))


def test_a_printer_that_stretches_along_the_feed_alone_is_put_right_there_alone() -> None:
    right = corrected(AS_DRAWN, Marks(30, 30, 100, 100), Marks(30, 30.9, 100, 103))
    assert (right.percent_x, right.percent_y) == (100, 97.09)
    assert (right.offset_x, right.offset_y) == (0, 0)
    only = corrected(right, Marks(10, 10), Marks(10.5, 10))  # small paper: no line to measure
    assert (only.percent_x, only.percent_y) == (100, 97.09)


@pytest.mark.parametrize("percent_y", [95.5, 97, 103, 104.5])
@pytest.mark.parametrize("key", ["die-50x30", "roll-58", "roll-80"])
def test_symbols_stay_square_in_dots_and_text_is_stretched(
    fonts: FontFiles, key: str, percent_y: float
) -> None:
    """Every row and column of modules is as many dots wide, whichever writer draws it."""
    design = possible(Design(STOCKS[key], Template.CODE, Calibration(percent_y=percent_y)))
    assert design is not None
    for picture in (dots(design, [Copies(LABEL)], fonts), zpl_dots(design, [Copies(LABEL)], fonts)):
        (found,) = symbols(picture)
        at = found.position
        wide, high = at.top_right.x - at.top_left.x, at.bottom_left.y - at.top_left.y
        assert abs(wide - high) <= 1
        assert decoded(picture) == [LABEL.uri]
    (page,) = pages(pdf(design, [Copies(LABEL)], fonts), 203)
    assert decoded(page) == [LABEL.uri]
