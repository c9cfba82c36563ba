"""The screens of the phone app: complete for everybody, in both languages, small and quick."""

import io
import re

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Tell
from tests.pwa import desk, phones
from tests.pwa.faulty import RECORDS, refused
from tests.pwa.phones import Field
from tests.pwa.small_screens import IPHONE, ZALO


def hears(page: Page, asked: list[str]) -> None:
    page.on("request", lambda one: asked.append(one.url))


def test_an_invitation_is_not_spent_in_a_tab_of_an_iphone_or_inside_another_app(
    browser: Browser, field: Field
) -> None:
    code = phones.invitation(browser, field.root)
    for agent, words in ((IPHONE, "Thêm vào MH chính"), (ZALO, "Chọn “Mở bằng trình duyệt”")):
        context = browser.new_context(user_agent=agent, locale="vi-VN")
        page = context.new_page()
        asked: list[str] = []
        hears(page, asked)
        page.goto(f"{field.address}/app/#join={code}")
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_text("Lời mời chưa bị dùng.")).to_be_visible()
        page.goto(f"{field.address}/app/#/")
        expect(page.get_by_text("Bạn là người mua hàng?")).to_be_visible()
        expect(page.get_by_text(words)).to_be_visible()
        assert page.locator("#code").count() == 0  # nothing to type it into either
        assert not [url for url in asked if "/api/" in url]
        context.close()
    context = browser.new_context(locale="vi-VN")
    phones.enrol(context.new_page(), field.address, code)
    context.close()


def test_an_invitation_of_somebody_else_is_not_spent_on_a_phone_that_has_joined(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    code = desk.invitation_of_another(field.root)
    page.goto(f"{field.address}/app/#/join")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.locator("#join-said")).to_contain_text("Máy này đang ghi việc cho người khác")
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".tile").first).to_be_visible()


def test_a_wrong_invitation_is_told_in_words(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    page.goto(f"{field.address}/app/")
    page.locator("#code").fill("12")
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.locator("#join-said")).to_contain_text("8 ký tự")
    page.locator("#code").fill("ZZZZ-ZZZZ")
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.locator("#join-said")).to_contain_text("Lời mời này không dùng được")


def keys(page: Page, digits: str) -> None:
    for digit in digits:
        page.get_by_role("button", name=digit, exact=True).click()


def test_a_spray_says_from_when_a_harvest_is_allowed_and_a_harvest_before_it_stops(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    page.goto(f"{field.address}/app/#/log/spray")
    page.get_by_role("button", name=re.compile("Loại khác")).click()
    page.get_by_label("Phun thuốc gì?").fill("Abamectin")
    for question in ("Hoạt chất", "Dịch hại", "Nồng độ, liều", "Lượng dùng", "Thời gian cách ly"):
        page.get_by_role("button", name="Tiếp").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text(question)
        if page.locator(".keys").count():
            keys(page, "7")
        else:
            page.locator("main input.field").fill("thử")
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    page.goto(f"{field.address}/app/#/log/harvest")
    expect(page.get_by_role("alert")).to_contain_text("Được hái từ")
    page.get_by_role("button", name="Đã hái mất rồi, vẫn ghi").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_the_server_does_not_take_stays_and_says_why(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    for _ in range(3):
        phones.water(page, field.address)
    records, _ = phones.kept(page)

    field.network.changes[RECORDS] = refused
    field.network.is_down = False
    phones.send_now(page, field.address)
    expect(page.locator(".state.bad")).to_have_count(3)
    expect(page.locator(".state.bad").filter(has_text="Hai bản khác nhau")).to_have_count(1)
    page.goto(f"{field.address}/app/#/record/1")
    expect(page.get_by_text("Chưa có nơi này. Chọn nơi khác.")).to_be_visible()
    page.goto(f"{field.address}/app/#/record/2")
    expect(page.get_by_role("heading", name="Trên máy chủ")).to_be_visible()
    expect(page.locator("mark")).to_have_text("Nước sông")
    page.goto(f"{field.address}/app/#/record/3")
    expect(page.get_by_text("Người xem không ghi được.")).to_be_visible()
    assert len(phones.kept(page)[0]) == len(records) == 3
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".pill")).to_contain_text("3 việc cần bạn xem")


# What only waits for its time is held until the tick is there: on a slow machine it would come
# between, and a tick that waited for it would never come.
HOLDS_TIMERS = """
const later = window.setTimeout;
window.held = [];
window.setTimeout = (act, after = 0, ...rest) => later(() => {
  if (window.pressed && !window.ticked && after >= 100) held.push(() => act(...rest));
  else act(...rest);
}, after);
"""
WATCHES_THE_TICK = """() => {
window.happened = [];
const note = (word) => { if (window.pressed && !window.ticked) happened.push(word); };
addEventListener("click", () => { window.pressed ??= performance.now(); }, true);
new MutationObserver(() => {
  if (!document.querySelector(".tick")) return;
  window.ticked ??= performance.now();
  held.splice(0).forEach((act) => act());
}).observe(document, {subtree: true, childList: true});
const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (stores, mode, options) {
  const made = transaction.call(this, stores, mode, options);
  note([mode, options?.durability].join(" "));
  made.addEventListener("complete", () => note("complete"));
  return made;
};
for (const name of ["add", "put"]) {
  const write = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...values) {
    note(`${name} ${this.name}`);
    return write.apply(this, values);
  };
}
}"""


