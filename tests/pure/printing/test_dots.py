"""Dots are laid, cut and packed as a picture library does it, dot for dot."""

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from traceapp.printing import symbol
from traceapp.printing.dots import Dots


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    wide, high = draw(st.integers(1, 40)), draw(st.integers(1, 12))
    packed = draw(st.binary(min_size=(wide + 7) // 8 * high, max_size=(wide + 7) // 8 * high))
    return Image.frombytes("1", (wide, high), packed)


@settings(deadline=None)
@given(pictures(), pictures(), st.integers(-50, 50), st.integers(-15, 15))
def test_what_lies_on_another_blackens_it_and_is_cut_at_its_edges(
    below: Image.Image, above: Image.Image, x: int, y: int
) -> None:
    dots = Dots.drawn(below)
    dots.lay(Dots.drawn(above), x, y)
    below.paste(1, (x, y), above)
    assert dots.packed() == below.tobytes()


@settings(deadline=None)
@given(pictures(), st.data())
def test_a_part_is_the_same_part_of_the_picture(picture: Image.Image, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, picture.width - 1))
    top = data.draw(st.integers(0, picture.height - 1))
    right = data.draw(st.integers(left + 1, picture.width))
    bottom = data.draw(st.integers(top + 1, picture.height))
    part = Dots.drawn(picture).cut(left, top, right, bottom)
    assert part.packed() == picture.crop((left, top, right, bottom)).tobytes()
    assert part.size == (right - left, bottom - top)


def test_a_picture_is_black_where_dots_are_set() -> None:
    picture = Dots((3, 2), 0b10000000_00100000).picture()
    assert picture.tobytes() == bytes([0b01100000, 0b11000000])


def test_a_copy_is_drawn_on_alone() -> None:
    first = Dots((3, 1))
    second = first.copy()
    second.lay(Dots((1, 1), 0b10000000), 1, 0)
    assert (first.packed(), second.packed()) == (bytes([0]), bytes([0b01000000]))


def test_a_module_is_a_square_of_dots() -> None:
    drawn = symbol.encode("HTTPS://XQR.VN/B/7K3M9QW2TD")
    for row in (0, 400):  # bits from a row to the next
        dots = Dots.modules(drawn, 3, row)
        assert dots.size == (drawn.modules * 3,) * 2
        packed, wide = dots.packed(), (dots.width + 7) // 8
        for y in range(dots.height):
            shown = f"{int.from_bytes(packed[y * wide : (y + 1) * wide]):0{wide * 8}b}"
            modules = "".join(str(one) * 3 for one in drawn.rows[y // 3])
            assert shown == modules.ljust(wide * 8, "0")


@settings(deadline=None)
@given(pictures(), st.integers(0, 20))
def test_a_picture_stays_the_same_however_far_its_rows_are_apart(
    picture: Image.Image, more: int
) -> None:
    dots = Dots.drawn(picture)
    apart = dots.spaced(dots.row + 8 * more)
    assert (apart.size, apart.packed()) == (picture.size, picture.tobytes())
