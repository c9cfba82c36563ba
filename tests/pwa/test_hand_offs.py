"""Minh ships 120 kg and Hoa counts 118, in a browser; and a kitchen without account answers a link.

The offer is found at the desk, both sides read the dispute, one corrects and it is settled. The
driver's paper carries a code that a phone reads, and its link works once, without any script.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask_migrate import upgrade
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.builders import Business
from tests.conftest import close
from tests.pwa.serving import served
from tests.signing_in import signed_in
from tests.trade import SHIPPED, Trade, tell
from traceapp.app import create_app
from traceapp.config import Config

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
SCHOOL = "Bếp ăn Trường Mầm non Hoa Sen"


@dataclass
class Street:
    """A server with Minh's and Hoa's businesses, and a browser for each reader."""

    address: str
    app: Flask
    trade: Trade
    browser: Browser
    stack: ExitStack

    def desk(self, who: Business) -> Page:
        """Open a tab in which somebody is signed in."""
        context = self._context()
        with self.app.app_context():
            cookie = signed_in(self.app, who).get_cookie("session")
        assert cookie is not None
        context.add_cookies(
            [{"name": "session", "value": cookie.value, "domain": "localhost", "path": "/"}]
        )
        return context.new_page()

    def phone(self) -> Page:
        """Open a tab of a stranger's phone that runs no scripts."""
        return self._context(viewport=PHONE, java_script_enabled=False).new_page()

    def _context(
        self, *, viewport: ViewportSize | None = None, java_script_enabled: bool = True
    ) -> BrowserContext:
        context = self.browser.new_context(
            locale="vi-VN",
            viewport=viewport or {"width": 1280, "height": 900},
            java_script_enabled=java_script_enabled,
            service_workers="block",
        )
        self.stack.callback(context.close)
        return context


@pytest.fixture
def street(browser: Browser, tmp_path: Path) -> Iterator[Street]:
    settings = {"INSTANCE_DIR": str(tmp_path), "PUBLIC_URL": "http://localhost:8000"}
    app = create_app(Config.from_environment(settings))
    with ExitStack() as stack:
        stack.callback(close, app)
        with app.app_context():
            upgrade()
            trade = Trade()
        address, _ = stack.enter_context(served(tmp_path, TRACEAPP_DEMO="0"))
        yield Street(address, app, trade, browser, stack)


def test_120_against_118_is_disputed_and_settled(street: Street) -> None:
    trade = street.trade
    with street.app.app_context():
        tell(trade.minh, trade.ship())
    hoa = street.desk(trade.hoa)
    hoa.goto(f"{street.address}/desk")
    hoa.get_by_role("link", name="Nhận hàng").click()
    hoa.get_by_label("Nhận được bao nhiêu?").fill("118")
    hoa.get_by_role("button", name="Đúng số tôi nhận được").click()
    expect(hoa.get_by_role("status")).to_contain_text("đã nhận chuyến hàng")
    minh = street.desk(trade.minh)
    minh.goto(f"{street.address}/desk/hand-offs/{trade.ship_id}")
    for page in (hoa, minh):
        expect(page.locator("table .tag")).to_have_text("Lệch số")
        expect(page.locator("table")).to_contain_text("120 kg")
        expect(page.locator("table")).to_contain_text("118 kg")
    minh.get_by_role("link", name="Đính chính lần giao").click()
    minh.get_by_label("Bao nhiêu").first.fill("118")
    minh.get_by_role("button", name="Lưu").last.click()
    for page in (minh, hoa):
        page.goto(f"{street.address}/desk/hand-offs/{trade.ship_id}")
        expect(page.locator("table .tag")).to_have_text("Đã giải quyết")


def test_a_kitchen_without_account_answers_by_the_code_on_the_paper(
    street: Street, tmp_path: Path
) -> None:
    trade = street.trade
    with street.app.app_context():
        tell(trade.minh, trade.ship(fields={"to_site": SCHOOL} | SHIPPED))
    minh = street.desk(trade.minh)
    minh.goto(f"{street.address}/desk/hand-offs/{trade.ship_id}")
    minh.get_by_role("button", name="Tạo liên kết và phiếu giao hàng").click()
    expect(minh.locator(".slip")).to_contain_text(SCHOOL)
    shot = tmp_path / "note.png"
    minh.locator(".slip .qr").screenshot(path=shot)
    (found,) = zxingcpp.read_barcodes(Image.open(shot))
    assert found.text.startswith(f"{street.address}/h/")
    phone = street.phone()
    phone.goto(found.text)
    assert not phone.locator("body").evaluate("b => b.scrollWidth > 360")
    phone.get_by_label("Nhận được bao nhiêu?").fill("120")
    phone.get_by_label("Tên bạn").fill("Chị Sen")
    phone.get_by_role("button", name="Đúng số tôi nhận được").click()
    expect(phone.get_by_role("status")).to_contain_text("Cảm ơn")
    phone.goto(found.text)
    expect(phone.locator("main")).to_contain_text("120 kg")
    assert phone.locator("form").count() == 0
    minh.goto(f"{street.address}/desk/hand-offs/{trade.ship_id}")
    expect(minh.locator("table .tag")).to_have_text("Hai bên khớp")
    expect(minh.locator("main")).to_contain_text("Chị Sen")
