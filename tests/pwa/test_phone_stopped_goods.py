"""Goods that may not be used are marked on the phone and stopped before the act, offline too."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.pwa import phones
from tests.pwa.doors import CLERK, enter
from tests.pwa.faulty import FaultyNetwork
from tests.pwa.phones import Field
from tests.pwa.serving import served

LOT, CODE = "RM-VD04-T", "0TPMKYPN46"  # in bags, with the clerk, and fit for sale
OTHER = "CN-VD03-T"
COLD = "Bảo quản không đủ lạnh"
LONG_AFTER = "2031-05-04T09:00:00+07:00"  # when both have expired
SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def town(
    browser: Browser, demo_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A demo of this module's own, in which the sale of a lot was stopped."""
    folder = tmp_path_factory.mktemp("stopped") / "demo"
    shutil.copytree(demo_folder, folder)
    with served(folder) as (root, _):
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        enter(page, root, CLERK)
        page.goto(f"{root}/desk/batches/{CODE}?lang=vi")
        page.get_by_role("button", name=COLD).click()
        expect(page.locator(".note.held")).to_contain_text(COLD)
        context.close()
        yield root, folder


@pytest.fixture
def field(browser: Browser, town: tuple[str, Path]) -> Iterator[Field]:
    """A network of the test's own before that server."""
    root, folder = town
    with FaultyNetwork(root) as network:
        yield Field(browser, network, root, folder)


@pytest.fixture
def page(phone: BrowserContext, field: Field) -> Page:
    """A phone of the clerk that knows of the stop, without a network."""
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    return page


def look(page: Page, name: str) -> None:
    """Look at a screen: readable for all in both schemes, and nothing beside it."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def lot(page: Page, name: str) -> Locator:
    return page.locator("main .opt").filter(has_text=name)


def test_goods_whose_sale_is_stopped_are_not_sold_but_what_has_happened_is_logged(
    page: Page, field: Field
) -> None:
    page.goto(f"{field.address}/app/#/log/sell")
    expect(lot(page, LOT)).to_contain_text("Đang ngừng bán")
    expect(lot(page, LOT)).to_contain_text(COLD)
    expect(lot(page, OTHER)).not_to_contain_text("Đang ngừng bán")
    look(page, "list-vi")
    lot(page, LOT).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Lô này đang ngừng bán")
    expect(alert).to_contain_text("Bãi Xanh")
    expect(alert).to_contain_text(COLD)
    look(page, "stopped-vi")
    page.get_by_role("button", name="Chọn lô khác").click()
    lot(page, OTHER).click()
    expect(page.locator(".keys")).to_be_visible()
    page.get_by_role("button", name="Lô khác").click()
    lot(page, LOT).click()
    page.get_by_role("button", name="Đã làm mất rồi, vẫn ghi").click()
    page.get_by_role("button", name="3", exact=True).click()
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    (record,), _ = phones.kept(page)
    sold = record["event"]
    assert isinstance(sold, dict)
    assert [one["quantity"] for one in sold["inputs"]] == ["3"]
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    field.assert_arrived_once(page, 1)


def test_it_is_stopped_from_the_screen_of_the_lot_too_but_may_be_thrown_away(
    page: Page, field: Field
) -> None:
    page.add_init_script("localStorage.setItem('language', 'en')")
    page.goto(f"{field.address}/app/#/batches")
    page.reload()
    expect(lot(page, LOT)).to_contain_text("Sale stopped")
    lot(page, LOT).click()
    expect(page.locator(".note.clay")).to_contain_text("The sale of this lot is stopped")
    look(page, "lot-en")
    page.get_by_role("link", name="Hand over").click()
    expect(page.get_by_role("alert")).to_contain_text("Keep it apart")
    look(page, "stopped-en")
    page.go_back()
    page.get_by_role("link", name="Loss or waste").click()
    expect(page.locator(".keys")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_lot_expires_on_the_phone_though_it_hears_nothing(page: Page, field: Field) -> None:
    page.clock.set_fixed_time(LONG_AFTER)
    page.goto(f"{field.address}/app/#/log/pack")
    expect(lot(page, OTHER)).to_contain_text("Hết hạn ngày")
    lot(page, OTHER).click()
    expect(page.get_by_role("alert")).to_contain_text("Không được bán, giao hay đóng gói")
    look(page, "expired-vi")
    lots = page.locator("main h2")
    expect(lots).to_contain_text(OTHER)
    page.goto(f"{field.address}/app/#/log/waste")
    lot(page, OTHER).click()
    expect(page.locator(".keys")).to_be_visible()
