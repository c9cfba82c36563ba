"""Goods change hands between two phones that both have no network; later they are confirmed once.

Each phone reads the code off the other's screen, as the photo of a code is read; one test films it.
"""

import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.pwa import phones
from tests.pwa.killable import program
from tests.pwa.phones import Field
from tests.pwa.small_screens import troubles_of
from tests.pwa.test_phone_camera import FLAGS, FRAMES, HAS_LIBRARY, NO_DETECTOR
from tests.pwa.test_phone_golden_paths import (
    SHOP,
    SHOP_SITE,
    event_of,
    keys,
    press,
    records_of,
    tile,
)

GIVER_ALONE, GIVER_FIRST, TAKER_FIRST = "giver alone", "giver first", "taker first"


@dataclass
class Met:
    """The phones of the co-operative and of the shop, in the field without a network."""

    field: Field
    giver: Page
    taker: Page

    def online(self, page: Page) -> None:
        """Let one of the phones come back to a network, and wait until it has sent everything."""
        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.goto(f"{self.field.address}/app/#/")
        expect(page.locator(".pill").first).to_contain_text("Đã gửi hết", timeout=phones.SLOW_MS)


@pytest.fixture
def met(browser: Browser, field: Field) -> Iterator[Met]:
    contexts = [
        browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
        for _ in range(2)
    ]
    field.network.changes.clear()  # no fault of a network is tried here: the app has its patience
    giver, taker = (context.new_page() for context in contexts)
    for page, person in ((giver, None), (taker, SHOP)):
        field.enrol(page, person) if person else field.enrol(page)
        leave(page)
    yield Met(field, giver, taker)
    for context in contexts:
        context.close()


def leave(page: Page) -> None:
    """Go where there is no network, once the phone can read codes there."""
    phones.until(page, lambda: page.evaluate(HAS_LIBRARY))
    page.context.set_offline(True)


def hand_over(page: Page, amount: str, number: str) -> None:
    """Log a shipment to the shop and show its slip."""
    tile(page, "Giao")
    page.get_by_role("button", name="RM-VD04-T").click()
    keys(page, amount)
    press(page, "Tiếp")
    page.locator("main input.field").fill("Hồ Tây")
    page.get_by_role("button", name=SHOP_SITE).click()
    page.locator("main input.field").fill(number)
    press(page, "Xong, lưu lại")
    page.get_by_role("link", name="Mã cho bên nhận").click()


def code_on(page: Page) -> bytes:
    """Take a picture of the code on a screen."""
    expect(page.locator("svg.qr")).to_be_visible()
    return page.locator("svg.qr").screenshot()


def scan(page: Page, picture: bytes, address: str) -> None:
    page.goto(f"{address}/app/#/scan")
    file = {"name": "code.png", "mimeType": "image/png", "buffer": picture}
    page.get_by_label("Ảnh của mã").set_input_files(file)  # type: ignore[arg-type]


def receive(page: Page, amount: str) -> None:
    expect(page.locator("h1")).to_contain_text("Nhận từ")
    keys(page, amount)
    press(page, "Tiếp", "Tốt", "Xong, lưu lại")


def in_books(folder: Path, ship_id: str) -> tuple[list[tuple[Any, ...]], int]:
    """Give the hand-off as the server has it, and how many receipts there are of it."""
    key = bytes.fromhex(ship_id.replace("-", ""))
    with sqlite3.connect(f"file:{phones.database_of(folder)}?mode=ro", uri=True) as database:
        found = database.execute(
            "SELECT state, shipped_quantity, received_quantity FROM hand_off WHERE event_id = ?",
            (key,),
        ).fetchall()
        (count,) = database.execute(
            "SELECT count(*) FROM event WHERE ship_event_id = ? AND step_kind = 'receive'", (key,)
        ).fetchone()
    return found, count


