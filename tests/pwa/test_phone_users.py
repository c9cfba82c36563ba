"""A phone of several people: who logs is chosen without a network, and arrives with the record."""

import os
import sqlite3
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import desk, phones
from tests.pwa.doors import CLERK
from tests.pwa.phones import Field
from tests.pwa.small_screens import SCHEMES, TARGETS

PIN, OTHER_PIN = "1379", "246810"
OTHER = "Đổi người ghi"


def shared(page: Page, field: Field) -> tuple[str, str]:
    """Enrol a phone that somebody else uses, too, and have it know; give whom."""
    field.enrol(page)
    user_id, name = desk.let_use(field.root, page.evaluate(phones.META, "phone_id"))
    hear(page, field)
    expect(page.get_by_role("link", name=OTHER)).to_be_visible(timeout=phones.SLOW_MS)
    return user_id, name


def hear(page: Page, field: Field) -> None:
    """Log a watering: what the desk did comes with the answer."""
    phones.water(page, field.address)
    phones.until(page, lambda: all(one["state"] != "saved" for one in phones.kept(page)[0]))


def type_pin(page: Page, pin: str) -> None:
    """Type a PIN by touch."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Xong", exact=True).click()


def switch(page: Page, field: Field, name: str, pin: str, *, sets: bool = False) -> None:
    """Choose somebody on the screen of names, by touch, and type the PIN; twice where it is set."""
    page.goto(f"{field.address}/app/#/who")
    page.get_by_role("button", name=name).click()
    if sets:
        expect(page.get_by_role("heading", level=2)).to_have_text("Đặt mã PIN, 4 đến 6 số")
        type_pin(page, pin)
        expect(page.get_by_role("heading", level=2)).to_have_text("Gõ lại mã PIN đó")
    type_pin(page, pin)
    expect(page.locator("h1")).to_contain_text(name, timeout=phones.SLOW_MS)
    expect(page.locator(".tile").first).to_be_visible()


def set_own_first(page: Page, field: Field) -> None:
    """Set the PIN of who uses the phone now, by the keys of a keyboard alone."""
    page.goto(f"{field.address}/app/#/who")
    expect(page.locator(".note")).to_contain_text(f"{CLERK} hãy tự đặt mã PIN trước")
    for question in ("Đặt mã PIN, 4 đến 6 số", "Gõ lại mã PIN đó"):
        expect(page.get_by_role("heading", level=2)).to_have_text(question)
        page.keyboard.type(PIN + "5")
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("Chọn tên của bạn")


def authors(folder: Path, page: Page) -> list[str]:
    """Name, record by record of a phone, who is its author on the server."""
    names = []
    with sqlite3.connect(f"file:{phones.database_of(folder)}?mode=ro", uri=True) as database:
        for record in phones.kept(page)[0]:
            event = record["event"]
            assert isinstance(event, dict)
            key = bytes.fromhex(str(event["id"]).replace("-", ""))
            query = (
                "SELECT name FROM event JOIN membership ON membership.member_id ="
                " event.author_member_id WHERE event_id = ?"
            )
            names.append(database.execute(query, (key,)).fetchone()[0])
    return names


def test_people_of_one_phone_switch_and_log_without_a_network(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    _, name = shared(page, field)
    field.network.is_down = True
    set_own_first(page, field)
    switch(page, field, name, OTHER_PIN, sets=True)
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()  # a draft of hers
    phones.water(page, field.address)
    page.goto(f"{field.address}/app/#/who")
    page.get_by_role("button", name=CLERK).click()
    for _ in range(5):
        type_pin(page, OTHER_PIN[:4])
        expect(page.get_by_role("alert")).to_be_visible()
        page.wait_for_timeout(600)
    expect(page.get_by_role("alert")).to_contain_text("Chờ")
    expect(page.get_by_role("button", name="1", exact=True)).to_be_disabled()
    page.reload()
    page.get_by_role("button", name=CLERK).click()
    expect(page.get_by_role("alert")).to_contain_text("Chờ")  # opening it anew ends no wait
    expect(page.get_by_role("button", name="1", exact=True)).to_be_enabled(timeout=40_000)
    type_pin(page, PIN)
    expect(page.locator("h1")).to_contain_text(CLERK)
    expect(page.locator(".tile").first).to_be_visible()  # the PIN was right
    phones.water(page, field.address)
    field.network.is_down = False
    phones.send_now(page, field.address)
    field.assert_arrived_once(page, 3)
    assert authors(field.folder, page) == [CLERK, name, CLERK]
    told = page.evaluate(phones.META, "pins")
    assert {PIN, OTHER_PIN}.isdisjoint(str(told))


def test_a_draft_stays_with_who_made_it(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    _, name = shared(page, field)
    set_own_first(page, field)
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    chosen = page.locator("main button.opt[aria-pressed=true], main button.opt[aria-checked=true]")
    expect(chosen).to_have_count(1)
    switch(page, field, name, OTHER_PIN, sets=True)
    page.goto(f"{field.address}/app/#/log/irrigate")
    expect(page.locator("main button.opt").first).to_be_visible()
    expect(chosen).to_have_count(0)
    page.goto(
        f"{field.address}/app/#/batches/labels"
    )  # labels are issued as the phone's own person
    page.locator("main a.opt").first.click()
    expect(page.locator("main .note")).to_contain_text(f"in tem bằng tên {CLERK}")
    switch(page, field, CLERK, PIN)
    page.goto(f"{field.address}/app/#/log/irrigate")
    expect(chosen).to_have_count(1)


def test_the_desk_resets_a_pin_and_takes_somebody_off(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    user_id, name = shared(page, field)
    phone_id = page.evaluate(phones.META, "phone_id")
    set_own_first(page, field)
    switch(page, field, name, OTHER_PIN, sets=True)
    desk.press(field.root, phone_id, user_id, "pin")
    hear(page, field)
    set_up = page.get_by_text(f"{name} hãy tự đặt mã PIN trước")
    page.goto(f"{field.address}/app/#/who")
    phones.until(page, set_up.is_visible)
    desk.press(field.root, phone_id, user_id, "remove")
    phones.water(page, field.address)
    page.goto(f"{field.address}/app/#/outbox")
    phones.send_now(page, field.address)
    phones.until(page, lambda: phones.kept(page)[0][-1]["state"] == "needs_you")
    page.goto(f"{field.address}/app/#/record/{phones.kept(page)[0][-1]['sequence']}")
    reason = page.get_by_role("status").first
    expect(reason).to_contain_text("Người ghi việc này không còn dùng máy này")
    hear_and_leave(page, field, name)


def hear_and_leave(page: Page, field: Field, name: str) -> None:
    """Open the app again: whoever was taken off logs nothing more, the phone's own person does."""
    page.goto(f"{field.address}/app/#/settings")
    page.evaluate("import('/static/pwa/app/core/snapshot.js').then(({pull}) => pull())")
    page.goto(f"{field.address}/app/#/")
    expect(page.get_by_role("alert")).to_contain_text(f"{name} không còn dùng máy này")
    page.get_by_role("button", name=CLERK).click()
    type_pin(page, PIN)
    expect(page.locator("h1")).to_contain_text(CLERK)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_choosing_who_logs_is_for_everybody(
    phone: BrowserContext, field: Field, language: str
) -> None:
    page = phone.new_page()
    _, name = shared(page, field)
    page.evaluate(f"localStorage.setItem('language', '{language}')")
    page.goto(f"{field.address}/app/#/who")
    page.reload()
    look_at(page, "first", language)
    page.locator("main > button.quiet").click()
    look_at(page, "names", language)
    page.get_by_role("button", name=name).click()
    page.keyboard.type("12")
    look_at(page, "pin", language)
    page.goto(f"{field.address}/app/#/")
    look_at(page, "home", language)
    page.goto(f"{field.address}/app/#/settings")
    look_at(page, "settings", language)


def look_at(page: Page, name: str, language: str) -> None:
    """Have a screen looked over, as small as phones are, in both schemes."""
    expect(page.locator("h1")).not_to_be_empty()
    expect(page.locator("main > *").first).to_be_visible()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 320, "height": 640})
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate(TARGETS) == []
        if folder := os.environ.get("PICTURES"):
            page.set_viewport_size({"width": 360, "height": 740})
            page.screenshot(path=f"{folder}/{name}-{language}-{scheme}.png")
