"""A sheet of labels: everything inside its die, nothing over anything, every symbol readable."""

import itertools
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from tests.pure.printing.labels import boxes, labels, overlap
from traceapp.printing import symbol
from traceapp.printing.arrange import arrange as arrange_in
from traceapp.printing.arranged import Arranged
from traceapp.printing.label import DoesNotFit, Label, printable
from traceapp.printing.lines import Measure, estimate
from traceapp.printing.look import MIN_SIZE
from traceapp.printing.room import Room
from traceapp.printing.run import MOST_LABELS, Copies, Design, places
from traceapp.printing.sheet import svg_page
from traceapp.printing.stock import A4_24

SVG = "{http://www.w3.org/2000/svg}"
DIE = (A4_24.die_width, A4_24.die_height)

LABEL = Label(
    uri="HTTPS://TRUYXUAT.EXAMPLE.VN/B/7K3M9QW2TD",
    name="Gạo thơm Tam Hưng túi 2 kg (đóng gói lại)",
    producer="Xưởng pha lọc Thịt Mát Sông Nhuệ (mẫu)",
    lot="GAO-MK-2K",
    code="7K3M9 QW2TD",
    domain="truyxuat.example.vn",
    produced=date(2026, 11, 10),
    expires=date(2027, 7, 8),
    packed=date(2026, 11, 17),
)


def svg_sheet(labels: list[Label], measure: Measure = estimate) -> str:
    (page,) = places(A4_24, map(Copies, labels))
    return svg_page(Design(A4_24), page, measure)


def arrange(label: Label, die: tuple[float, float]) -> Arranged:
    return arrange_in(label, Room(*die, symbol.modules(label.uri)))


@settings(max_examples=150, deadline=None)
@given(labels)
def test_nothing_on_a_label_overlaps_or_leaves_its_die(label: Label) -> None:
    placed = boxes(arrange(label, DIE))
    assert [pair for pair in itertools.combinations(placed, 2) if overlap(*pair)] == []
    for left, top, right, bottom in placed:
        assert left >= 1.0
        assert top >= 1.0
        assert right <= DIE[0] - 1.0
        assert bottom <= DIE[1] - 1.0


@settings(max_examples=100, deadline=None)
@given(labels)
def test_lot_dates_code_and_domain_are_never_cut_and_the_name_is_largest(label: Label) -> None:
    lines = arrange(label, DIE).lines
    words = " ".join(line.text for line in lines)
    assert f"Lô {label.lot}" in words
    for day in (label.produced, label.expires, label.packed):
        assert day is None or f"{day:%d/%m/%Y}" in words
    assert {label.code, label.domain} <= {line.text for line in lines if line.mono}
    assert min(line.size for line in lines) >= MIN_SIZE
    if printable(label.name):
        assert all(line.size < lines[0].size for line in lines if not line.text or not line.bold)


def test_a_long_name_takes_two_lines_and_stays_whole() -> None:
    name = [line.text for line in arrange(LABEL, DIE).lines if line.bold and not line.mono]
    assert len(name) == 2
    assert " ".join(name).replace("\u00a0", " ") == LABEL.name


def test_a_name_too_long_for_two_lines_takes_three_smaller_ones() -> None:
    label = replace(LABEL, name="Cải ngọt thu hoạch thửa Vân Đồn " * 3)
    name = [line.text for line in arrange(label, DIE).lines if line.bold and not line.mono]
    assert len(name) == 3
    assert " ".join(name) == label.name.strip()


def test_a_name_too_long_for_any_number_of_lines_ends_in_an_ellipsis() -> None:
    label = replace(LABEL, name="Cải ngọt thu hoạch thửa Vân Đồn " * 8)
    name = [line.text for line in arrange(label, DIE).lines if line.bold and not line.mono]
    assert name[-1].endswith("…")
    assert not any(line.endswith("…") for line in name[:-1])


def test_every_module_is_at_least_as_wide_as_a_retail_till_needs() -> None:
    arranged = arrange(LABEL, DIE)
    assert symbol.module_mm(LABEL.uri, arranged.symbol_side) >= symbol.MIN_MODULE_MM


def test_an_address_too_long_for_the_die_is_refused_with_what_fits() -> None:
    label = replace(LABEL, uri="HTTPS://EXAMPLE.VN/" + "A" * 500)
    with pytest.raises(DoesNotFit, match="modules fit") as caught:
        svg_sheet([label])
    assert caught.value.what == "symbol"
    assert caught.value.fits == int(24 / 0.396)


