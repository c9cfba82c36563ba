"""Text is wrapped evenly, cut at words, and never wider than its room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.printing import lines
from traceapp.printing.lines import estimate, flow, mono, shorten, wrap

texts = st.text("aăâđêôơưẵặễộ iljmwMW0123 ", max_size=200).map(lambda text: " ".join(text.split()))


@given(texts, st.floats(5, 80), st.integers(1, 3))
def test_no_line_is_wider_than_its_room(text: str, width: float, count: int) -> None:
    wrapped = wrap(text, 3.0, width, count, estimate)
    assert len(wrapped) <= count
    assert all(estimate(line, 3.0) <= width for line in wrapped)


@given(texts, st.floats(5, 80), st.integers(1, 3))
def test_what_is_lost_is_said_with_an_ellipsis(text: str, width: float, count: int) -> None:
    wrapped = wrap(text, 3.0, width, count, estimate)
    together = "".join(wrapped).replace(" ", "")
    if not together.endswith("…"):
        assert together == text.replace(" ", "")


def test_two_lines_are_balanced_so_that_no_word_stands_alone() -> None:
    assert wrap("Vườn nhãn chín muộn Đại Thành (mẫu)", 2.3, 36, 2, estimate) == (
        "Vườn nhãn chín muộn",
        "Đại Thành (mẫu)",
    )


def test_a_cut_falls_between_words_where_one_is_near() -> None:
    assert shorten("Gạo thơm Tam Hưng (đóng gói lại)", 1, 13, mono) == "Gạo thơm Tam Hưng…"


def test_a_single_endless_word_is_broken_inside() -> None:
    assert wrap("x" * 30, 1, mono("x" * 20, 1), 2, mono) == ("x" * 20, "x" * 10)


@pytest.mark.parametrize(("plain", "marked"), [("e", "ệ"), ("A", "Ẫ"), ("u", "ũ")])
def test_vietnamese_marks_take_no_width(plain: str, marked: str) -> None:
    assert estimate(marked, 10) == estimate(plain, 10)


def test_dates_flow_whole_over_as_many_lines_as_they_need() -> None:
    parts = ("NSX 21/11/2026", "HSD 26/11/2026", "Đóng gói 22/11/2026")
    assert flow(parts, " · ", 1, mono("x" * 32, 1), mono) == (
        "NSX 21/11/2026 · HSD 26/11/2026",
        "Đóng gói 22/11/2026",
    )


def test_the_largest_size_that_fits_is_taken_and_none_if_no_size_does() -> None:
    assert lines.largest_that_fits("xxxx", (3, 2, 1), mono("xxxx", 2), mono) == 2
    assert lines.largest_that_fits("xxxx", (3, 2), 1, mono) is None
