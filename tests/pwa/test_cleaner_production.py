"""From a signed commitment to what a shopper reads, on a phone without a script."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from tests.pictures import jpeg
from tests.pwa.doors import MAKERS, OFFICER, enter

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
LOT = "CX-BT-09"
OWNER = "Nguyễn Hữu Sơn"  # of the establishment that makes it
TODAY = date.today()  # noqa: DTZ011 - the browser, too, asks the clock of this machine
NOTICED_MS = 700  # until every worker knows that a kept page is stale
WORDS = "Ghi sổ điện mỗi tháng.", "Write down the power used each month."
CARD = {
    "vi": ("Sản xuất sạch hơn", "Điện: −6,50\u00a0%", "đã kiểm tra", "Bịt khe lò sao chè"),
    "en": ("Cleaner production", "−6.50%", "Checked by", "Seal the tea kiln", "kWh/kg of tea"),
}
PROMISE = {
    "vi": ("Chuỗi: Làng nghề", WORDS[0]),
    "en": ("Chain: Craft villages", WORDS[1]),
}


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone whose browser runs no script."""
    context = browser.new_context(locale="vi-VN", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()


def fill(page: Page, **values: str) -> None:
    for name, text in values.items():
        page.locator(f'[name="{name}"]').fill(text)


def send(page: Page) -> None:
    page.locator("main form[method=post] button").first.click()
    page.wait_for_load_state()


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def commit(page: Page, demo: str) -> None:
    """Let the maker join a chain and sign what the programme wrote, and the programme accept it."""
    enter(page, demo, OFFICER)
    page.goto(f"{demo}/desk/commitments/text")
    fill(page, text=WORDS[0], text_en=WORDS[1])
    send(page)
    enter(page, demo, OWNER)
    page.goto(f"{demo}/desk/chains/join")
    page.locator("[name=chain][value=craft_village]").check()
    fill(page, on_day=days_ago(500))
    send(page)
    page.goto(f"{demo}/desk/commitments/new")
    expect(page.locator("main")).to_contain_text(WORDS[0])
    fill(page, signed_on=days_ago(480), signer="Người ký", signer_role="Chủ hộ")
    page.locator("[name=photo]").set_input_files(paper("signed.jpg"))
    send(page)
    signed = page.url
    enter(page, demo, OFFICER)
    page.goto(signed)
    page.locator("button[name=do][value=accept]").click()
    page.wait_for_load_state()


def paper(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg()}


def test_from_a_commitment_to_the_shoppers_page_in_both_languages(plain: Page, demo: str) -> None:
    page = plain
    commit(page, demo)
    page.goto(f"{demo}/desk/assessments/new?q=ba+trai")
    page.locator("a[href*='/assessments/new/']").first.click()
    fill(page, output_unit="kg chè", output_unit_en="kg of tea")
    fill(page, not_covered="Chưa xét vận chuyển")
    send(page)
    assessment = page.url
    page.goto(f"{assessment}/measures/new")
    page.locator("[name=kind]").select_option("energy")
    fill(page, title="Bịt khe lò sao chè", title_en="Seal the tea kiln")
    fill(page, proposed_on=days_ago(400))
    send(page)
    enter(page, demo, MAKERS[LOT])
    for state, day in (("chosen", 390), ("done", 370)):
        page.goto(assessment)
        page.get_by_role("link", name="Bịt khe lò sao chè").click()
        page.locator(f"[name=state][value={state}]").check()
        fill(page, on=days_ago(day))
        page.locator("[name=photo]").set_input_files(paper(f"{state}.jpg"))
        send(page)
    page.goto(f"{assessment}/figures/new")
    page.locator("[name=kind]").select_option("energy")
    page.locator("[name=method]").select_option("bill")
    fill(page, name="Điện", name_en="Electricity", before="0,8", before_unit="kWh/kg")
    fill(page, after="0,748", after_unit="kWh/kg", unit_en="kWh/kg of tea")
    fill(page, before_from=days_ago(360))
    fill(page, before_until=days_ago(181), after_from=days_ago(180), after_until=days_ago(1))
    send(page)
    expect(page.locator("body")).to_contain_text("Cơ sở tự khai, chưa ai kiểm tra")
    page.goto(f"{demo}/desk/batches?q={LOT}")
    code = str(page.locator("table.rows a").first.get_attribute("href")).rpartition("/")[2]
    enter(page, demo, OFFICER)
    page.goto(assessment)
    page.get_by_role("link", name="Kiểm tra", exact=True).click()
    fill(page, how="Xem sáu hóa đơn")
    send(page)
    page.wait_for_timeout(NOTICED_MS)
    for language, words in CARD.items():
        page.goto(f"{demo}/B/{code}?lang={language}")
        reads(page, words)
        page.locator("a[href^='/producers/']").first.click()
        reads(page, (*words, *PROMISE[language]))


def reads(page: Page, words: Iterable[str]) -> None:
    for text in words:
        expect(page.locator("body")).to_contain_text(text)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
