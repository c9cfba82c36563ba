"""Every stock, writer and template: what is printed is decoded again, and nothing overlaps."""

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given, settings
from PIL import Image, ImageChops, ImageFont, ImageOps

from tests.bench import labels_once
from tests.pure.printing.labels import boxes, full_labels, labels, overlap
from tests.pure.printing.tspl_reader import read_tspl
from tests.pure.printing.zpl_reader import read_zpl
from tests.symbols import symbols
from traceapp.gs1.unit_serial import readable
from traceapp.printing import raster, sheet_pdf, symbol, tspl, zpl
from traceapp.printing.calibration import AS_DRAWN, Calibration
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs, MissingGlyph
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Item, Label, printable
from traceapp.printing.lines import estimate
from traceapp.printing.look import MIN_SIZE
from traceapp.printing.room import Room
from traceapp.printing.run import Arranger, Copies, Design
from traceapp.printing.stock import A4_24, STOCKS, Stock
from traceapp.printing.templates import ARRANGES, Template, fitting, stocks_for

LABEL = Label(
    uri="HTTPS://TRUYXUAT.EXAMPLE.VN/B/7K3M9QW2TD",
    name="Cải ngọt",
    producer="Hợp tác xã rau Vân Đồn (mẫu)",
    lot="CN-VD03-T",
    code="7K3M9 QW2TD",
    domain="truyxuat.example.vn",
    produced=date(2026, 11, 17),
    expires=date(2026, 11, 22),
    sample=True,
)
# Everything that the law asks for, as the demo's greens say it.
FULL = replace(
    LABEL,
    address="Thôn 3, xã Vân Đồn, Hà Nội",
    origin="Sản xuất tại Hà Nội, Việt Nam",
    items=(
        Item("net_quantity", "Định lượng", "500 g"),
        Item("warnings", "Cảnh báo", "Rửa kỹ trước khi dùng"),
        Item("storage", "HDBQ", "Bảo quản nơi mát 4–10 °C, tránh nắng"),
        Item("ingredients", "Thành phần", "Cải ngọt"),
        Item("use", "HDSD", "Rửa sạch, nấu chín hoặc dùng theo món"),
    ),
)
SAMPLE = VIETNAMESE.sample
SERIAL = "7K3M9QRT2XABC"  # of the greatest length
UNIT = replace(LABEL, uri=f"{LABEL.uri}/21/{SERIAL}", serial=readable(SERIAL))
LONG = replace(
    LABEL,
    name="Gạo thơm Tam Hưng túi 2 kg (đóng gói lại)",
    packed=date(2026, 11, 18),
    sample=False,
)
DOTS = {203: 8.0, 300: 300 / 25.4}

# The head of a tape printer has 12 mm: no symbol of ours has room for modules of 0.396 mm there.
TAPES = ("niimbot-50x15", "niimbot-40x12")
# What is refused, because letters or modules would be too small; all else must be printed.
REFUSED = {
    *((key, Template.CARD) for key in STOCKS if not key.startswith("card-")),
    ("die-30x20", Template.FULL),
    ("die-30x20", Template.CRATE),
    *((key, template) for key in TAPES for template in Template),
}
# A module of four dots, the least that 203 dpi can print, leaves no room beside the symbol.
TOO_COARSE = {("a4-65", Template.FULL), ("a4-65", Template.CRATE)}
# What must always stand on paper has no room in letters that can be read.
TOO_MUCH = {("a4-65", Template.FULL), ("niimbot-40x25", Template.FULL)}
PAIRS = [(stock, template) for stock in STOCKS.values() for template in Template]
PRINTED = [(stock, template) for stock, template in PAIRS if (stock.key, template) not in REFUSED]
each_printed = pytest.mark.parametrize(
    ("stock", "template"), PRINTED, ids=[f"{stock.key}-{template}" for stock, template in PRINTED]
)
each_label = pytest.mark.parametrize("label", [LABEL, FULL, UNIT], ids=["short", "full", "unit"])


def skip_what_is_too_much(stock: Stock, template: Template, label: Label) -> None:
    if label.items and (stock.key, template) in TOO_MUCH:
        pytest.skip("refused: test_what_must_stand_on_paper_is_refused_where_it_cannot_be_read")


def numbered(count: int, label: Label = LABEL) -> Iterator[Copies]:
    for number in range(count):
        code = f"7K3M9QW{number:03d}"
        uri = f"HTTPS://TRUYXUAT.EXAMPLE.VN/B/{code}"
        if label.serial:
            serial = f"{number:03d}{SERIAL[3:]}"
            uri, label = f"{uri}/21/{serial}", replace(label, serial=readable(serial))
        yield Copies(replace(label, uri=uri, code=f"{code[:5]} {code[5:]}", lot=f"CN-{number}"))


