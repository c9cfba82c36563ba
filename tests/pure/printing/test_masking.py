"""The mask of a symbol is the one of least penalty, reckoned anew module by module."""

import math
from collections.abc import Sequence
from typing import cast

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from traceapp.printing.masking import MASKS, Masks

Rows = Sequence[Sequence[int]]

SIDE = 21
texts = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ/:.-abcxyz", min_size=1, max_size=150)


def drawn(text: str, level: str, mask: int) -> list[list[int]]:
    code = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=mask
    )
    grey = bytes(cast("bytes", code.to_image(scale=1, add_quiet_zones=False)))
    side = math.isqrt(len(grey))
    return [[int(grey[y * side + x] == 0) for x in range(side)] for y in range(side)]


def number(rows: Rows) -> int:
    return int("".join(str(module) for row in rows for module in row), 2)


def penalty(rows: Rows) -> int:
    """ISO/IEC 18004:2015 7.8.3.1, as it is written there."""
    side = len(rows)
    lines = [list(line) for line in (*rows, *zip(*rows, strict=True))]
    blocks = sum(
        3
        for y in range(side - 1)
        for x in range(side - 1)
        if len({rows[y][x], rows[y][x + 1], rows[y + 1][x], rows[y + 1][x + 1]}) == 1
    )
    share = sum(map(sum, rows)) * 100 / side**2
    balance = 10 * int(abs(share - 50) // 5)
    return sum(runs(line) + finders(line) for line in lines) + blocks + balance


def runs(line: list[int]) -> int:
    found, length = 0, 0
    for place, module in enumerate(line):
        length = length + 1 if place and module == line[place - 1] else 1
        found += {5: 3}.get(length, int(length > 5))
    return found


def finders(line: list[int]) -> int:
    def is_light(start: int) -> bool:
        beside = line[start : start + 4] if start >= 0 else []
        return beside == [0, 0, 0, 0]

    return sum(
        40
        for start in range(len(line) - 6)
        if line[start : start + 7] == [1, 0, 1, 1, 1, 0, 1]
        and (is_light(start - 4) or is_light(start + 7))
    )


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from("LMQH"), texts)
def test_the_mask_of_least_penalty_is_taken(text: str, level: str, taught_by: str) -> None:
    candidates = [drawn(text, level, mask) for mask in range(MASKS)]
    side = len(candidates[0])
    teacher = (taught_by * 200)[: len(text)]  # of the same size, mostly
    taught = [drawn(teacher, level, mask) for mask in range(MASKS)]
    if len(taught[0]) != side:
        taught = candidates
    masks = Masks(side, [number(rows) for rows in taught])
    penalties = [penalty(rows) for rows in candidates]
    best = masks.best(number(candidates[0]))
    assert best == number(candidates[penalties.index(min(penalties))])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.integers(0, 1), min_size=SIDE, max_size=SIDE), min_size=SIDE, max_size=SIDE
    )
)
def test_any_picture_has_the_penalty_that_the_standard_gives_it(rows: list[list[int]]) -> None:
    assert penalties_of(rows) == [penalty(rows)] * MASKS


@pytest.mark.parametrize("module", [0, 1])
def test_a_picture_of_one_colour_has_every_penalty_there_is(module: int) -> None:
    rows = [[module] * SIDE] * SIDE
    assert penalties_of(rows) == [penalty(rows)] * MASKS
    assert penalty(rows) == 2 * SIDE * (3 + SIDE - 5) + 3 * (SIDE - 1) ** 2 + 100


@pytest.mark.parametrize("at", [0, 4, 7, SIDE - 11, SIDE - 7])
def test_what_looks_like_a_finder_is_found_to_the_very_edge(at: int) -> None:
    row = [0] * at + [1, 0, 1, 1, 1, 0, 1]
    row += [0] * (SIDE - len(row))
    rows = [row, *([[1, 0] * (SIDE // 2) + [1]] * (SIDE - 1))]
    assert penalties_of(rows) == [penalty(rows)] * MASKS


def penalties_of(rows: Rows) -> list[int]:
    side = len(rows)
    same = [number(rows)] * MASKS  # masks that change nothing
    return Masks(side, same).penalties(sum(one << (side * side * n) for n, one in enumerate(same)))
