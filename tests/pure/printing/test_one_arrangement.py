"""All writers print what the screen shows: one arrangement, whatever dots a printer has."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.pure.printing.test_writers import (
    DOTS,
    FULL,
    LABEL,
    TOO_COARSE,
    each_label,
    each_printed,
    pages,
    pdf,
    skip_what_is_too_much,
)
from tests.symbols import symbols
from traceapp.printing import raster, symbol, tspl, zpl
from traceapp.printing.arranged import Arranged, has_room
from traceapp.printing.calibration import Calibration
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs
from traceapp.printing.label import DoesNotFit, Label
from traceapp.printing.run import Arranger, Copies, Design, places
from traceapp.printing.sheet import SANS, svg_page
from traceapp.printing.stock import STOCKS, Stock
from traceapp.printing.templates import Template

Corner = tuple[float, float]


@pytest.fixture
def arranged(monkeypatch: pytest.MonkeyPatch) -> list[Arranged]:
    """Every arrangement that a writer draws."""
    drawn: list[Arranged] = []
    plain = Arranger.arrange

    def noted(self: Arranger, label: Label, modules: int) -> Arranged:
        drawn.append(plain(self, label, modules))
        return drawn[-1]

    monkeypatch.setattr(Arranger, "arrange", noted)
    return drawn


@each_label
@each_printed
def test_every_writer_draws_the_same_arrangement(
    fonts: FontFiles, arranged: list[Arranged], stock: Stock, template: Template, label: Label
) -> None:
    skip_what_is_too_much(stock, template, label)
    design, run = Design(stock, template), [Copies(label)]
    (placed,) = places(stock, run)
    svg_page(design, placed, Glyphs(fonts.regular).width)
    pdf(design, run, fonts)
    for dpi in raster.RESOLUTIONS:
        if (stock.key, template) in TOO_COARSE and dpi == min(raster.RESOLUTIONS):
            continue
        next(raster.png(design, run, fonts, dpi))
        for writer in (zpl, tspl) if stock.positions == 1 else ():
            next(writer.write(design, run, fonts, dpi))
    assert len(arranged) >= 3
    assert all(one == arranged[0] for one in arranged)


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@each_label
@each_printed
def test_a_symbol_of_dots_has_the_middle_of_that_of_the_pdf_and_nearly_its_size(
    fonts: FontFiles, stock: Stock, template: Template, label: Label, dpi: int
) -> None:
    """A module is at most a dot wider or narrower, and never one of fewer dots than must be."""
    skip_what_is_too_much(stock, template, label)
    design, run = Design(stock, template), [Copies(label)]
    if (stock.key, template) in TOO_COARSE and dpi == min(raster.RESOLUTIONS):
        with pytest.raises(DoesNotFit, match="too coarse"):
            next(raster.png(design, run, fonts, dpi))
        return
    (page,) = raster.png(design, run, fonts, dpi)
    printed, wide = _symbol(Image.open(BytesIO(page)).convert("L"), dpi)
    shown, meant = _symbol(pages(pdf(design, run, fonts), 203)[0].convert("L"), 203)
    # What reads a symbol tells its corners to a dot or two.
    assert printed == pytest.approx(shown, abs=3 / DOTS[dpi])
    assert abs(wide - meant) <= symbol.modules(label.uri) / DOTS[dpi] + 3 / DOTS[dpi]


def _symbol(picture: Image.Image, dpi: int) -> tuple[Corner, float]:
    """Give the middle of the symbol of a picture and how wide it is, in mm."""
    (found,) = symbols(picture)
    at, dots = found.position, DOTS.get(dpi, dpi / 25.4)
    middle = (at.top_left.x + at.bottom_right.x) / 2, (at.top_left.y + at.bottom_right.y) / 2
    return (middle[0] / dots, middle[1] / dots), (at.top_right.x - at.top_left.x) / dots


@each_printed
def test_a_symbol_of_more_dots_stays_on_its_die_clear_of_all_lines(
    fonts: FontFiles, stock: Stock, template: Template
) -> None:
    for percent in (95, 100, 103.7):
        design = Design(stock, template, Calibration(percent_x=percent, percent_y=percent))
        for dpi, dots in DOTS.items():
            try:
                rasters = raster.Rasters(design, fonts, dpi)
                shown = Arranger(design, Glyphs(fonts.regular).width).arrange(
                    LABEL, symbol.modules(LABEL.uri)
                )
                whole = symbol.modules(LABEL.uri) + 2 * symbol.QUIET_MODULES
                module = rasters.module(shown, whole)
            except DoesNotFit:
                continue
            assert module / dots >= symbol.MIN_MODULE_MM - 1e-6
            side = module * whole / dots / design.calibration.scale
            if side > shown.symbol_side + 1e-6:
                assert has_room(shown, side, (stock.die_width, stock.die_height))


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@pytest.mark.parametrize("label", [LABEL, FULL], ids=["short", "full"])
def test_the_mark_of_samples_is_pale_in_dots_and_hides_no_fact(
    fonts: FontFiles, label: Label, dpi: int
) -> None:
    stock = STOCKS["a4-24"]
    rasters = raster.Rasters(Design(stock), fonts, dpi)
    marked = rasters.draw(label).picture()
    where = Arranger(Design(stock), Glyphs(fonts.regular).width).arrange(
        label, symbol.modules(label.uri)
    )
    assert where.sample_size
    plain = marked.convert("L")
    canvas = ImageDraw.Draw(plain)
    for left, top, right, bottom in (line.box for line in where.lines):
        canvas.rectangle([edge * DOTS[dpi] for edge in (left, top, right, bottom)], fill=255)
    x, y = (length * DOTS[dpi] for length in where.sample_at)
    reach = where.sample_size * DOTS[dpi] / 2
    beside = plain.crop((int(x - 2 * reach), int(y - reach), int(x + 2 * reach), int(y + reach)))
    share = beside.convert("L").histogram()[0] / (beside.width * beside.height)
    assert 0.005 < share < 1 / 9


def test_code_and_domain_are_drawn_in_the_face_of_the_label_and_as_wide_on_screen_and_paper(
    fonts: FontFiles,
) -> None:
    stock, wide = STOCKS["die-50x30"], Glyphs(fonts.regular).width
    (placed,) = places(stock, [Copies(LABEL)])
    drawn = svg_page(Design(stock), placed, wide)
    assert {*re.findall(r'font-family="([^"]+)"', drawn)} == {SANS}
    size = re.search(rf'font-size="([\d.]+)"[^>]*>{LABEL.domain}<', drawn)
    assert size
    (page,) = raster.png(Design(stock), [Copies(LABEL)], fonts, 300)
    shown = Image.open(BytesIO(page)).convert("L")
    foot = shown.crop((shown.width // 2, shown.height * 5 // 6, *shown.size))
    left, _, right, _ = ImageOps.invert(foot).getbbox() or (0, 0, 0, 0)
    (paper,) = pages(pdf(Design(stock), [Copies(LABEL)], fonts), 300)
    foot = paper.convert("L").crop((paper.width // 2, paper.height * 5 // 6, *paper.size))
    of_pdf, _, ends, _ = (
        ImageOps.invert(foot).point(lambda ink: 255 * (ink > 99)).getbbox() or (0,) * 4
    )
    assert abs(right - ends) <= 1
    assert abs(left - of_pdf) <= 0.05 * (right - left)  # letters begin at whole dots
    assert (ends - of_pdf) / DOTS[300] == pytest.approx(wide(LABEL.domain, float(size[1])), abs=0.3)