def decoded(picture: Image.Image) -> list[str]:
    found = symbols(picture)
    return sorted(one.text for one in found)


def uris(count: int, label: Label = LABEL) -> list[str]:
    return sorted(copies.label.uri for copies in numbered(count, label))


def pages(file: bytes, dpi: int = 150) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(file)
    return [page.render(scale=dpi / 72).to_pil() for page in document]


def pdf(design: Design, run: list[Copies], fonts: FontFiles, start: int = 1) -> bytes:
    return b"".join(sheet_pdf.write(design, run, fonts, start))


@each_label
@each_printed
def test_every_code_of_a_pdf_decodes_at_150_dpi(
    fonts: FontFiles, stock: Stock, template: Template, label: Label
) -> None:
    skip_what_is_too_much(stock, template, label)
    count = stock.positions + 1
    drawn = pages(pdf(Design(stock, template), [*numbered(count, label)], fonts))
    assert sorted(itertools.chain(*map(decoded, drawn))) == uris(count, label)


@each_label
@each_printed
def test_the_mark_of_samples_stands_whole_on_its_die(
    fonts: FontFiles, stock: Stock, template: Template, label: Label
) -> None:
    skip_what_is_too_much(stock, template, label)
    arranger = Arranger(Design(stock, template), Glyphs(fonts.regular).width)
    arranged = arranger.arrange(label, symbol.modules(label.uri))
    if not arranged.sample_size:
        pytest.skip("a line says it")
    font = ImageFont.truetype(BytesIO(fonts.bold), 1000)
    size, (x, y) = arranged.sample_size / 1000, arranged.sample_at
    word, turn = VIETNAMESE.sample, math.radians(14)
    for number, letter in enumerate(word):
        left, top, right, bottom = font.getbbox(letter, anchor="ls")
        begins = font.getlength(word[:number]) - font.getlength(word) / 2
        for across, down in itertools.product((left + begins, right + begins), (top, bottom)):
            below = down + 360  # its baseline lies so far under its middle
            at_x = x + size * (across * math.cos(turn) + below * math.sin(turn))
            at_y = y + size * (below * math.cos(turn) - across * math.sin(turn))
            assert 0 <= at_x <= arranged.symbol_x
            assert 0 <= at_y <= stock.die_height


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@each_label
@each_printed
def test_every_code_of_a_png_decodes_and_its_modules_are_whole_dots(
    fonts: FontFiles, stock: Stock, template: Template, label: Label, dpi: int
) -> None:
    skip_what_is_too_much(stock, template, label)
    count = stock.positions
    written = raster.png(Design(stock, template), numbered(count, label), fonts, dpi)
    if (stock.key, template) in TOO_COARSE and dpi == 203:
        with pytest.raises(DoesNotFit):
            next(written)
        return
    (page,) = written
    picture = Image.open(BytesIO(page))
    assert picture.mode == "1"
    assert picture.width == round(stock.page_width * DOTS[dpi])
    assert decoded(picture) == uris(count, label)


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@each_label
@each_printed
def test_every_code_of_a_zpl_file_decodes(
    fonts: FontFiles, stock: Stock, template: Template, label: Label, dpi: int
) -> None:
    skip_what_is_too_much(stock, template, label)
    written = zpl.write(Design(stock, template), [*numbered(3, label)], fonts, dpi)
    if stock.positions > 1:
        with pytest.raises(DoesNotFit):
            next(written)
        return
    assert sorted(itertools.chain(*(decoded(read_zpl(one)) for one in written))) == uris(3, label)


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
@each_label
@each_printed
def test_every_code_of_a_tspl_file_decodes(
    fonts: FontFiles, stock: Stock, template: Template, label: Label, dpi: int
) -> None:
    skip_what_is_too_much(stock, template, label)
    written = tspl.write(Design(stock, template), [*numbered(3, label)], fonts, dpi)
    if stock.positions > 1:
        with pytest.raises(DoesNotFit):
            next(written)
        return
    printed = read_tspl(b"".join(written), DOTS[dpi])
    assert sorted(itertools.chain(*(decoded(one.label) for one in printed))) == uris(3, label)