@pytest.mark.parametrize("what", ["lot", "code", "domain"])
def test_identity_that_would_need_tiny_letters_is_refused_not_cut(what: str) -> None:
    long_one = {
        "lot": replace(LABEL, lot="0" * 80),
        "code": replace(LABEL, code="7" * 80),
        "domain": replace(LABEL, domain="d" * 80),
    }[what]
    with pytest.raises(DoesNotFit) as caught:
        arrange(long_one, DIE)
    assert caught.value.what == what
    assert 10 < caught.value.fits < 60


def test_a_full_sheet_has_24_dies_inside_a4_and_none_overlap() -> None:
    placed = [
        (place.x, place.y, place.x + DIE[0], place.y + DIE[1])
        for place in map(A4_24.position, range(1, 25))
    ]
    assert len(placed) == 24
    assert not any(overlap(*pair) for pair in itertools.combinations(placed, 2))
    assert min(box[0] for box in placed) == pytest.approx(210 - max(box[2] for box in placed))
    assert min(box[1] for box in placed) == pytest.approx(297 - max(box[3] for box in placed))


def test_a_part_used_sheet_starts_at_the_first_free_die() -> None:
    (page,) = places(A4_24, [Copies(LABEL, 3)], start_position=6)
    assert [place.number for _, place in page] == [6, 7, 8]
    assert (page[0][1].x, page[0][1].y) == (7.25 + 2 * 66.0, 12.9 + 33.9)
    assert (page[1][1].x, page[1][1].y) == (7.25, 12.9 + 2 * 33.9)


@pytest.mark.parametrize("count", [0, -1, MOST_LABELS + 1, 10**7])
def test_a_run_of_no_or_too_many_labels_is_refused_with_what_is_possible(count: int) -> None:
    with pytest.raises(DoesNotFit, match=str(MOST_LABELS)) as caught:
        next(places(A4_24, [Copies(LABEL, count)]))
    assert (caught.value.what, caught.value.fits) == ("count", MOST_LABELS)


def test_equal_symbols_are_drawn_once_and_the_page_is_in_millimetres(
    decode_path: Callable[[str, int], list[str]],
) -> None:
    text = svg_sheet([LABEL] * 24)
    root = ET.fromstring(text)  # noqa: S314 - our own output
    assert (root.get("width"), root.get("height")) == ("210mm", "297mm")
    assert root.get("viewBox") == "0 0 210 297"
    drawn = root.findall(f"{SVG}defs/{SVG}g")
    assert len(drawn) == 1
    assert len(root.findall(f".//{SVG}use")) == 24
    path = drawn[0].findall(f"{SVG}path")[1].get("d") or ""
    whole = symbol.encode(LABEL.uri).modules_with_quiet_zone
    assert decode_path(path, whole) == [LABEL.uri]
    scales = [
        float(re.findall(r"scale\(([\d.]+)\)", use.get("transform") or "")[0])
        for use in root.iter(f"{SVG}use")
    ]
    assert min(scales) >= symbol.MIN_MODULE_MM


def test_each_label_refers_to_its_own_symbol() -> None:
    other = replace(LABEL, uri="HTTPS://TRUYXUAT.EXAMPLE.VN/B/0000000000", code="00000 00000")
    root = ET.fromstring(svg_sheet([LABEL, other, LABEL]))  # noqa: S314
    assert [use.get("href") for use in root.iter(f"{SVG}use")] == [
        "#qr-full-1",
        "#qr-full-2",
        "#qr-full-1",
    ]
    assert [use.get("aria-label") for use in root.iter(f"{SVG}use")] == [
        f"QR {label.uri}" for label in (LABEL, other, LABEL)
    ]


def test_the_sheet_carries_no_inline_style_and_no_script() -> None:
    text = svg_sheet([replace(LABEL, name='<script>"&', sample=True)])
    assert "style=" not in text
    assert "<script" not in text
    assert "&lt;script&gt;&quot;&amp;" in text


def test_only_a_sample_is_marked() -> None:
    assert ">MẪU<" in svg_sheet([replace(LABEL, sample=True)])
    assert "MẪU" not in svg_sheet([LABEL])


def test_decomposed_text_and_control_characters_are_printed_composed_and_clean() -> None:
    decomposed = unicodedata.normalize("NFD", "Mộc\x00 Châu\u202e\n500 g")
    text = svg_sheet([replace(LABEL, name=decomposed)])
    assert ">Mộc Châu 500\u00a0g<" in text
    ET.fromstring(text)  # noqa: S314 - raises when ill-formed


def test_a_line_near_its_limit_is_held_to_its_width_whatever_the_face() -> None:
    def wide(text: str, size: float) -> float:
        return len(text) * size * 0.5

    label = replace(LABEL, name="X" * 15, produced=None, expires=None, packed=None)
    text = svg_sheet([label], measure=wide)
    held = re.findall(r'textLength="([\d.]+)"[^>]*>X{15}<', text)
    assert held == ["34.02"]
