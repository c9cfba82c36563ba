"""Goods in hand: their labels are printed by the phone, and what is sold out says so."""

import json
import re
import sqlite3
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones, taps
from tests.pwa.phones import Field
from tests.pwa.small_screens import SMALL, settle, troubles_of
from tests.pwa.test_phone_golden_paths import SHOP, code_of, event_of, records_of

LOT = "RM-VD04-T"  # in bags, with the clerk, and fit for sale
LOOSE = "CT-GOP-01"  # 46 kg of it are with the shop, without labels
SNAPSHOT = "/api/v1/snapshot"


def batch(page: Page, field: Field, lot: str) -> None:
    page.goto(f"{field.address}/app/#/batches")
    page.locator("main a.opt").filter(has_text=lot).first.click()
    expect(page.locator(".batch-code")).to_be_visible()


def test_print_opens_the_sheet_of_the_batch_in_three_taps_without_an_account(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page, SHOP)
    batch(page, field, LOOSE)
    page.get_by_role("link", name="In tem").click()
    expect(page.get_by_label("Số tem")).to_be_visible()
    page.set_viewport_size(SMALL)
    for_everybody(page)
    page.get_by_role("link", name="Về").click()
    page.evaluate(taps.COUNT)
    page.get_by_role("link", name="In tem").click()
    page.get_by_role("button", name=re.compile(r"^Cấp \d+ tem$")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tờ tem").click()
    most = taps.documented("print the labels of a lot")
    assert page.evaluate("[taps.others, taps.digits]") == [most, 0]
    issued = int(page.get_by_role("status").inner_text().split()[2])
    assert issued > 0
    codes = read(pypdfium2.PdfDocument(download.value.path()))
    assert len(codes) == issued
    assert {one.rpartition("/")[2] for one in codes} == {code_of(field, LOOSE)}
    expect(page.get_by_role("img", name="Tờ tem")).to_have_js_property("complete", value=True)
    page.get_by_role("button", name="Về").click()
    expect(page.get_by_text("Hàng của lô này đã có tem đủ")).to_be_visible()
    expect(page.locator(".foot")).to_have_count(0)  # no more of them
    field.network.is_down = True
    page.locator("main button.opt").first.click()
    expect(page.get_by_role("status")).to_contain_text("Cần có mạng để in tem")
    field.network.is_down = False
    page.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("link", name="Tải tờ tem")).to_be_visible()
    assert phone.cookies() == []  # nobody was signed in for it
    for_everybody(page)
    page.goto(f"{field.address}/app/#/kinds")
    page.locator(".tile").filter(has_text="In tem").click()  # the labels themselves
    expect(page.get_by_role("heading", level=2)).to_have_text("In tem cho lô nào?")
    page.locator("main a.opt").filter(has_text=LOT).click()
    expect(page.get_by_text("Không còn hàng nào của lô này cần tem")).to_be_visible()


def for_everybody(page: Page) -> None:
    """See that a screen is accessible and fits, in both languages."""
    for other in ("English", "Tiếng Việt"):
        page.get_by_role("button", name=other).click()
        settle(page)
        assert troubles_of(page) == []


def read(paper: pypdfium2.PdfDocument) -> list[str]:
    pages = [zxingcpp.read_barcodes(one.render(scale=150 / 72).to_pil()) for one in paper]
    return [symbol.text for symbols in pages for symbol in symbols]


def test_who_may_not_print_is_told_whom_to_ask_and_what_the_phone_does_not_hold(
    phone: BrowserContext, field: Field
) -> None:
    def without(body: bytes) -> bytes:
        told: dict[str, Any] = json.loads(body)
        told["sections"]["me"] |= {"may_print": False, "left_out": {"batches": 7, "receivers": 12}}
        return json.dumps(told).encode()

    field.network.changes[SNAPSHOT] = without
    page = phone.new_page()
    field.enrol(page)
    batch(page, field, LOT)
    expect(page.locator("main")).to_contain_text("Bạn không được in tem. Nhờ văn phòng")
    expect(page.get_by_role("link", name="In tem")).to_have_count(0)
    page.goto(f"{field.address}/app/#/batches")
    expect(page.locator("main")).to_contain_text("7 lô khác không có sẵn trong máy")
    page.goto(f"{field.address}/app/#/settings")
    expect(page.locator("main dl")).to_contain_text("7 lô hàng, 12 nơi nhận")


@pytest.mark.parametrize("is_down", [True, False])
def test_what_a_shop_sold_out_says_so(
    phone: BrowserContext, field: Field, *, is_down: bool
) -> None:
    page = phone.new_page()
    field.enrol(page, SHOP)
    field.network.is_down = is_down
    page.goto(f"{field.address}/app/#/batches")
    sellable = page.locator("main a.opt:not(:has(.state.bad)):has(b.amount)")
    lot = sellable.first.locator("small").first.inner_text().split(" · ")[0]
    batch(page, field, lot)
    expect(page.locator("dl")).not_to_contain_text("hết hàng")
    page.locator(".tile").filter(has_text="Bán").click()
    page.get_by_role("button", name="Hết cả").click()
    while page.get_by_role("button", name="Tiếp", exact=True).count():
        page.get_by_role("button", name="Tiếp", exact=True).click()
        page.locator("main button.opt").first.click()
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    if is_down:
        batch(page, field, lot)
        expect(page.locator("dl")).to_contain_text("hết hàng")
        field.network.is_down = False
        page.evaluate("dispatchEvent(new Event('online'))")
    field.assert_arrived_once(page, 1)
    (record,) = records_of(page)
    inputs = event_of(record)["inputs"]
    assert isinstance(inputs, list)
    assert [left(field, line["batch_id"]) for line in inputs] == [0]


def left(field: Field, batch_id: str) -> int:
    """Sum up in the books what the shop has left of a batch."""
    with sqlite3.connect(f"file:{phones.database_of(field.folder)}?mode=ro", uri=True) as database:
        query = (
            "SELECT sum(iif(to_account = 'stock', amount, -amount))"
            " FROM ledger_entry JOIN membership USING (producer_id)"
            " WHERE batch_id = ? AND membership.name = ?"
        )
        key = bytes.fromhex(batch_id.replace("-", ""))
        return int(database.execute(query, (key, SHOP)).fetchone()[0])
