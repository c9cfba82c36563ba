"""Whole ways with the keys of a keyboard alone: nothing is out of reach, and no place is lost."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field
from tests.pwa.small_screens import settle

MOST_TABS = 60
# What has the focus, as it is named; nothing where the page has lost it.
AT = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || !at.isConnected) return "";
  const name = at.getAttribute("aria-label") ?? at.textContent;
  return name.trim().replace(/\\s+/g, " ") || at.tagName;
}"""
IS_SHOWN = """() => [document.activeElement, document.activeElement.closest("label")]
  .some((one) => one && getComputedStyle(one).outlineStyle !== "none")"""


@pytest.fixture
def page(phone: BrowserContext, field: Field) -> Page:
    """A phone of the clerk, in the field without a network, on its first screen."""
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    page.evaluate("() => { location.hash = '#/place' }")
    page.get_by_role("button", name="VD-04").click()  # where nothing was sprayed of late
    expect(page.locator(".tile").first).to_be_visible()
    return page


def reach(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus, and shows that it has."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if at.startswith(name):
            assert page.evaluate(IS_SHOWN), f"nobody sees that {at} has the focus"
            return
        passed.append(at)
    raise AssertionError((name, passed))


def enter(page: Page, *names: str) -> None:
    """Go to each and press Enter: the focus goes on to what comes of it."""
    for name in names:
        reach(page, name)
        page.keyboard.press("Enter")
        settle(page)
        assert page.evaluate(AT), f"the focus is lost behind {name}"


def ticked(page: Page) -> None:
    expect(page.locator(".tick")).to_be_visible()
    assert page.evaluate(AT)


def test_a_watering_on_several_plots_takes_no_finger(page: Page) -> None:
    enter(page, "Tưới", "Làm ở nhiều thửa", "VD-08", "Xong, 2 thửa")
    assert "2 thửa" in page.get_by_role("heading", level=1).inner_text()
    enter(page, page.locator("main button.opt").first.inner_text(), "Xong, lưu lại")
    ticked(page)
    enter(page, "Xong")
    expect(page.locator(".tile").first).to_be_visible()


def test_a_harvest_takes_no_finger(page: Page) -> None:
    enter(page, "Việc khác", "Hái")
    page.keyboard.type("18,55")
    page.keyboard.press("Backspace")
    expect(page.locator("output")).to_have_text("18,5")
    enter(page, "Tạo lô")
    ticked(page)
    ((record,), _) = phones.kept(page)
    event = record["event"]
    assert isinstance(event, dict)
    assert [one["quantity"] for one in event["outputs"]] == ["18.5"]


def test_packing_takes_no_finger(page: Page) -> None:
    enter(page, "Việc khác", "Đóng gói", "Rau muống")
    page.keyboard.type("12")
    enter(page, "Tiếp")
    assert page.evaluate(AT) == page.get_by_role("heading", level=2).inner_text()
    enter(page, "Rau muống túi 500 g")
    page.keyboard.type("20")
    enter(page, "Tiếp")
    page.keyboard.type("2")
    enter(page, "Tạo lô")
    ticked(page)


def test_the_digits_of_a_field_are_not_those_of_the_keypad(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/log/spray' }")
    page.locator("main button.opt").filter(has_text="Loại khác").click()
    reach(page, "Phun thuốc gì?")
    page.keyboard.type("Abamectin 1.8")
    expect(page.locator("main input.field")).to_have_value("Abamectin 1.8")