def test_between_the_press_and_the_tick_is_one_small_strict_transaction(
    phone: BrowserContext, field: Field, tell: Tell
) -> None:
    page = phone.new_page()
    page.add_init_script(HOLDS_TIMERS)
    field.enrol(page)
    field.network.is_down = True
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    picture = phones.photo(60, pixels=2800)
    page.locator(".foot input[type=file]").set_input_files(phones.as_file(picture))
    expect(page.locator(".foot .thumbnail")).to_be_visible(timeout=phones.SLOW_MS)
    phones.until(page, lambda: phones.kept(page)[1])  # on the disk as soon as it is taken
    phone.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate(WATCHES_THE_TICK)
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)
    took = page.evaluate("ticked - pressed")
    # Only told: `make bench ONLY=phone` measures it; the machine of a test is shared.
    tell(f"save to tick, photo of {len(picture) // 1000} kB, CPU x4: {took:.0f} ms")
    assert page.evaluate("happened") == [
        *("readwrite strict", "add records", "put meta", "complete"),
    ]


def test_goods_packed_without_a_network_get_a_code_of_the_reserve_that_the_server_takes(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    page.goto(f"{field.address}/app/#/log/pack")
    page.locator("main button.opt").first.click()
    keys(page, "12")
    page.get_by_role("button", name="Tiếp").click()
    page.get_by_role("button", name="Cải ngọt túi 500 g").click()
    keys(page, "20")
    page.get_by_role("button", name="Tiếp").click()
    keys(page, "2")
    page.get_by_role("button", name="Tạo lô").click()
    code = page.locator(".tick b").inner_text().replace("-", "")
    assert re.fullmatch(r"[0-9A-Z]{10}", code)
    records, _ = phones.kept(page)
    assert f"'code': '{code}'" in str(records[0]["batches"])
    page.goto(f"{field.address}/app/#/batches")
    waiting = page.locator(".opt").filter(has_text="Còn trong máy")
    expect(waiting).to_contain_text("20 túi", timeout=phones.SLOW_MS)
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    field.assert_arrived_once(page, 1)
    page.goto(f"{field.root}/B/{code}")
    named = page.get_by_role("heading", level=1)
    expect(named).to_contain_text("Cải ngọt túi 500 g", timeout=phones.SLOW_MS)


def test_a_photo_of_a_code_is_read_by_the_library_and_an_unknown_one_can_be_logged(
    phone: BrowserContext, field: Field
) -> None:
    phone.add_init_script("delete window.BarcodeDetector")
    page = phone.new_page()
    field.enrol(page)
    drawn = io.BytesIO()
    segno.make("NCC-LO-77", error="m").save(drawn, kind="png", scale=12)
    page.goto(f"{field.address}/app/#/scan")
    expect(page.get_by_text("Không mở được máy ảnh")).to_be_visible(timeout=phones.SLOW_MS)
    file = {"name": "code.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator(".note .code")).to_have_text("NCC-LO-77", timeout=phones.SLOW_MS)
    page.get_by_role("button", name="Ghi nhận hàng với mã này").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Nhận từ ai?")
    draft = page.evaluate(phones.META, "draft")
    assert draft["answers"]["fields"] == {"supplier_lot": "NCC-LO-77"}


FOREIGN = "0ABCD-12O45"  # ten letters and digits, as ours have


@pytest.mark.parametrize("is_down", [False, True])
def test_a_code_that_only_looks_like_ours_can_be_logged_as_a_suppliers(
    phone: BrowserContext, field: Field, *, is_down: bool
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = is_down
    page.goto(f"{field.address}/app/#/scan")
    page.locator("#typed").fill(FOREIGN)
    page.get_by_role("button", name="Mở", exact=True).click()
    said = "Chưa có mạng" if is_down else "Không có mã này"
    expect(page.get_by_role("status")).to_contain_text(said)
    page.get_by_role("button", name="Ghi nhận hàng với mã này").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Nhận từ ai?")
    draft = page.evaluate(phones.META, "draft")
    assert draft["answers"]["fields"] == {"supplier_lot": FOREIGN}  # as it stands on the label


def test_a_shopper_is_not_asked_to_log_goods(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    for text, said in ((FOREIGN, "Không có mã này"), ("NCC-LO-77", "không phải của Traceapp")):
        page.goto(f"{field.address}/app/#/scan")
        page.locator("#typed").fill(text)
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(said)
        expect(page.get_by_role("button", name="Ghi nhận hàng với mã này")).to_have_count(0)


def test_the_link_of_a_delivery_leads_to_its_page(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    field.enrol(page)
    page.goto(f"{field.address}/app/#/scan")
    page.locator("#typed").fill("https://truyxuat.example/h/0123456789abcdefABCDE_")
    page.get_by_role("button", name="Mở", exact=True).click()
    expect(page).to_have_url(f"{field.address}/h/0123456789abcdefABCDE_")
