"""Crates and pallets on the phone: a code names lots and kilograms, without a network too."""

import io
import itertools
import os
import re
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.pwa import desk, phones
from tests.pwa.phones import Field
from tests.pwa.small_screens import SMALL, troubles_of
from tests.pwa.test_phone_opening import HAS_ALL
from traceapp.database.folding import fold

LOT, OTHER = "RM-VD04-T", "CN-VD03-T"  # in bags, with the clerk, and fit for sale
MARKS = (f"Sọt Đỏ/{n}" for n in itertools.count(1))  # of this module one server
RECEIVER = "Cửa hàng Hồ Tây"
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def mark() -> str:
    """The mark of a crate that nobody has used."""
    return next(MARKS)


@pytest.fixture
def page(phone: BrowserContext, field: Field, mark: str) -> Page:
    """A phone of the clerk, who has packed a crate without a network."""
    page = phone.new_page()
    field.enrol(page)
    phones.until(page, lambda: page.evaluate(HAS_ALL))  # what reads codes is on the phone
    field.network.is_down = True
    pack(page, mark, {OTHER: "4", LOT: "2"})
    return page


def pack(page: Page, mark: str, goods: dict[str, str], *, opened: bool = False) -> None:
    if not opened:
        show(page, "/log/aggregate")
    for name, amount in goods.items():
        lot(page, name).click()
        press(page, *amount, "Lô khác")
    press(page, "Tiếp")
    page.get_by_label("Mã thùng, pa-lét").fill(mark)
    press(page, "Tiếp", "1", "Xong, lưu lại")
    expect(page.locator(".tick")).to_be_visible()


def show(page: Page, path: str) -> None:
    page.evaluate("path => { location.hash = path }", path)


def press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def lot(page: Page, name: str) -> Locator:
    return page.locator("main .opt").filter(has_text=name)


def read_code(page: Page, text: str) -> None:
    page.locator("#typed").fill(text)
    page.get_by_role("button", name=re.compile("^(Mở|Open)$")).click()


def bare(mark: str) -> str:
    """Give a mark as it is kept and shown."""
    return fold(mark).upper()


def last(page: Page) -> dict[str, Any]:
    records, _ = phones.kept(page)
    return max(records, key=lambda one: int(str(one["sequence"])))


def taken(page: Page) -> list[str]:
    return [one["quantity"] for one in last(page)["event"]["inputs"]]


def hand_over(page: Page) -> None:
    press(page, "Tiếp")
    page.locator("main input.field").fill(RECEIVER)
    page.get_by_role("button", name=RECEIVER).click()
    page.locator("main input.field").fill("PX-7")
    press(page, "Xong, lưu lại")
    expect(page.locator(".tick")).to_be_visible()


def comes_back(page: Page, field: Field) -> None:
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")


def look(page: Page, name: str) -> None:
    """Look at a screen in both languages, small and by both schemes."""
    size = page.viewport_size
    page.evaluate("document.activeElement.blur()")
    for language, other in (("vi", "English"), ("en", "Tiếng Việt")):
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/crate-{name}-{language}.png", full_page=True)
        page.set_viewport_size(SMALL)
        assert troubles_of(page) == [], (name, language)
        page.emulate_media(color_scheme="light")
        assert size is not None
        page.set_viewport_size(size)
        page.get_by_role("button", name=other).click()
        expect(page.locator("html")).to_have_attribute("lang", "en" if language == "vi" else "vi")


def test_a_crate_that_was_packed_here_leads_to_its_lots_and_all_of_it_is_handed_over(
    page: Page, field: Field, mark: str
) -> None:
    assert page.evaluate(STILL_INSIDE) == ["made here", "not counted"]
    show(page, "/scan")
    read_code(page, mark.lower())
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Thùng {bare(mark)}")
    expect(lot(page, OTHER)).to_contain_text("4 túi")
    expect(lot(page, LOT)).to_contain_text("2 túi")
    look(page, "screen")
    page.get_by_role("link", name="Giao", exact=True).click()
    expect(page.get_by_role("button", name="Bỏ ra")).to_contain_text(LOT)
    look(page, "hand-over")
    hand_over(page)
    assert taken(page) == ["4", "2"]
    comes_back(page, field)
    field.assert_arrived_once(page, 2)


