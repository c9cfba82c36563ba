"""The golden paths of the phone, screen beside screen at 360 x 740, for docs/users/phone.md."""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pwa import phones

WIDTH, HEIGHT = 360, 740
GAP = 16
PAPER = (217, 216, 207)
COLOURS = 64
SHOP, SHOP_SITE = "Phan Thị Diệu", "Cửa hàng Hồ Tây"
LOOSE = "CT-GOP-01"  # goods of the shop that have no labels


class Strip:
    """Screens of one way, kept side by side."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.shots: list[Image.Image] = []

    def shoot(self) -> None:
        """Take the screen as it is; what is below its edge is not seen."""
        self.page.wait_for_timeout(400)  # the tick has grown, what is read is there
        self.shots.append(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB"))

    def save(self, path: Path) -> None:
        """Put the screens side by side into one small file."""
        whole = Image.new("RGB", (len(self.shots) * (WIDTH + GAP) - GAP, HEIGHT), PAPER)
        for number, one in enumerate(self.shots):
            whole.paste(one, (number * (WIDTH + GAP), 0))
        whole.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size} bytes")


def photograph(browser: Browser, root: str, code: str, folder: Path) -> None:
    """Walk every golden path without a network; `code` is one that a shopper may look up."""
    context = _phone(browser)
    page = context.new_page()
    phones.enrol(page, root, phones.invitation(browser, root))
    context.set_offline(offline=True)
    for walk in WALKS:
        page.evaluate("() => { location.hash = '#/' }")
        expect(page.locator(".tile").first).to_be_visible()
        strip = Strip(page)
        walk(strip, page)
        strip.save(folder / f"phone-{walk.__name__.strip('_').replace('_', '-')}.png")
    context.set_offline(offline=False)
    page.evaluate("dispatchEvent(new Event('online'))")
    phones.wait_until_sent(page, len(WALKS))
    context.close()
    _receive(browser, root, folder)
    _print(browser, root, folder)
    _shop(browser, root, code, folder)


def _phone(browser: Browser) -> BrowserContext:
    return browser.new_context(
        locale="vi-VN", color_scheme="light", viewport={"width": WIDTH, "height": HEIGHT}
    )


def _press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def _begin(page: Page, kind: str) -> None:
    page.evaluate(f"() => {{ location.hash = '#/log/{kind}' }}")


def _ticked(strip: Strip, page: Page) -> None:
    expect(page.locator(".tick")).to_be_visible()
    strip.shoot()


def _log(strip: Strip, page: Page) -> None:
    strip.shoot()
    _begin(page, "irrigate")
    page.locator("main button.opt").first.click()
    page.locator(".foot input[type=file]").set_input_files(phones.as_file(phones.photo(1)))
    expect(page.locator(".foot .thumbnail")).to_be_visible()
    strip.shoot()
    _press(page, "Xong, lưu lại")
    _ticked(strip, page)


def _again(strip: Strip, page: Page) -> None:
    page.evaluate(phones.YESTERDAY)
    page.reload()
    expect(page.get_by_role("link", name="như lần trước")).to_be_visible()
    strip.shoot()
    page.get_by_role("link", name="như lần trước").click()
    expect(page.get_by_role("button", name="Lưu 1 việc")).to_be_visible()
    strip.shoot()
    _press(page, "Lưu 1 việc")
    _ticked(strip, page)


def _spray(strip: Strip, page: Page) -> None:
    strip.shoot()
    _begin(page, "spray")
    page.locator("main button.opt").first.click()
    strip.shoot()
    _press(page, "Xong, lưu lại")
    _ticked(strip, page)


def _harvest(strip: Strip, page: Page) -> None:
    _begin(page, "harvest")
    expect(page.get_by_role("alert")).to_be_visible()
    strip.shoot()
    _press(page, "Đã hái mất rồi, vẫn ghi")
    page.get_by_role("button", name="Cải ngọt vừa thu").click()
    _press(page, "1", "8", "Cộng từng sọt", "Thêm 18 kg")
    strip.shoot()
    _press(page, "Tạo lô")
    _ticked(strip, page)


def _make(strip: Strip, page: Page) -> None:
    _begin(page, "trim_wash")
    page.get_by_role("button", name="Cải thảo (bán theo cân)").click()
    _press(page, "2", "0")
    strip.shoot()
    _press(page, "Tiếp")
    page.get_by_role("button", name="Cải ngọt đã sơ chế").click()
    _press(page, "1", "8", "Tiếp")
    page.get_by_role("button", name="Phần còn lại").click()
    strip.shoot()
    _press(page, "Tiếp")
    page.locator("main button.opt").first.click()
    _press(page, "Tạo lô")
    _ticked(strip, page)


def _pack(strip: Strip, page: Page) -> None:
    _begin(page, "pack")
    page.get_by_role("button", name=re.compile("vừa thu|theo cân")).first.click()
    _press(page, "2", "0")
    strip.shoot()
    _press(page, "Tiếp")
    page.get_by_role("button", name="Cải ngọt túi 500 g").click()
    _press(page, "3", "6", "Tiếp")
    page.get_by_role("button", name="Phần còn lại").click()
    strip.shoot()
    _press(page, "Tạo lô")
    _ticked(strip, page)


def _hand_over(strip: Strip, page: Page) -> None:
    _begin(page, "ship")
    page.get_by_role("button", name="Rau muống túi 500 g").click()
    _press(page, "3", "0")
    strip.shoot()
    _press(page, "Tiếp")
    page.locator("main input.field").fill("Hồ Tây")
    strip.shoot()
    page.get_by_role("button", name=SHOP_SITE).click()
    page.locator("main input.field").fill("PX-0928")
    _press(page, "Xong, lưu lại")
    _ticked(strip, page)


WALKS = (_log, _again, _spray, _harvest, _make, _pack, _hand_over)


def _receive(browser: Browser, root: str, folder: Path) -> None:
    context = _phone(browser)
    page = context.new_page()
    phones.enrol(page, root, phones.invitation(browser, root, SHOP))
    context.set_offline(offline=True)
    strip = Strip(page)
    page.evaluate("() => { location.hash = '#/batches' }")
    coming = page.locator("a.pill").filter(has_text="Bãi Xanh").first
    expect(coming).to_be_visible()
    strip.shoot()
    coming.click()
    page.get_by_role("button", name="Bãi Xanh").first.click()
    _press(page, "Tiếp", "Tốt")
    strip.shoot()
    _press(page, "Xong, lưu lại")
    _ticked(strip, page)
    strip.save(folder / "phone-receive.png")
    context.close()


def _print(browser: Browser, root: str, folder: Path) -> None:
    context = _phone(browser)
    page = context.new_page()
    phones.enrol(page, root, phones.invitation(browser, root, SHOP))
    strip = Strip(page)
    page.evaluate("() => { location.hash = '#/batches' }")
    page.locator("main a.opt").filter(has_text=LOOSE).click()
    expect(page.locator(".batch-code")).to_be_visible()
    strip.shoot()
    page.get_by_role("link", name="In tem").click()
    page.get_by_label("Số tem").fill("24")
    strip.shoot()
    _press(page, "Cấp 24 tem")
    expect(page.get_by_role("img", name="Tờ tem")).to_be_visible()
    strip.shoot()
    strip.save(folder / "phone-print.png")
    context.close()


def _shop(browser: Browser, root: str, code: str, folder: Path) -> None:
    context = _phone(browser)
    page = context.new_page()
    strip = Strip(page)
    page.goto(f"{root}/app/#/product/{code}")
    _press(page, "Giữ món này")
    strip.shoot()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(offline=True)
    page.reload()
    expect(page.get_by_text("Bản giữ từ")).to_be_visible()
    strip.shoot()
    page.evaluate("() => { location.hash = '#/products' }")
    strip.shoot()
    strip.save(folder / "phone-shop.png")
    context.close()
