"""What a phone cannot send leaves it as files, and stands in the books once the desk took them."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.doors import CLERK, enter
from tests.pwa.phones import Field
from tests.pwa.small_screens import SMALL, troubles_of

TOP = Path(__file__).resolve().parents[2]
EXPORTING = "/static/pwa/app/core/exporting.js"
NGINX = TOP / "deploy" / "nginx" / "traceapp-locations.conf"
MARGIN = 1024 * 1024  # what else a form sends is less
FEW_BYTES = 300_000  # bytes of a file in these tests: one photo, and a little
PARTS = """async ([entries, files, most]) => {
  const { partsOf } = await import("/static/pwa/app/core/parts.js");
  const weigh = {entry: () => 10, file: (name) => files[name]};
  const parts = partsOf(entries, weigh, most);
  return parts.map((part) => [part.entries.map((one) => one.sequence), part.files]);
}"""


@pytest.fixture
def desk(phone: BrowserContext, field: Field) -> Iterator[Page]:
    """The clerk at a computer."""
    context = field.browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    enter(page, field.root, CLERK)
    yield page
    context.close()


def smaller_files(field: Field) -> None:
    field.network.changes[EXPORTING] = lambda body: re.sub(
        rb"LARGEST = [^;]+;", b"LARGEST = %d;" % FEW_BYTES, body
    )


def exported(page: Page, field: Field, folder: Path) -> list[Path]:
    """Save every file that the screen offers."""
    page.goto(f"{field.address}/app/#/export")
    links = page.locator("a[download]")
    expect(links.first).to_be_visible(timeout=phones.SLOW_MS)
    expect(page.locator("progress")).to_have_count(0, timeout=phones.SLOW_MS)
    paths = []
    for link in links.all():
        with page.expect_download() as download:
            link.click()
        paths.append(folder / download.value.suggested_filename)
        download.value.save_as(paths[-1])
    return paths


def queue(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def bring_in(desk: Page, root: str, path: Path) -> None:
    """Give a file to the desk, and press what it offers once it has looked at it."""
    desk.goto(f"{root}/desk/phones/import?lang=vi")
    desk.locator("input[type=file]").set_input_files(path)
    desk.locator("form.asked button").click()
    expect(desk.get_by_role("status").filter(has_text=re.compile("^Mới"))).to_be_visible()
    offered = desk.locator("main form button")
    if offered.count():
        offered.click()
        expect(desk.get_by_role("status").filter(has_text=re.compile("^Đã nhập"))).to_be_visible()


def test_a_small_queue_is_one_file_that_the_desk_takes(
    phone: BrowserContext, field: Field, desk: Page, tmp_path: Path
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    phones.water(page, field.address, phones.photo(50))
    (path,) = exported(page, field, tmp_path)
    expect(page.get_by_text("Việc vẫn còn trong máy")).to_be_visible()
    expect(page.locator(".cta")).to_contain_text("MB")
    said = queue(path)
    (record,) = said["records"]
    assert record["sequence"] == said["unsent"] == said["last_sequence"] == 1
    assert list(said["photos"]) == record["event"]["photos"]
    bring_in(desk, field.root, path)
    records, photos = phones.kept(page)
    assert phones.arrived(field.folder, records) == [1]
    assert phones.photos_arrived(field.folder, photos) == [1]
    sizes = records[0]["sizes"]  # so that it was weighed without being read
    assert isinstance(sizes, dict)
    assert list(sizes) == record["event"]["photos"]
    field.network.is_down = False  # the phone sends after all: the same, and no second one
    phones.send_now(page, field.address)
    field.assert_arrived_once(page, 1)


def test_a_large_queue_is_several_files_in_any_order_and_twice(
    phone: BrowserContext, field: Field, desk: Page, tmp_path: Path
) -> None:
    smaller_files(field)
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    for colour in range(4):
        phones.water(page, field.address, phones.photo(60 + colour))
    several(page, field, [phones.photo(80 + colour) for colour in range(3)])
    paths = exported(page, field, tmp_path)
    assert len(paths) > 2
    assert all(path.stat().st_size <= FEW_BYTES for path in paths)
    expect(page.get_by_role("status")).to_contain_text(f"Có {len(paths)} tệp")
    page.set_viewport_size(SMALL)
    assert troubles_of(page) == []
    sizes = [path.stat().st_size / 1e6 for path in paths]
    for number, (link, size) in enumerate(zip(page.locator(".opt").all(), sizes, strict=True)):
        expect(link).to_contain_text(f"Lưu tệp {number + 1} trên {len(paths)}")
        expect(link).to_contain_text(f"{size:.1f}".replace(".", ",") + " MB")
    records, photos = phones.kept(page)
    for path in [*reversed(paths), *paths]:
        bring_in(desk, field.root, path)
    assert phones.arrived(field.folder, records) == [1] * 5
    assert phones.photos_arrived(field.folder, photos) == [1] * 7


def several(page: Page, field: Field, pictures: list[bytes]) -> None:
    """Log a watering with more photos than go into one file."""
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    files = [phones.as_file(picture) for picture in pictures]
    page.locator(".foot input[type=file]").set_input_files(files)
    expect(page.locator(".foot label.pick")).to_contain_text(f"{len(pictures)}")
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)


def test_goods_go_into_the_file_of_what_they_were_made_from(
    phone: BrowserContext, field: Field, desk: Page, tmp_path: Path
) -> None:
    smaller_files(field)
    page = phone.new_page()
    field.enrol(page)
    page.evaluate("() => { location.hash = '#/place' }")
    page.get_by_role("button", name="VD-04").click()
    field.network.is_down = True
    harvest(page, field)
    for colour in range(3):
        phones.water(page, field.address, phones.photo(90 + colour))
    pack(page, field)
    paths = exported(page, field, tmp_path)
    harvested, packed = phones.kept(page)[0][0], phones.kept(page)[0][-1]
    last = [one["sequence"] for one in queue(paths[-1])["records"]]
    assert last[0] == harvested["sequence"]
    assert last[-1] == packed["sequence"]
    assert len(paths) > 1
    bring_in(desk, field.root, paths[-1])
    assert phones.arrived(field.folder, [harvested, packed]) == [1, 1]


def harvest(page: Page, field: Field) -> None:
    page.goto(f"{field.address}/app/#/log/harvest")
    page.get_by_role("button", name="9", exact=True).click()
    page.get_by_role("button", name="Tạo lô").click()
    expect(page.locator(".tick")).to_be_visible()


def pack(page: Page, field: Field) -> None:
    """Pack what was harvested on this phone."""
    page.goto(f"{field.address}/app/#/batches")
    made = page.locator("main a.opt").filter(has_text="Còn trong máy")
    made.first.click()
    page.locator(".tile").filter(has_text="Đóng gói").click()
    page.get_by_role("button", name="8", exact=True).click()
    page.get_by_role("button", name="Tiếp").click()
    page.locator("main button.opt").first.click()
    page.get_by_role("button", name="8", exact=True).click()
    page.get_by_role("button", name="Tiếp").click()
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_role("button", name="Tạo lô").click()
    expect(page.locator(".tick")).to_be_visible()


def entry(
    sequence: int, *names: str, photos: int = 1, made: str = "", crate: str = "", **event: object
) -> dict[str, object]:
    """Make a record of goods of these names."""
    goods = [{"batch_id": name} for name in names]
    said: dict[str, object] = {
        "id": f"event {sequence}",
        "inputs": goods,
        "about": [],
        "fields": {},
    }
    pictures = [f"{sequence}.{n}" for n in range(photos)]
    batches = [{"batch_id": made}] if made else []
    crates = [{"marks": [crate]}] if crate else []
    return {
        "sequence": sequence,
        "event": said | {"photos": pictures} | event,
        "batches": batches,
        "crates": crates,
    }


def parts(
    page: Page, entries: list[dict[str, object]], most: int
) -> list[tuple[list[int], list[str]]]:
    """Part a queue of photos of 100 bytes and records of 10."""
    names = [name for one in entries for name in one["event"]["photos"]]  # type: ignore[index]
    found = page.evaluate(PARTS, [entries, dict.fromkeys(names, 100), most])
    return [(sequences, files) for sequences, files in found]


def test_each_file_holds_whatever_its_records_build_on(page: Page, demo: str) -> None:
    page.goto(f"{demo}/app/")
    packs = entry(4, photos=0, step_kind="aggregate", fields={"container": "Thùng 7"})
    building = [
        entry(1, made="harvest"),
        entry(2),
        entry(3, "harvest", made="bag", photos=0),
        packs,
        entry(5, "bag"),
        entry(6, crate="thung 7"),
        entry(7, ship_event_id="event 5", photos=0),
        entry(8, corrects="event 2", photos=0),
    ]
    assert parts(page, building, 240) == [
        ([1, 2, 3, 4], ["1.0", "2.0"]),
        ([1, 3, 5], ["1.0", "5.0"]),
        ([4, 6], ["6.0"]),
        ([1, 3, 5, 7], ["1.0", "5.0"]),
        ([2, 8], ["2.0"]),
    ]


def test_photos_of_one_record_that_are_too_many_are_spread(page: Page, demo: str) -> None:
    page.goto(f"{demo}/app/")
    queue = [entry(1), entry(2, photos=5, made="lot"), entry(3, "lot"), entry(4)]
    assert parts(page, queue, 240) == [
        ([1], ["1.0"]),
        ([2, 3], ["2.0", "2.1"]),
        ([2, 3], ["2.2", "2.3"]),
        ([2, 3], ["2.4", "3.0"]),
        ([4], ["4.0"]),
    ]


def test_many_records_without_photos_are_parted_too(page: Page, demo: str) -> None:
    page.goto(f"{demo}/app/")
    queue = [entry(n, photos=0) for n in range(1, 1201)]
    found = parts(page, queue, 10**9)
    assert [len(sequences) for sequences, _ in found] == [500, 500, 200]
    assert [*itertools.chain(*(sequences for sequences, _ in found))] == [*range(1, 1201)]


def test_a_file_goes_through_the_documented_proxy() -> None:
    text = (TOP / "static" / "pwa" / "app" / "core" / "exporting.js").read_text(encoding="utf-8")
    factors = re.search(r"LARGEST = ([\d *]+);", text)
    allowed = re.search(r"client_max_body_size (\d+)m;", NGINX.read_text(encoding="utf-8"))
    assert factors is not None
    assert allowed is not None
    largest = 1
    for factor in factors[1].split("*"):
        largest *= int(factor)
    assert largest + MARGIN < int(allowed[1]) * 1024 * 1024
