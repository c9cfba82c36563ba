"""The bar of a batch's kilograms: true proportions, words for everybody, no style."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from traceapp.desk.batches.ledger_bar import Part, draw


def part(quantity: str, words: str = "Giao Hồ Tây 100 kg", tone: str = "went") -> Part:
    return Part(Decimal(quantity), tone, words, (words,))


def widths(drawn: str) -> list[float]:
    return [float(width) for width in re.findall(r'<svg x="[\d.]+%" width="([\d.]+)%"', drawn)]


def test_each_part_is_as_wide_as_its_share_and_says_what_it_is() -> None:
    drawn = draw([part("100"), part("140", "Còn 140 kg", "left")], "240 kg đã đi đâu")
    assert widths(drawn) == [41.67, 58.33]
    root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    assert root.get("aria-labelledby") == "flow-t flow-d"
    assert [root[0].text, root[1].text] == [
        "240 kg đã đi đâu",
        "Giao Hồ Tây 100 kg; Còn 140 kg",
    ]
    assert "style" not in drawn


def test_words_stand_only_where_there_is_room() -> None:
    drawn = draw([part("99", "Còn 99 kg", "left"), part("1", "Hao 1 kg", "lost")], "100 kg")
    assert re.findall(r"<text[^>]*>([^<]*)<", drawn) == ["Còn 99 kg"]
    # On the narrowest phone the bar has 294 px, and a bold letter needs up to 8.3 of them.
    sold = draw(
        [part("134", "Bán 134 túi (tính từ kiểm đếm)"), part("66", "Bán 66 túi")], "200 túi"
    )
    assert re.findall(r"<text[^>]*>([^<]*)<", sold) == ["Bán 66 túi"]


def test_a_name_that_has_no_room_leaves_its_place_to_the_amount() -> None:
    long = "Quầy chợ đầu mối Minh Khai (mẫu) 120"
    drawn = draw([Part(Decimal(120), "went", long, (long, "120 kg"))], "120 kg đã đi đâu")
    assert re.findall(r"<text[^>]*>([^<]*)<", drawn) == ["120 kg"]


def test_nothing_to_divide_is_no_bar() -> None:
    assert draw([], "0 kg") == ""
    assert draw([part("0")], "0 kg") == ""


def test_a_name_that_looks_like_markup_stays_text() -> None:
    drawn = draw([part("1", '<script>"&')], "<b>")
    assert "<script" not in drawn
    assert "<b>" not in drawn


@given(st.lists(st.decimals("0.001", "1000000", places=3), min_size=1, max_size=8))
def test_the_parts_fill_the_bar_to_a_hundredth_each(quantities: list[Decimal]) -> None:
    drawn = draw([part(str(quantity)) for quantity in quantities], "x")
    assert abs(sum(widths(drawn)) - 100) <= 0.01 * len(quantities)