@pytest.mark.parametrize("dpi", raster.RESOLUTIONS)
def test_a_tspl_printer_prints_dot_by_dot_what_a_zpl_printer_does(
    fonts: FontFiles, dpi: int
) -> None:
    for stock in (one for one in STOCKS.values() if one.dots and one.key not in TAPES):
        for calibration in (AS_DRAWN, Calibration(offset_x=-0.3, offset_y=0.4)):
            design = Design(stock, Template.CODE, calibration)
            run = [Copies(LABEL, 7)]
            (one,) = read_tspl(b"".join(tspl.write(design, run, fonts, dpi)), DOTS[dpi])
            (other,) = zpl.write(design, run, fonts, dpi)
            assert one.copies == 7
            assert ImageChops.difference(one.label, read_zpl(other)).getbbox() is None


@pytest.mark.parametrize(
    ("stock", "template"),
    [pair for pair in PAIRS if pair not in PRINTED],
    ids=lambda value: getattr(value, "key", value),
)
def test_what_cannot_be_printed_legibly_is_refused_and_something_else_fits(
    fonts: FontFiles, stock: Stock, template: Template
) -> None:
    with pytest.raises(DoesNotFit):
        pdf(Design(stock, template), [Copies(LABEL)], fonts)
    room = Room(stock.die_width, stock.die_height, symbol.modules(LABEL.uri))
    fits = set(fitting(LABEL, room, Glyphs(fonts.regular).width))
    assert (Template.CODE in fits) is (stock.key not in TAPES)


@pytest.mark.parametrize("key", TAPES)
def test_a_tape_that_is_too_narrow_is_refused_with_the_papers_that_hold_the_code(
    fonts: FontFiles, key: str
) -> None:
    for dpi in raster.RESOLUTIONS:
        with pytest.raises(DoesNotFit) as caught:
            next(raster.png(Design(STOCKS[key], Template.CODE), [Copies(LABEL)], fonts, dpi))
        assert caught.value.what == "symbol"
    holding = [*stocks_for(Template.CODE, LABEL, estimate)]
    assert {"niimbot-50x30", "niimbot-40x25", "die-40x30", "die-30x20"} <= {*holding}
    assert not {*TAPES} & {*holding}


@pytest.mark.parametrize(("key", "head", "beside"), [("niimbot-50x30", 384, 8)])
def test_a_picture_for_a_small_printer_has_the_dots_of_the_paper_and_nothing_beside_its_head(
    fonts: FontFiles, key: str, head: int, beside: int
) -> None:
    (page,) = raster.png(Design(STOCKS[key]), [Copies(FULL)], fonts)
    picture = Image.open(BytesIO(page))
    assert picture.size == (400, 240)
    left, _, right, _ = ImageOps.invert(picture.convert("L")).getbbox() or (0, 0, 0, 0)
    assert beside <= left
    assert right <= beside + head
    assert decoded(picture) == [FULL.uri]


@settings(max_examples=8)
@given(label=labels)
@each_printed
def test_nothing_overlaps_or_leaves_its_label(
    stock: Stock, template: Template, label: Label
) -> None:
    check_places(stock, template, label)


@settings(max_examples=3, deadline=None)
@given(label=full_labels)
@each_printed
def test_nothing_overlaps_where_all_that_the_law_asks_for_is_said(
    stock: Stock, template: Template, label: Label
) -> None:
    check_places(stock, template, label)


def check_places(stock: Stock, template: Template, label: Label) -> None:
    for dot in (0.0, 1 / DOTS[203], 1 / DOTS[300]):
        room = Room(stock.die_width, stock.die_height, symbol.modules(label.uri), dot)
        try:
            arranged = ARRANGES[template](label, room)
        except DoesNotFit:
            continue
        placed = boxes(arranged)
        assert [pair for pair in itertools.combinations(placed, 2) if overlap(*pair)] == []
        for left, top, right, bottom in placed:
            assert min(left, top) >= 0
            assert right <= stock.die_width + 1e-6
            assert bottom <= stock.die_height + 1e-6
        named = [one for one in arranged.lines if one.bold and not one.mono and one.text != SAMPLE]
        if template is not Template.CODE:
            others = [one.size for one in arranged.lines if one not in named]
            assert all(max(others) < one.size for one in named if one.text)
        module = arranged.symbol_side / symbol.encode(label.uri).modules_with_quiet_zone
        assert module >= symbol.MIN_MODULE_MM - 1e-6
        assert not dot or abs(module / dot - round(module / dot)) < 1e-6


def squeezed(texts: Iterable[str]) -> str:
    return "".join(printable(text) for text in texts).replace(" ", "")


