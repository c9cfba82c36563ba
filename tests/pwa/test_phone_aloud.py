"""The question on the screen is read aloud: in the reader's language, by a voice of the phone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

# This machine has no voice. What the app gives to one is what a phone would say.
VOICES = """
  window.said = [];
  const voices = %s.map(([lang, localService]) => ({lang, localService, name: lang}));
  speechSynthesis.getVoices = () => voices;
  speechSynthesis.speak = (one) => said.push([one.voice.name, one.lang, one.text]);
  speechSynthesis.cancel = () => said.push("hush");
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
MANY = "[['en-GB', true], ['vi-VN', false], ['vi_VN', true]]"
READ = "Đọc to câu hỏi"
STOP = "Thôi đọc"


@pytest.fixture
def page(phone: BrowserContext, field: Field) -> Page:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    return page


def said(page: Page) -> list[str]:
    """Give what was said since it last fell silent."""
    everything = page.evaluate("said")
    silent = len(everything) - everything[::-1].index("hush") if "hush" in everything else 0
    return [text for _, _, text in everything[silent:]]


def with_voices(page: Page, field: Field, voices: str, screen: str) -> None:
    page.add_init_script(VOICES % voices)
    page.goto(f"{field.address}/app/#/log/{screen}")
    page.reload()
    expect(page.get_by_role("button", name=READ)).to_be_visible(timeout=phones.SLOW_MS)


def test_every_question_is_read_until_somebody_has_heard_enough(page: Page, field: Field) -> None:
    with_voices(page, field, MANY, "sow")
    assert page.evaluate("said") == []
    page.get_by_role("button", name=READ).click()
    phones.until(page, lambda: said(page))
    first = page.get_by_role("heading", level=2).inner_text()
    assert said(page) == [first]
    assert page.evaluate("said.at(-1).slice(0, 2)") == ["vi_VN", "vi-VN"]  # needs no network
    page.locator("main input.field").fill("Mơ")
    page.get_by_role("button", name="Tiếp").click()
    phones.until(page, lambda: said(page) and said(page) != [first])
    assert said(page) == [page.get_by_role("heading", level=2).inner_text()]
    page.locator("button.language").click()
    phones.until(page, lambda: said(page) and page.evaluate("said.at(-1)[1]") == "en-GB")
    page.get_by_role("button", name="Stop reading").click()
    phones.until(page, lambda: page.evaluate("said.at(-1)") == "hush")
    page.reload()
    expect(page.get_by_role("button", name="Read the question aloud")).to_be_visible()
    assert page.evaluate("said") == []


def test_who_wants_it_read_need_not_ask_again_and_leaving_ends_it(page: Page, field: Field) -> None:
    with_voices(page, field, MANY, "irrigate")
    page.get_by_role("button", name=READ).click()
    phones.until(page, lambda: said(page))
    answers = page.locator("main .opt").all_inner_texts()
    assert answers
    assert said(page)[1:] == [answer.strip().replace("\n", ", ") for answer in answers]
    page.reload()
    phones.until(page, lambda: said(page))
    expect(page.get_by_role("button", name=STOP)).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => { location.hash = '#/' }")
    phones.until(page, lambda: page.evaluate("said.at(-1)") == "hush")


def test_a_harvest_before_its_day_is_read_too(page: Page, field: Field) -> None:
    page.goto(f"{field.address}/app/#/log/spray")
    page.locator("main button.opt").first.click()
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    with_voices(page, field, MANY, "harvest")
    page.get_by_role("button", name=READ).click()
    phones.until(page, lambda: said(page))
    assert "Được hái từ" in " ".join(said(page))


def test_a_phone_without_a_voice_says_where_to_get_one(page: Page, field: Field) -> None:
    page.goto(f"{field.address}/app/#/log/irrigate")  # the voices of this machine: none
    page.get_by_role("button", name=READ).click()
    expect(page.get_by_role("status")).to_contain_text("chưa có giọng đọc tiếng Việt")
    expect(page.get_by_role("button", name=READ)).to_be_visible()


def test_no_voice_of_another_language_reads_vietnamese(page: Page, field: Field) -> None:
    with_voices(page, field, "[['en-GB', true]]", "irrigate")
    page.get_by_role("button", name=READ).click()
    expect(page.get_by_role("status")).to_contain_text("chưa có giọng đọc tiếng Việt")
    assert page.evaluate("said.filter((one) => one !== 'hush')") == []
