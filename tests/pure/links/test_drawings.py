"""Drawings of links: names stay text, nothing leaves the frame, no name lies on another one."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from traceapp.links import arcs, chart, columns
from traceapp.links.chart import Spot
from traceapp.links.shapes import PROVEN, STATED, Box, Line, length, wrapped

WORDS = ("Ai", "từ A tới B")
HEADS = [(word, "Chưa nêu ai") for word in ("Cung cấp", "Sản xuất", "Phân phối", "Mua")]
NAME = st.sampled_from(
    ("HTX Rau an toàn Bãi Xanh (mẫu)", "Tổ", "Cơ sở giết mổ tập trung Bến Đông", "A <b> & “C”")
)
BOXES = st.lists(st.tuples(st.integers(0, 3), NAME), min_size=1, max_size=25).map(
    lambda found: [
        Box((number,), column, name, "xã Bát Tràng, Hà Nội")
        for number, (column, name) in enumerate(found)
    ]
)


@st.composite
def nets(draw: st.DrawFn) -> tuple[list[Box], list[Line]]:
    boxes = draw(BOXES)
    pairs = st.tuples(st.sampled_from(boxes), st.sampled_from(boxes)).filter(
        lambda pair: pair[0] is not pair[1]
    )
    wanted = draw(st.lists(pairs, max_size=30)) if len(boxes) > 1 else []
    kinds = st.sampled_from((STATED, PROVEN))
    return boxes, [Line(one.key, other.key, draw(kinds)) for one, other in wanted]


def areas(drawn: Markup) -> list[tuple[float, float, float, float]]:
    found = re.findall(r'class="box" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', drawn)
    return [(x, y, x + w, y + h) for x, y, w, h in (map(int, one) for one in found)]


def frame(drawn: Markup) -> tuple[int, int]:
    size = re.search(r'viewBox="0 0 (\d+) (\d+)" role', drawn)
    assert size
    return int(size[1]), int(size[2])


@given(nets())
def test_boxes_of_the_wide_graph_lie_apart_in_its_frame(
    net: tuple[list[Box], list[Line]],
) -> None:
    boxes, lines = net
    drawn = columns.draw("g", WORDS, HEADS, boxes, lines)
    wide, high = frame(drawn)
    found = areas(drawn)
    assert len(found) == len(boxes)
    for left, top, right, bottom in found:
        assert left >= 0
        assert top >= columns.TOP - 2
        assert right <= wide
        assert bottom <= high
    for one, other in combinations(found, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert drawn.count("marker-end") == len(lines)
    assert "<b>" not in drawn


@given(nets())
def test_rows_of_the_narrow_graph_follow_each_other(net: tuple[list[Box], list[Line]]) -> None:
    boxes, lines = net
    drawn = arcs.draw("g", WORDS, HEADS, boxes, lines)
    wide, high = frame(drawn)
    at = [int(y) for y in re.findall(r'<tspan x="0" y="(\d+)"', drawn)]
    assert at == sorted(set(at))
    assert at[-1] <= high
    assert drawn.count("marker-end") == len(lines)
    for out in re.findall(r"C(\d+) ", drawn):
        assert arcs.EDGE + (int(out) - arcs.EDGE) * 3 / 4 <= wide
    assert all(word in drawn for word, _ in HEADS)


@given(st.text(alphabet=st.sampled_from("abc đẽ"), max_size=200), st.integers(40, 300))
def test_lines_hold_all_words_and_fit(text: str, width: int) -> None:
    lines = wrapped(text, width, 14)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(length(line, 14) <= max(width, 4 * 14) for line in lines)


SPOTS = st.lists(
    st.tuples(
        st.floats(20.5, 21.4), st.floats(105.3, 106.0), st.sampled_from(("Hà Nội", "Sơn La"))
    ),
    min_size=1,
    max_size=20,
).map(
    lambda found: [
        Spot((number,), f"Xã số {number}", province, (lat, lon))
        for number, (lat, lon, province) in enumerate(found)
    ]
)


@given(SPOTS)
def test_names_on_the_map_cover_no_other_name(spots: list[Spot]) -> None:
    size = (328, 400)
    lines = [Line(one.key, other.key, STATED) for one, other in combinations(spots[:4], 2)]
    drawn = chart.draw("m", WORDS, size, spots, lines)
    names = re.findall(r'class="name"><tspan x="(-?\d+)" y="(-?\d+)">(Xã[^<]*)<', drawn)
    told = [(int(x), int(y), int(x) + length(name, chart.SIZE)) for x, y, name in names]
    for one, other in combinations(told, 2):
        is_beside = one[2] <= other[0] + 2 or other[2] <= one[0] + 2
        assert is_beside or abs(one[1] - other[1]) >= chart.SIZE - 2
    for left, low, right in told:
        assert left >= 0
        assert right <= size[0]
        assert right <= size[0] - 30 or low - chart.SIZE >= 26, "the arrow points north there"
    words = " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    assert all(spot.name in words for spot in spots)
    assert "km" in drawn


def test_a_map_of_nothing_is_not_drawn_and_one_place_is() -> None:
    assert chart.draw("m", WORDS, (328, 400), [], []) == ""
    spot = Spot((1,), "Bát Tràng", "Hà Nội", (20.99, 105.91))
    drawn = chart.draw("m", WORDS, (328, 400), [spot], [Line((1,), (1,), PROVEN)])
    assert drawn.count("marker-end") == 1
    name = re.search(r'class="name"><tspan x="(\d+)"', drawn)
    dot = re.search(r'cx="(\d+)"', drawn)
    assert name
    assert dot
    assert int(name[1]) > int(dot[1])  # the loop is at the other side
    drawn = chart.draw("m", WORDS, (328, 400), [spot], [Line((1,), (1,), STATED)])
    name = re.search(r'class="name"><tspan x="(\d+)"', drawn)
    assert name
    assert int(name[1]) < int(dot[1])