@settings(max_examples=12, deadline=None)
@given(label=full_labels)
@pytest.mark.parametrize("key", ["a4-24", "die-50x30", "roll-58", "roll-80", "card-a5"])
def test_what_the_law_wants_on_paper_is_never_left_out(key: str, label: Label) -> None:
    stock = STOCKS[key]
    room = Room(stock.die_width, stock.die_height, symbol.modules(label.uri), stock.dot)
    try:
        lines = ARRANGES[Template.FULL](label, room).lines
    except DoesNotFit:
        return
    told = squeezed(line.text for line in lines)
    for text in (label.name, label.producer, label.address, label.maker, label.origin):
        assert squeezed([text]) in told
    left = [item for item in label.items if squeezed([item.told]) not in told]
    assert all(squeezed([f"{item.word}: "]) not in told for item in left)
    assert ("Quétmãxemđủnộidungnhãn" in told) == bool(left)
    assert min(line.size for line in lines) >= MIN_SIZE
    name = max(line.size for line in lines if line.bold and not line.mono)
    assert all(line.size < name for line in lines if not line.bold)


@settings(max_examples=12, deadline=None)
@given(label=full_labels)
def test_a_stall_card_shows_the_warnings_whole_or_is_refused(label: Label) -> None:
    stock = STOCKS["card-a5"]
    room = Room(stock.die_width, stock.die_height, symbol.modules(label.uri))
    try:
        lines = ARRANGES[Template.CARD](label, room).lines
    except DoesNotFit:
        return
    told = squeezed(line.text for line in lines)
    (warning,) = (item.told for item in label.items if item.kind == "warnings")
    for text in (label.name, label.producer, label.address, warning):
        assert squeezed([text]) in told


def test_what_must_stand_on_paper_is_refused_where_it_cannot_be_read() -> None:
    for key, template in TOO_MUCH:
        room = Room(STOCKS[key].die_width, STOCKS[key].die_height, symbol.modules(FULL.uri))
        with pytest.raises(DoesNotFit) as caught:
            ARRANGES[template](FULL, room)
        assert caught.value.what == "contents"
        larger = [*stocks_for(template, FULL, estimate)]
        assert key not in larger
        assert {"a4-24", "die-40x30", "roll-80"} <= {*larger}


def test_an_endless_list_of_ingredients_stands_behind_the_code_and_the_rest_on_paper() -> None:
    endless = Item("ingredients", "Thành phần", "bột mì, đường, " * 60)
    items = tuple(endless if item.kind == endless.kind else item for item in FULL.items)
    room = Room(A4_24.die_width, A4_24.die_height, symbol.modules(FULL.uri))
    arranged = ARRANGES[Template.FULL](replace(FULL, items=items), room)
    told = squeezed(line.text for line in arranged.lines)
    assert "bộtmì" not in told
    assert squeezed([FULL.items[-1].told]) in told


def test_what_people_end_with_three_dots_is_not_taken_for_cut() -> None:
    label = replace(FULL, name="Cải ngọt…", origin="Hà Nội…")
    room = Room(A4_24.die_width, A4_24.die_height, symbol.modules(FULL.uri))
    told = squeezed(line.text for line in ARRANGES[Template.FULL](label, room).lines)
    assert all(squeezed([item.told]) in told for item in label.items)


def test_a_part_used_sheet_begins_where_it_is_told_and_goes_on_with_whole_ones(
    fonts: FontFiles,
) -> None:
    first, second = pages(pdf(Design(A4_24), [*numbered(24)], fonts, 7))
    assert (len(decoded(first)), len(decoded(second))) == (18, 6)
    two_rows = (A4_24.top + 2 * A4_24.pitch_y) / A4_24.page_height
    used = first.crop((0, 0, first.width, int(two_rows * first.height)))
    assert decoded(used) == []
    assert decoded(first.crop((0, used.height, first.width, first.height))) == uris(24)[:18]


@pytest.mark.parametrize("start", [0, -1, 25])
def test_a_start_outside_the_sheet_is_refused_with_what_is_possible(
    fonts: FontFiles, start: int
) -> None:
    with pytest.raises(DoesNotFit, match="positions 1 to 24") as caught:
        pdf(Design(A4_24), [Copies(LABEL)], fonts, start)
    assert caught.value.fits == A4_24.positions


def test_the_pdf_has_its_true_size_and_its_text_can_be_searched(fonts: FontFiles) -> None:
    document = pypdfium2.PdfDocument(pdf(Design(A4_24), [Copies(LONG)], fonts))
    width, height = document[0].get_size()
    assert (width, height) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=0.01)
    text = document[0].get_textpage().get_text_range()
    assert "Gạo thơm Tam Hưng" in text
    assert "Ngày đóng gói 18/11/2026" in text


