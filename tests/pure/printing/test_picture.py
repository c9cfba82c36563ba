"""The shared picture: decodes to the exact address, says what it can draw, never draws boxes."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from tests.symbols import symbols
from traceapp.printing import picture
from traceapp.printing.face import Face, Faces, UnreadableFont
from traceapp.printing.label import DoesNotFit, Label

PLAIN = Faces(Face(), Face(), Face())
LABEL = Label(
    uri="HTTP://LOCALHOST:8000/B/7K3M9QW2TD",
    name="Gạo thơm Tam Hưng túi 2 kg (đóng gói lại)",
    producer="Cơ sở tinh bột dong riềng Mộc Châu (mẫu)",
    lot="GAO-MK-2K",
    code="7K3M9 QW2TD",
    domain="localhost:8000",
    produced=date(2026, 11, 10),
    expires=date(2027, 7, 8),
    packed=date(2026, 11, 17),
)
uris = st.builds(
    "HTTPS://{}.VN/01/09520001000010/10/{}".format,
    st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=25),
    st.text("ABCXYZabcxyz0123456789-._", min_size=1, max_size=20),
)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def logo(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGBA", (400, 200), colour).save(out, "PNG")
    return out.getvalue()


def inked(shown: Image.Image, box: tuple[int, int, int, int]) -> bool:
    part = shown.crop(box)
    blank = Image.new("RGB", part.size, picture.PAPER)
    return ImageChops.difference(part, blank).getbbox() is not None


@settings(max_examples=12, deadline=None)
@given(uris)
def test_the_picture_decodes_back_to_the_exact_uri(uri: str) -> None:
    shown = opened(picture.png(replace(LABEL, uri=uri), PLAIN))
    assert [found.text for found in symbols(shown)] == [uri]


@pytest.mark.parametrize("sample", [True, False])
def test_a_full_picture_decodes_and_has_the_size_that_is_shared(
    faces: Faces, *, sample: bool
) -> None:
    data = picture.png(replace(LABEL, sample=sample), faces, logo("red"))
    shown = opened(data)
    assert shown.size == (1080, 1350)
    assert [found.text for found in symbols(shown)] == [LABEL.uri]
    assert len(data) < 200_000


def test_a_small_copy_as_a_chat_sends_it_still_decodes(faces: Faces) -> None:
    small = opened(picture.png(LABEL, faces)).resize((432, 540))
    out = BytesIO()
    small.save(out, "JPEG", quality=60)
    assert [found.text for found in symbols(opened(out.getvalue()))] == [LABEL.uri]


def test_the_name_is_drawn_where_the_face_has_its_letters_and_left_out_where_not(
    faces: Faces,
) -> None:
    assert inked(opened(picture.png(LABEL, faces)), picture.NAME)
    assert not inked(opened(picture.png(LABEL, PLAIN)), picture.NAME)
    assert inked(opened(picture.png(replace(LABEL, name="Plain rice"), PLAIN)), picture.NAME)


def test_the_sample_mark_is_never_missing_even_without_vietnamese_letters() -> None:
    marked = opened(picture.png(replace(LABEL, sample=True), PLAIN))
    inside_the_pill = marked.crop((920, 95, 990, 145)).convert("L")
    assert sum(inside_the_pill.histogram()[:100]) > 50  # letters, not the empty pill alone
    assert marked.getpixel((5, 1345)) == (0xFD, 0xF1, 0xD7)
    assert not inked(opened(picture.png(LABEL, PLAIN)), (900, 80, 1008, 160))


def test_the_symbol_keeps_its_quiet_zone_on_the_white_card() -> None:
    shown = opened(picture.png(LABEL, PLAIN))
    where = symbols(shown)[0].position
    side = where.top_right.x - where.top_left.x
    quiet = round(4 * side / 25) - 2
    box = (
        where.top_left.x - quiet,
        where.top_left.y - quiet,
        where.bottom_right.x + quiet,
        where.bottom_right.y + quiet,
    )
    assert picture.CARD_BOX[0] < box[0]
    assert box[2] < picture.FACTS[0]
    edge = [shown.getpixel((x, box[1])) for x in range(box[0], box[2])]
    assert set(edge) == {(255, 255, 255)}


def test_the_producers_mark_stands_outside_the_symbol() -> None:
    shown = opened(picture.png(LABEL, PLAIN, logo("#ff0000")))
    red = Image.new("RGB", shown.size, "#ff0000")
    same = ImageChops.difference(shown, red).convert("L").point(lambda value: 255 * (value == 0))
    left, top, right, bottom = same.getbbox() or (0, 0, 9999, 9999)
    header = picture.HEADER
    assert (left >= header[0], top >= header[1], bottom <= header[3]) == (True, True, True)
    assert right <= header[0] + picture.MARK_SIDE
    assert bottom < picture.CARD_BOX[1]


@pytest.mark.parametrize("mark", [b"junk", b"", b"\x89PNG\r\n\x1a\n broken"])
def test_an_unreadable_mark_gives_way_to_the_initials(mark: bytes) -> None:
    assert picture.png(LABEL, PLAIN, mark) == picture.png(LABEL, PLAIN)


def test_the_same_label_gives_the_same_bytes(faces: Faces) -> None:
    assert picture.png(LABEL, faces) == picture.png(LABEL, faces)


def test_an_endless_text_is_cut_or_wrapped_and_never_breaks_the_picture(faces: Faces) -> None:
    endless = replace(LABEL, name="ộ" * 3000, producer="Ẫ " * 900, lot="L" * 200, domain="d" * 300)
    assert symbols(opened(picture.png(endless, faces)))[0].text == LABEL.uri


def test_empty_texts_leave_the_rest_standing() -> None:
    empty = replace(LABEL, name="", producer="", lot="", code="", domain="")
    assert symbols(opened(picture.png(empty, PLAIN)))[0].text == LABEL.uri


def test_an_address_too_long_to_read_well_is_refused() -> None:
    with pytest.raises(DoesNotFit) as caught:
        picture.png(replace(LABEL, uri="HTTPS://X.VN/" + "a" * 1900), PLAIN)
    assert caught.value.what == "symbol"


def test_a_face_of_several_files_draws_each_letter_with_a_file_that_has_it(faces: Faces) -> None:
    regular = faces.regular
    assert regular.covers("Ẫ ặ ễ ộ đ 1234")
    assert not regular.covers("Ẫ\U0010fffe")
    assert not Face().covers("ậ")
    assert Face().covers("HTX 123")
    assert regular.width("đặt", 20) == pytest.approx(2 * regular.width("đặt", 10))


def test_bytes_that_are_no_font_are_refused() -> None:
    with pytest.raises(UnreadableFont):
        Face((b"no font",)).covers("a")