def test_scanned_in_a_step_a_crate_counts_once_also_on_a_pallet(
    page: Page, field: Field, mark: str
) -> None:
    show(page, "/scan/aggregate")
    read_code(page, mark)
    expect(page.get_by_role("button", name="Bỏ ra")).to_contain_text(bare(mark))
    pack(page, f"Pa-lét {mark}", {LOT: "1"}, opened=True)
    assert last(page)["event"]["fields"]["inner_containers"] == bare(mark)
    comes_back(page, field)
    field.assert_arrived_once(page, 2)
    fresh = page.context.new_page()  # knows the crates from the server, not from its own records
    fresh.goto(f"{field.address}/app/#/log/pack")
    phones.until(fresh, lambda: fold(mark) in fresh.evaluate(CRATES))
    field.network.is_down = True
    for code in (mark, f"pa-let {mark}", mark):
        fresh.get_by_role("link", name="Quét hoặc gõ mã").click()
        read_code(fresh, code)
    chosen = fresh.get_by_role("button", name="Bỏ ra")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text(f"Thùng PA-LET {bare(mark)}")
    expect(lot(fresh, LOT).last).to_contain_text("3 ")
    fresh.get_by_role("link", name="Quét hoặc gõ mã").click()
    read_code(fresh, "Sọt lạ")
    expect(fresh.get_by_role("status")).to_contain_text("Trong tay bạn không có lô hay thùng nào")
    look(fresh, "unknown")
    fresh.go_back()
    chosen.click()
    expect(chosen).to_have_count(0)
    expect(fresh.locator(".opt[aria-pressed=true]")).to_have_count(0)


STILL_INSIDE = """async () => {
  const {crateNamed} = await import("/static/pwa/app/core/crates.js");
  const made = {isUnsent: false};
  const lots = [["gone", "0", {}], ["made here", "0", made], ["not counted", null, {}]];
  const crate = {holds: new Map(lots.map(([id]) => [id, 4])), crates: new Set()};
  const batches = lots.map(([batch_id, left, more]) => ({batch_id, left, uom: "kg", ...more}));
  return crateNamed("Sọt", new Map([["sot", crate]]), batches).holds.map(one => one.batch_id);
}"""
CRATES = """async () => {
  const {sections} = await import("/static/pwa/app/core/reading.js");
  return (await sections()).crates.map(one => one.mark);
}"""


def test_the_code_of_a_crate_is_read_from_a_photo_and_counted(page: Page, mark: str) -> None:
    show(page, "/log/stock_count")
    page.get_by_role("link", name="Quét hoặc gõ mã").click()
    expect(page.get_by_role("heading", name="Quét")).to_be_visible()  # the step has a photo, too
    drawn = io.BytesIO()
    segno.make(mark, error="m").save(drawn, kind="png", scale=12)
    file = {"name": "code.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator(".opt[aria-pressed=true]").filter(has_text=OTHER).last).to_be_visible(
        timeout=phones.SLOW_MS
    )
    press(page, "Tiếp")
    press(page, "6")
    press(page, "Tiếp")
    page.locator("main input.field").fill("kg")
    press(page, "Xong, lưu lại")
    expect(page.locator(".tick")).to_be_visible()
    assert len(last(page)["event"]["about"]) == 2


@pytest.mark.parametrize("answer", ["Ghi theo hàng đang có trong thùng", "Đúng như đã ghi, gửi đi"])
def test_a_crate_that_was_changed_meanwhile_asks_its_person_and_loses_nothing(
    page: Page, field: Field, browser: Browser, mark: str, answer: str
) -> None:
    comes_back(page, field)
    field.assert_arrived_once(page, 1)
    context = browser.new_context(locale="vi-VN")
    colleague = context.new_page()
    phones.enrol(colleague, field.root, desk.invitation(field.root))
    field.network.is_down = True
    pack(colleague, mark, {OTHER: "1"})
    phones.wait_until_sent(colleague, 1)
    context.close()
    show(page, "/scan")
    read_code(page, mark)
    page.get_by_role("link", name="Giao", exact=True).click()
    hand_over(page)
    comes_back(page, field)
    phones.until(page, lambda: last(page)["state"] == "needs_you")
    show(page, f"/record/{last(page)['sequence']}")
    reasons = page.get_by_role("status")
    expect(reasons).to_contain_text(f"{OTHER} 5 túi")
    expect(reasons).to_contain_text("không mất")
    look(page, "changed")
    assert taken(page) == ["4", "2"]
    press(page, answer)
    field.assert_arrived_once(page, 2)
    assert taken(page) == (["5", "2"] if "thùng" in answer else ["4", "2"])