def test_what_is_printed_again_is_drawn_once(fonts: FontFiles) -> None:
    one = pdf(Design(A4_24), [Copies(LABEL)], fonts)
    many = pdf(Design(A4_24), [Copies(LABEL, 240)], fonts)
    assert len(pages(many, 20)) == 10
    assert len(many) < len(one) + 10_000
    assert decoded(pages(many)[9]) == [LABEL.uri] * 24


def test_the_first_page_goes_out_before_the_second_label_is_known(fonts: FontFiles) -> None:
    asked = []

    def run() -> Iterator[Copies]:
        for copies in numbered(100):
            asked.append(copies)
            yield copies

    written = sheet_pdf.write(Design(A4_24), run(), fonts)
    while b"/Page/" not in next(written):
        pass
    assert len(asked) <= A4_24.positions + 1


@pytest.mark.parametrize("name", ["Cải 🥬", "蔬菜", "Rau \ufffe"])
def test_a_letter_that_the_font_lacks_is_refused_by_name(fonts: FontFiles, name: str) -> None:
    label = replace(LABEL, name=name)
    missing = next(letter for letter in reversed(name) if ord(letter) > 0x1EFF)
    if missing == "\ufffe":  # never assigned: left out like a control character
        assert pdf(Design(A4_24), [Copies(label)], fonts)
        return
    with pytest.raises(MissingGlyph) as caught:
        pdf(Design(A4_24), [Copies(label)], fonts)
    assert caught.value.letter in name


@each_printed
def test_a_code_of_three_groups_as_ours_are_fits_wherever_one_of_two_does(
    fonts: FontFiles, stock: Stock, template: Template
) -> None:
    """A host may be short enough to stand beside the symbol, and find no height there."""
    for sample, host in itertools.product(
        (True, False), ("xqr.vn", "localhost:8000", LABEL.domain)
    ):
        uri = f"HTTPS://{host.upper()}/B/7K3M9QW2TD"
        label = replace(LABEL, uri=uri, domain=host, code="7K3M-9QW2-TD", sample=sample)
        (page, *_) = pages(pdf(Design(stock, template), [Copies(label)], fonts))
        assert decoded(page) == [uri]
        check_places(stock, template, label)
        room = Room(stock.die_width, stock.die_height, symbol.modules(label.uri), stock.dot)
        lines = ARRANGES[template](label, room).lines
        told = squeezed(line.text for line in lines if line.fact.startswith("code"))
        assert told in ("7K3M9QW2TD", "7K3M-9QW2-TD")


@each_printed
def test_the_number_of_a_label_stands_on_it_where_there_is_room_and_moves_nothing(
    stock: Stock, template: Template
) -> None:
    room = Room(stock.die_width, stock.die_height, symbol.modules(UNIT.uri), stock.dot)
    shown = ARRANGES[template](UNIT, room)
    without = ARRANGES[template](replace(UNIT, serial=""), room)
    lines = [line for line in shown.lines if line.fact.startswith("serial")]
    if template is not Template.CODE:
        assert [line for line in shown.lines if line not in lines] == [*without.lines]
    assert shown.symbol_side == without.symbol_side
    told = squeezed(line.text for line in lines)
    assert told.replace("-", "") in ("", f"Số{SERIAL}")
    assert min((line.size for line in lines), default=MIN_SIZE) >= MIN_SIZE
    if (stock.key, template) in {("a4-24", Template.FULL), ("die-50x30", Template.CODE)}:
        assert told


def test_labels_with_numbers_of_their_own_take_at_most_400_bytes_each(fonts: FontFiles) -> None:
    many = pdf(Design(A4_24), [*labels_once.numbered(1200)], fonts)
    few = pdf(Design(A4_24), [*labels_once.numbered(240)], fonts)
    assert len(many) - len(few) < 960 * 400


def test_symbols_of_all_sizes_on_one_page_read_back(fonts: FontFiles) -> None:
    uris = [f"HTTPS://TRUYXUAT.EXAMPLE.VN/B/{'7' * length}" for length in range(1, 48, 2)]
    run = [Copies(replace(LABEL, uri=uri)) for uri in uris]
    assert len({symbol.modules(uri) for uri in uris}) > 2
    (sheet,) = pages(pdf(Design(A4_24, Template.CODE), run, fonts))
    assert decoded(sheet) == sorted(uris)
