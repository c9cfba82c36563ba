"""The drawing of a trace in a real browser: curves that do not cross, a box that scrolls, paper."""

import pytest
from playwright.sync_api import Page

from tests.pwa.doors import OFFICER, SELLER, enter

pytestmark = pytest.mark.browser

CROSSINGS = """() => {
  const lines = [...document.querySelectorAll("svg.family path")].map(path => {
    const steps = 60, length = path.getTotalLength();
    return [...Array(steps + 1).keys()].map(n => path.getPointAtLength(length * n / steps));
  });
  const side = (a, b, c) => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  const parted = (a, b, c, d) => side(a, b, c) * side(a, b, d) < 0;
  const cut = (a, b, c, d) => parted(a, b, c, d) && parted(c, d, a, b);
  let found = 0;
  lines.forEach((one, n) => lines.slice(n + 1).forEach(other => {
    for (let i = 1; i < one.length; i++)
      for (let j = 1; j < other.length; j++)
        if (cut(one[i - 1], one[i], other[j - 1], other[j])) found++;
  }));
  return [lines.length, found];
}"""
SCROLLS = """() => {
  const box = document.querySelector(".drawn");
  return [box.scrollWidth > box.clientWidth, document.documentElement.scrollWidth <= innerWidth];
}"""
MIDDLE = """box => {
  const {left, right} = box.getBoundingClientRect();
  return (left + right) / 2;
}"""
LETTERS = """() => [...document.querySelectorAll("svg.family text")]
  .map(text => parseFloat(getComputedStyle(text).fontSize))"""
OVERHANG = """() => [...document.querySelectorAll("svg.family g.box")].filter(box => {
  const room = box.querySelector("rect").getBoundingClientRect();
  return [...box.querySelectorAll("text")].some(
    text => text.getBoundingClientRect().right > room.right);
}).map(box => box.textContent)"""


def open_trace(page: Page, demo: str, lot: str) -> None:
    page.goto(f"{demo}/desk/batches?q={lot}")
    page.locator("table.rows a", has_text="").first.click()
    page.locator("main").get_by_role("link", name="Truy xuất", exact=True).click()
    page.wait_for_selector("svg.family")
    page.wait_for_load_state("load")  # a link that was followed does not wait for the styles


def test_the_rework_loop_draws_without_crossing_itself(page: Page, demo: str) -> None:
    enter(page, demo, OFFICER)
    open_trace(page, demo, "MD-45-T")
    assert page.evaluate(CROSSINGS) == [6, 0]


def test_a_phone_scrolls_the_drawing_and_not_the_page(page: Page, demo: str) -> None:
    enter(page, demo, OFFICER)
    page.set_viewport_size({"width": 360, "height": 740})
    open_trace(page, demo, "GL-UL-01")
    assert page.evaluate(SCROLLS) == [True, True]
    assert min(page.evaluate(LETTERS)) >= 12
    assert page.evaluate(OVERHANG) == []
    middle = page.locator("svg.family .here").evaluate(MIDDLE)
    assert 0 <= middle <= 360  # the drawing begins at what was asked for


def test_a_shop_reads_lots_of_others_inside_their_boxes_in_english_too(
    page: Page, demo: str
) -> None:
    enter(page, demo, SELLER)
    open_trace(page, demo, "CN-VD03-T")
    page.goto(f"{page.url.partition('?')[0]}?lang=en")
    assert page.locator("svg.family .name", has_text="Lot of another").count() == 2
    assert page.evaluate(OVERHANG) == []


def test_boxes_lead_to_other_traces_by_keyboard(page: Page, demo: str) -> None:
    enter(page, demo, OFFICER)
    open_trace(page, demo, "MD-45-T")
    page.locator("svg.family a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/trace")
    assert "MD-45-T" not in page.locator("h1").inner_text()


def test_paper_shows_drawing_and_table_and_no_menu(page: Page, demo: str) -> None:
    enter(page, demo, OFFICER)
    open_trace(page, demo, "MD-45-T")
    page.emulate_media(media="print")
    assert page.locator("svg.family").is_visible()
    assert page.locator("table.family-rows").is_visible()
    # A paper says of when it is.
    assert page.locator("main p", has_text="Tính đến lúc ").first.is_visible()
    assert not page.locator("nav.menu").is_visible()
    assert not page.locator("form.finder").is_visible()


def test_paper_of_the_past_says_so_and_draws_a_small_family_as_small_as_it_is(
    page: Page, demo: str
) -> None:
    enter(page, demo, OFFICER)
    open_trace(page, demo, "CN-VD06-H")
    page.goto(f"{page.url.partition('?')[0]}?direction=forward&as_of=2026-01-01T12:00")
    page.emulate_media(media="print")
    assert page.locator("main p", has_text="Tính đến lúc 01/01/2026 12:00").first.is_visible()
    assert not page.get_by_role("link", name="Xem hiện nay").is_visible()
    page.goto(page.url.partition("?")[0])
    drawn = page.locator("svg.family")
    assert drawn.evaluate("one => one.getBoundingClientRect().width <= one.width.baseVal.value + 1")
