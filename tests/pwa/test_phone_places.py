"""Where a step happens: where the phone is, where the last one was, or on several plots at once."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

ON_VD_07 = {"latitude": 20.99325, "longitude": 105.9164, "accuracy": 12}
BETWEEN_VD_07_AND_11 = {"latitude": 20.9932, "longitude": 105.91695, "accuracy": 40}
IN_THE_CITY = {"latitude": 21.0285, "longitude": 105.8542, "accuracy": 12}
NEARBY, THERE = "Tìm thửa gần đây", "a.opt[href='#/place']"


@pytest.fixture
def page(phone: BrowserContext, field: Field) -> Page:
    """A phone of the clerk, in the field without a network."""
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    return page


def go(page: Page, path: str) -> None:
    page.evaluate("(path) => { location.hash = path }", f"#{path}")


def plots_of(page: Page) -> list[str]:
    """Name the plots of what was logged, as they are told in the outbox."""
    records, _ = phones.kept(page)
    return [plot for one in records for plot in re.findall(r"VD-\d+", str(one["title"]))]


def water(page: Page) -> None:
    page.locator("main button.opt").first.click()
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()


def test_the_position_chooses_the_plot_that_somebody_stands_on(
    phone: BrowserContext, page: Page
) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation(ON_VD_07)  # type: ignore[arg-type]
    page.locator(THERE).click()
    page.get_by_role("button", name=NEARBY).click()
    expect(page.locator(".tile").first).to_be_visible()  # one tap: it is sure
    expect(page.locator(THERE)).to_contain_text("VD-07")
    go(page, "/log/irrigate")
    expect(page.get_by_role("heading", level=1)).to_contain_text("VD-07")
    water(page)
    assert plots_of(page) == ["VD-07"]


def test_a_position_that_may_be_another_plot_only_says_how_far_each_is(
    phone: BrowserContext, page: Page
) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation(BETWEEN_VD_07_AND_11)  # type: ignore[arg-type]
    go(page, "/place")
    page.get_by_role("button", name=NEARBY).click()
    expect(page.get_by_role("status")).to_contain_text("Chưa chắc bạn đang ở thửa nào")
    plots = page.locator(".list .opt")
    first_two = {plots.nth(0).inner_text().split("\n")[0], plots.nth(1).inner_text().split("\n")[0]}
    assert first_two == {"VD-07", "VD-11"}
    expect(plots.first).to_contain_text(" m")
    plots.filter(has_text="VD-11").click()
    expect(page.locator(THERE)).to_contain_text("VD-11")


@pytest.mark.parametrize("may_ask", [True, False])
def test_far_from_every_plot_or_without_a_position_the_person_chooses(
    phone: BrowserContext, page: Page, *, may_ask: bool
) -> None:
    if may_ask:
        phone.grant_permissions(["geolocation"])
        phone.set_geolocation(IN_THE_CITY)  # type: ignore[arg-type]
    go(page, "/place")
    page.get_by_role("button", name=NEARBY).click()
    said = "Chưa chắc bạn đang ở thửa nào" if may_ask else "Không biết máy đang ở đâu"
    expect(page.get_by_role("status")).to_contain_text(said)
    page.get_by_role("button", name="VD-04").click()
    expect(page.locator(THERE)).to_contain_text("VD-04")


def test_the_same_work_on_several_plots_is_one_press_and_a_record_for_each(
    page: Page, field: Field
) -> None:
    go(page, "/log/irrigate")
    page.get_by_role("button", name="Làm ở nhiều thửa").click()
    for plot in page.locator(".list .opt[aria-pressed=true]").all():
        plot.click()
    for name in ("VD-02", "VD-04", "VD-08"):
        page.locator(".list .opt").filter(has_text=name).click()
    page.get_by_role("button", name="Xong, 3 thửa").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 thửa")
    water(page)
    expect(page.locator(".tick")).to_contain_text("3")
    assert plots_of(page) == ["VD-02", "VD-04", "VD-08"]
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    field.assert_arrived_once(page, 3)


def test_the_next_step_begins_where_the_last_one_was_saved(page: Page, field: Field) -> None:
    before = page.locator(THERE).inner_text()
    go(page, "/log/irrigate")
    page.get_by_role("button", name="Làm ở nhiều thửa").click()
    for plot in page.locator(".list .opt[aria-pressed=true]").all():
        plot.click()
    page.locator(".list .opt").filter(has_text="VD-08").click()
    page.get_by_role("button", name="Xong, 1 thửa").click()
    water(page)
    page.get_by_role("link", name="Xong", exact=True).click()
    expect(page.locator(THERE)).to_contain_text("VD-08")
    assert "VD-08" not in before
    page.reload()
    expect(page.locator(THERE)).to_contain_text("VD-08")
    go(page, "/log/irrigate")
    expect(page.get_by_role("heading", level=1)).to_contain_text("VD-08")


def test_looking_for_the_position_takes_nobody_away_from_another_screen(page: Page) -> None:
    page.evaluate(
        "() => { navigator.geolocation.getCurrentPosition = (found) => { window.tell = found } }"
    )
    go(page, "/place")
    page.get_by_role("button", name=NEARBY).click()
    go(page, "/log/irrigate")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tưới")
    page.evaluate("coords => tell({coords})", ON_VD_07)
    page.wait_for_timeout(200)
    assert page.url.endswith("#/log/irrigate")
