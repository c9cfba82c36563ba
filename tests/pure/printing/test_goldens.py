"""Pictures that were looked at and kept: a label of every stock and template, by every writer.

`python -m tests.pure.printing.test_goldens` draws them anew; look at each before it is kept.
"""

import itertools
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.pure.printing.test_writers import (
    DOTS,
    FULL,
    LABEL,
    PRINTED,
    TOO_COARSE,
    TOO_MUCH,
    decoded,
    pages,
    pdf,
)
from tests.pure.printing.tspl_reader import read_tspl
from tests.pure.printing.zpl_reader import read_zpl
from traceapp.printing import raster, tspl, zpl
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label
from traceapp.printing.run import Copies, Design
from traceapp.printing.stock import STOCKS, Stock
from traceapp.printing.templates import Template

GOLDEN = Path(__file__).parent / "golden"
MOST_SMOOTHED = 1.0  # of 255, on average
PDF_DPI, CARD_DPI = 150, 75  # a card is large, and so is all that is on it

Kept = tuple[Stock, Template, Label]
KEPT: list[Kept] = [
    *((stock, template, LABEL) for stock, template in PRINTED),
    *(
        (stock, template, FULL)
        for stock, template in PRINTED
        if template in (Template.FULL, Template.CARD) and (stock.key, template) not in TOO_MUCH
    ),
]


def name_of(stock: Stock, template: Template, label: Label) -> str:
    return f"{stock.key}-{template}{'-contents' if label.items else ''}"


each_kept = pytest.mark.parametrize(
    ("stock", "template", "label"), KEPT, ids=[name_of(*one) for one in KEPT]
)


def dpi_of(stock: Stock, template: Template) -> int:
    """Give the dots per inch in which it is kept: the fewest that can print its code."""
    return 300 if (stock.key, template) in TOO_COARSE else 203


def pdf_dpi_of(stock: Stock) -> int:
    """Give the dots per inch in which a page of a PDF is kept."""
    return CARD_DPI if stock.key.startswith("card-") else PDF_DPI


@each_kept
def test_a_label_looks_as_it_did_when_it_was_looked_at(
    fonts: FontFiles, stock: Stock, template: Template, label: Label
) -> None:
    design, dpi = Design(stock, template), dpi_of(stock, template)
    (page,) = raster.png(design, [Copies(label)], fonts, dpi)
    kept = GOLDEN / f"{name_of(stock, template, label)}.png"
    assert page == kept.read_bytes()
    picture = Image.open(kept)
    assert decoded(picture) == [label.uri]
    if stock.positions == 1:
        for writer in ("zpl", "tspl"):
            printed = dots(writer, design, label, fonts, dpi)
            assert (
                ImageChops.difference(printed.convert("L"), picture.convert("L")).getbbox() is None
            )


@each_kept
def test_a_pdf_looks_as_it_did_when_it_was_looked_at(
    fonts: FontFiles, stock: Stock, template: Template, label: Label
) -> None:
    (page,) = pages(pdf(Design(stock, template), [Copies(label)], fonts), pdf_dpi_of(stock))
    kept = Image.open(GOLDEN / "pdf" / f"{name_of(stock, template, label)}.png")
    assert decoded(kept) == [label.uri]
    assert alike(page.convert("L"), kept.convert("L"))


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@pytest.mark.parametrize("writer", ["pdf", "zpl", "tspl"])
def test_what_a_printer_makes_of_a_file_looks_as_it_did_when_it_was_looked_at(
    fonts: FontFiles, writer: str, dpi: int
) -> None:
    """The full label of 50 x 30 mm, in the dots of either printer."""
    design = Design(STOCKS["die-50x30"])
    kept = Image.open(GOLDEN / f"die-50x30-full-contents-{writer}-{dpi}.png").convert("L")
    if writer == "pdf":
        (page,) = pages(pdf(design, [Copies(FULL)], fonts), dpi)
        assert decoded(page) == [FULL.uri]
        assert alike(page.convert("L"), kept)
        return
    picture = dots(writer, design, FULL, fonts, dpi)
    assert decoded(picture) == [FULL.uri]
    assert picture.size == kept.size
    assert ImageChops.difference(picture.convert("L"), kept).getbbox() is None


def dots(writer: str, design: Design, label: Label, fonts: FontFiles, dpi: int) -> Image.Image:
    """Give what a label printer makes of a file."""
    if writer == "zpl":
        (written,) = zpl.write(design, [Copies(label)], fonts, dpi)
        return read_zpl(written)
    (one,) = read_tspl(b"".join(tspl.write(design, [Copies(label)], fonts, dpi)), DOTS[dpi])
    return one.label


def alike(page: Image.Image, kept: Image.Image) -> bool:
    """Tell whether pages are alike; renderers smooth edges, each a little otherwise.

    A page is compared in its darker part: an empty one is no label, however much of it is white.
    """
    if page.size != kept.size:
        return False
    box = ImageChops.invert(kept).getbbox()
    return ImageStat.Stat(ImageChops.difference(page, kept).crop(box)).mean[0] < MOST_SMOOTHED


def draw_anew(fonts: FontFiles) -> None:
    """Draw all that is kept."""
    (GOLDEN / "pdf").mkdir(exist_ok=True)
    for stock, template, label in KEPT:
        design, name = Design(stock, template), name_of(stock, template, label)
        (page,) = raster.png(design, [Copies(label)], fonts, dpi_of(stock, template))
        (GOLDEN / f"{name}.png").write_bytes(page)
        (drawn,) = pages(pdf(design, [Copies(label)], fonts), pdf_dpi_of(stock))
        drawn.convert("L").save(GOLDEN / "pdf" / f"{name}.png", optimize=True)
    design = Design(STOCKS["die-50x30"])
    for writer, dpi in itertools.product(("pdf", "zpl", "tspl"), raster.RESOLUTIONS):
        to = GOLDEN / f"die-50x30-full-contents-{writer}-{dpi}.png"
        if writer == "pdf":
            pages(pdf(design, [Copies(FULL)], fonts), dpi)[0].convert("L").save(to)
        else:
            dots(writer, design, FULL, fonts, dpi).save(to)


if __name__ == "__main__":
    folder = Path(__file__).parents[3] / "static" / "vendor" / "fonts"
    files = (folder / f"BeVietnamPro_{weight}.ttf" for weight in ("400Regular", "700Bold"))
    draw_anew(FontFiles(*(path.read_bytes() for path in files)))