@pytest.mark.parametrize("order", [GIVER_ALONE, GIVER_FIRST, TAKER_FIRST])
def test_two_phones_without_a_network_are_confirmed_once(met: Met, order: str) -> None:
    giver, taker, address = met.giver, met.taker, met.field.address
    hand_over(giver, "10", f"PX-{order}")
    slip = code_on(giver)
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(slip)))
    assert re.fullmatch(rf"{address}/app/#slip=[A-Z2-7]+", read.text)
    scan(taker, slip, address)
    receive(taker, "8")
    answer = code_on(taker)
    scan(giver, answer, address)
    expect(giver.get_by_role("status")).to_contain_text("Đã nhận 8 túi")
    expect(giver.get_by_role("status")).to_contain_text("Xác nhận khi có mạng lại")
    scan(taker, slip, address)
    expect(taker.get_by_role("alert")).to_contain_text("đã ghi nhận")
    first, second = (taker, giver) if order == TAKER_FIRST else (giver, taker)
    ship_id = str(event_of(records_of(giver)[0])["id"])
    met.online(first)
    phones.until(giver, lambda: in_books(met.field.folder, ship_id)[1] == 1)
    if order != GIVER_ALONE:
        met.online(second)
        (received,) = phones.wait_until_sent(taker, 1)
        assert received["status"] == (201 if order == TAKER_FIRST else 200)
    assert in_books(met.field.folder, ship_id) == ([("disputed", "10", "8")], 1)
    giver.goto(f"{address}/app/#/handover/1")
    expect(giver.get_by_role("status")).to_contain_text("Máy chủ đã xác nhận")
    giver.goto(f"{address}/app/#/outbox")
    expect(giver.locator(".note.leaf")).to_contain_text("Đã gửi hết")


def test_goods_made_without_a_network_are_received_before_the_server_knows_them(met: Met) -> None:
    giver, taker, address = met.giver, met.taker, met.field.address
    giver.evaluate("() => { location.hash = '#/place' }")
    giver.get_by_role("button", name="VD-04").click()
    tile(giver, "Hái")
    keys(giver, "54")
    press(giver, "Tạo lô")
    giver.get_by_role("link", name="Giao hàng").click()
    keys(giver, "50")
    press(giver, "Tiếp")
    giver.locator("main input.field").fill("Hồ Tây")
    giver.get_by_role("button", name=SHOP_SITE).click()
    giver.locator("main input.field").fill("PX-new")
    press(giver, "Xong, lưu lại")
    giver.get_by_role("link", name="Mã cho bên nhận").click()
    scan(taker, code_on(giver), address)
    receive(taker, "50")
    answer = code_on(taker)
    (received,) = records_of(taker)
    met.online(taker)
    taker.goto(f"{address}/app/#/outbox")
    expect(taker.locator("main")).to_contain_text("Chờ máy bên kia")
    scan(giver, answer, address)
    expect(giver.get_by_role("status")).to_contain_text("Đã nhận 50 kg")
    met.online(giver)
    ship_id = str(event_of(records_of(giver)[1])["id"])
    phones.until(giver, lambda: in_books(met.field.folder, ship_id)[1] == 1)
    assert in_books(met.field.folder, ship_id) == ([("matched", "50", "50")], 1)
    phones.send_now(taker, address)
    taker.evaluate("dispatchEvent(new Event('online'))")
    expect(taker.locator("main")).not_to_contain_text("Chờ máy bên kia")
    (again,) = records_of(taker)
    assert (again["status"], event_of(again)) == (200, event_of(received))


def test_a_slip_for_somebody_else_and_an_answer_to_nothing_are_told_at_once(met: Met) -> None:
    giver, taker, address = met.giver, met.taker, met.field.address
    hand_over(giver, "10", "PX-own")
    slip = code_on(giver)
    scan(giver, slip, address)
    expect(giver.get_by_role("alert")).to_contain_text("phiếu của chính máy này")
    scan(taker, slip, address)
    receive(taker, "10")
    answer = code_on(taker)
    scan(taker, answer, address)
    expect(taker.get_by_role("alert")).to_contain_text("không thuộc phiếu nào")
    taker.goto(f"{address}/app/#slip=SAAAA")
    expect(taker.get_by_role("alert")).to_contain_text("không đọc được")
    assert len(records_of(taker)) == 1


