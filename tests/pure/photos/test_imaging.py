"""Photos: what is refused, and that nothing of the original but its picture is passed on."""

import contextlib
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat, PngImagePlugin

from traceapp.photos import imaging
from traceapp.photos.imaging import RefusedImage, Rule, derivatives, inspect

NOISE = Image.effect_noise((1600, 1200), 90).convert("RGB")
SECRET = b"lan@example.vn"


def corner_red(width: int = 400, height: int = 300) -> Image.Image:
    """White, with the upper left quarter red."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2, height // 2), fill="red")
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def refusal(data: bytes) -> Rule:
    """The rule by which both doors refuse `data`; they must agree."""
    with pytest.raises(RefusedImage) as at_the_door:
        inspect(data)
    with pytest.raises(RefusedImage) as in_the_job:
        derivatives(data)
    assert at_the_door.value.rule == in_the_job.value.rule
    assert at_the_door.value.message == imaging._MESSAGES[at_the_door.value.rule]
    return at_the_door.value.rule


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_plain_photo_is_taken_and_described(kind: str) -> None:
    data = saved(corner_red(), kind)
    facts = inspect(data)
    assert (facts.width, facts.height, facts.size) == (400, 300, len(data))
    assert facts.media_type == f"image/{kind.lower()}"
    assert len(facts.sha256) == 32


def test_over_25_megabytes_is_refused_and_exactly_25_is_not_for_that() -> None:
    photo = saved(corner_red())
    assert inspect(photo.ljust(imaging.MAX_BYTES, b"\0")).size == imaging.MAX_BYTES
    assert refusal(photo.ljust(imaging.MAX_BYTES + 1, b"\0")) is Rule.BYTES


@pytest.mark.parametrize(
    ("width", "height"), [(10_200, 5_000), (50_000, 50_000), (1, 50_000_001), (12_000, 9_000)]
)
def test_over_50_megapixels_is_refused_by_the_header_alone(width: int, height: int) -> None:
    assert refusal(png_header(width, height)) is Rule.PIXELS


def test_a_jpeg_over_50_megapixels_is_refused() -> None:
    assert refusal(saved(Image.new("L", (7200, 7200)))) is Rule.PIXELS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a photo",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        saved(corner_red(), "GIF"),
        saved(corner_red(), "BMP"),
        saved(corner_red(), "TIFF"),
        b"%PDF-1.7 \xff\xd8\xff",
    ],
    ids=["empty", "text", "svg", "gif", "bmp", "tiff", "pdf"],
)
def test_what_is_no_jpeg_png_or_webp_is_refused(data: bytes) -> None:
    assert refusal(data) is Rule.KIND


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(kind: str) -> None:
    frames = [corner_red(), Image.new("RGB", (400, 300), "blue")]
    assert refusal(saved(frames[0], kind, save_all=True, append_images=frames[1:])) is Rule.KIND


def test_several_pictures_in_one_jpeg_are_refused_as_mpo() -> None:
    other = Image.new("RGB", (400, 300), "blue")
    data = saved(corner_red(), "MPO", save_all=True, append_images=[other])
    assert data[:3] == b"\xff\xd8\xff"
    assert refusal(data) is Rule.KIND


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_off_on_the_way_is_refused(kind: str, share: float) -> None:
    data = saved(NOISE, kind)
    assert refusal(data[: int(len(data) * share)]) is Rule.DAMAGED


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([saved(corner_red(40, 30), kind) for kind in ("JPEG", "PNG", "WEBP")]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damaged_bytes_are_refused_or_read_and_nothing_else_happens(
    data: bytes, damage: list[tuple[int, int]]
) -> None:
    broken = bytearray(data)
    for at, value in damage:
        broken[at % len(broken)] = value
    for door in (inspect, derivatives):
        with contextlib.suppress(RefusedImage):
            assert door(bytes(broken))


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 30.0), 3: "E", 4: (105.0, 51.0, 0.0)})
    return saved(corner_red(), exif=exif, comment=SECRET, quality=95)


def test_location_and_comments_stay_behind() -> None:
    original = with_exif()
    assert SECRET in original
    assert opened(original).getexif().get_ifd(0x8825)
    for made in derivatives(original):
        shown = opened(made.data)
        assert SECRET not in made.data
        assert not shown.getexif()
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(shown.info)
        assert not any(chunk in made.data for chunk in (b"EXIF", b"ICCP", b"XMP "))


def test_text_in_a_png_and_bytes_behind_the_picture_stay_behind() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", SECRET.decode())
    for original in (saved(corner_red(), "PNG", pnginfo=note), saved(corner_red()) + SECRET):
        assert SECRET in original
        assert not any(SECRET in made.data for made in derivatives(original))


def where_red(shown: Image.Image) -> tuple[bool, bool]:
    """Whether the red quarter is (at the left, at the top)."""
    red = Image.new("RGB", shown.size, "red")
    far = ImageChops.difference(shown.convert("RGB"), red).convert("L")
    box = far.point(lambda value: 255 * (value < 40)).getbbox()
    assert box
    return box[0] < shown.width // 4, box[1] < shown.height // 4


@pytest.mark.parametrize(
    ("orientation", "at_the_left", "at_the_top"),
    [
        (1, True, True),
        (2, False, True),
        (3, False, False),
        (4, True, False),
        (5, True, True),
        (6, False, True),
        (7, False, False),
        (8, True, False),
        (77, True, True),
    ],
)
def test_a_photo_is_turned_upright(
    orientation: int, *, at_the_left: bool, at_the_top: bool
) -> None:
    original = with_exif(orientation)
    large = derivatives(original)[0]
    assert where_red(opened(large.data)) == (at_the_left, at_the_top)
    facts = inspect(original)
    assert (facts.width, facts.height) == (large.width, large.height)
    assert (large.width > large.height) == (orientation not in {5, 6, 7, 8})


@pytest.mark.filterwarnings("ignore:.*EXIF data:UserWarning")
def test_a_broken_exif_block_is_no_reason_to_refuse_a_good_photo() -> None:
    data = bytearray(with_exif(6))
    start = data.index(b"Exif\0\0") + 6
    data[start + 8 : start + 60] = b"\xff" * 52
    assert (inspect(bytes(data)).width, derivatives(bytes(data))[0].width) == (400, 400)


def test_the_three_pictures_keep_their_sizes_and_budgets_even_for_noise() -> None:
    large, hero, thumb = derivatives(saved(NOISE, quality=95))
    assert (large.name, large.width, large.height) == ("large", 1280, 960)
    assert (hero.name, hero.width, hero.height) == ("hero", 640, 360)
    assert (thumb.name, thumb.width, thumb.height) == ("thumb", 160, 160)
    assert len(hero.data) <= 10_000
    assert len(thumb.data) <= 3_000
    for made in (large, hero, thumb):
        shown = opened(made.data)
        assert (shown.format, shown.size) == ("WEBP", (made.width, made.height))
        assert made.media_type == "image/webp"


@pytest.mark.parametrize("size", [(1, 1), (3, 4000), (4000, 3), (200, 200)])
def test_odd_shapes_give_the_same_three_sizes(size: tuple[int, int]) -> None:
    large, hero, thumb = derivatives(saved(Image.new("RGB", size, "green"), "PNG"))
    assert max(large.width, large.height) == min(1280, max(size))
    assert ((hero.width, hero.height), (thumb.width, thumb.height)) == ((640, 360), (160, 160))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_colour_mode_comes_out_as_plain_colour(mode: str) -> None:
    grey = Image.new("L", (64, 64), 200)
    picture = Image.new("I;16", (64, 64), 200 * 257) if mode == "I;16" else grey.convert(mode)
    data = saved(picture, "JPEG" if mode == "CMYK" else "PNG")
    shown = opened(derivatives(data)[0].data)
    assert shown.mode == "RGB"
    if mode != "1":
        assert all(abs(mean - 200) < 4 for mean in ImageStat.Stat(shown).mean)


def test_a_transparent_picture_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    shown = opened(derivatives(saved(clear, "PNG"))[0].data)
    assert shown.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_colour_profile_that_makes_no_sense_is_ignored(profile: bytes) -> None:
    data = saved(corner_red(), icc_profile=profile)
    assert where_red(opened(derivatives(data)[0].data)) == (True, True)


def test_every_picture_has_a_name_of_its_own_content() -> None:
    original = saved(corner_red())
    made = derivatives(original)
    names = {picture.sha256 for picture in made} | {inspect(original).sha256}
    assert len(names) == 4
    assert [again.sha256 for again in derivatives(original)] == [each.sha256 for each in made]


def upper_right(shown: Image.Image) -> Image.Image:
    width, height = shown.size
    return shown.convert("RGB").crop((width * 6 // 10, 0, width, height // 4))


def test_a_sample_is_marked_on_every_picture_even_without_vietnamese_letters() -> None:
    original = saved(Image.new("RGB", (1200, 900), "#2c6e3f"))
    for plain, marked in zip(
        derivatives(original), derivatives(original, sample=True), strict=True
    ):
        before, after = (upper_right(opened(made.data)) for made in (plain, marked))
        assert ImageStat.Stat(before).extrema[0][1] < 80
        assert ImageStat.Stat(after).extrema[0][1] > 220


def test_big_jpegs_are_decoded_small(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, int]] = []
    thumbnail = Image.Image.thumbnail

    def watch(self: Image.Image, *args: Any, **options: Any) -> None:
        decoded.append(self.size)
        thumbnail(self, *args, **options)

    monkeypatch.setattr(Image.Image, "thumbnail", watch)
    derivatives(saved(Image.new("RGB", (6000, 4500), "green")))
    assert decoded == [(3000, 2250)]


def test_checking_a_big_png_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.new("RGB", (3000, 2000), "green"), "PNG")
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", pytest.fail)
    assert inspect(data).width == 3000