FORGE = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("slips", "readwrite").objectStore("slips");
  const asked = store.getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  for (const one of asked.result) {
    const at = one.counter.length - 20;
    const other = one.counter[at] === "A" ? "B" : "A";
    store.put({...one, counter: one.counter.slice(0, at) + other + one.counter.slice(at + 1)});
  }
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""


def test_an_answer_that_was_changed_is_refused_in_words_and_the_right_one_counts(met: Met) -> None:
    giver, taker, address = met.giver, met.taker, met.field.address
    hand_over(giver, "10", "PX-forged")
    scan(taker, code_on(giver), address)
    receive(taker, "10")
    answer = code_on(taker)
    scan(giver, answer, address)
    expect(giver.get_by_role("status")).to_contain_text("Đã nhận 10 túi")
    giver.evaluate(FORGE)
    giver.context.set_offline(False)
    giver.evaluate("dispatchEvent(new Event('online'))")
    phones.wait_until_sent(giver, 1)
    giver.goto(f"{address}/app/#/handover/1")
    expect(giver.get_by_role("status")).to_contain_text("đã bị sửa", timeout=phones.SLOW_MS)
    giver.goto(f"{address}/app/#/")
    expect(giver.locator(".pill.bad")).to_contain_text("1 việc cần bạn xem")
    giver.goto(f"{address}/app/#/handover/1")
    press(giver, "Bỏ mã trả lời này")
    expect(giver.locator("svg.qr")).to_be_visible()
    scan(giver, answer, address)
    expect(giver.get_by_role("status")).to_contain_text("xác nhận", timeout=phones.SLOW_MS)
    ship_id = str(event_of(records_of(giver)[0])["id"])
    phones.until(giver, lambda: in_books(met.field.folder, ship_id)[1] == 1)
    assert in_books(met.field.folder, ship_id) == ([("matched", "10", "10")], 1)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screens_of_a_hand_over_are_accessible_and_fit(met: Met, language: str) -> None:
    giver, taker, address = met.giver, met.taker, met.field.address
    hand_over(giver, "10", f"PX-{language}")
    slip = code_on(giver)
    scan(taker, slip, address)
    expect(taker.locator("h1")).to_contain_text("Nhận từ")
    shown = [(giver, "a slip"), (taker, "an offer")]
    assert_accessible(shown, language)
    receive(taker, "10")
    scan(giver, code_on(taker), address)
    expect(giver.get_by_role("status")).to_contain_text("Đã nhận")
    assert_accessible([(taker, "an answer"), (giver, "answered")], language)


def assert_accessible(shown: list[tuple[Page, str]], language: str) -> None:
    for page, name in shown:
        page.set_viewport_size({"width": 320, "height": 640})
        if language == "en":
            page.get_by_role("button", name="English").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        assert troubles_of(page) == [], name
        if language == "en":
            page.get_by_role("button", name="Tiếng Việt").click()


def test_the_camera_reads_a_slip_off_the_other_screen(met: Met, tmp_path: Path) -> None:
    hand_over(met.giver, "10", "PX-film")
    film = tmp_path / "slip.mjpeg"
    one = io.BytesIO()
    frame = Image.new("RGB", (1280, 960), (40, 40, 44))
    code = Image.open(io.BytesIO(code_on(met.giver))).resize((700, 700))
    frame.paste(code, (290, 130))
    frame.save(one, "JPEG", quality=85, subsampling=2)
    film.write_bytes(one.getvalue() * FRAMES)
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
    seeing = met.field.browser.browser_type.launch(executable_path=program(), args=flags)
    try:
        context = seeing.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
        context.grant_permissions(["camera"])
        context.add_init_script(NO_DETECTOR)
        page = context.new_page()
        met.field.enrol(page, SHOP)
        leave(page)
        page.goto(f"{met.field.address}/app/#/scan")
        expect(page.locator("h1")).to_contain_text("Nhận từ", timeout=phones.SLOW_MS)
        expect(page.locator("main")).to_contain_text("RM-VD04-T")
    finally:
        seeing.close()
