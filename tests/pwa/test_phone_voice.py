"""Saying instead of typing: recorded without a network, kept, sent once, heard at the desk.

Chromium brings a microphone of its own here, that beeps.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.pwa import phones
from tests.pwa.doors import CLERK, enter
from tests.pwa.faulty import RECORDS, VOICES
from tests.pwa.killable import killable, program
from tests.pwa.phones import Field

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SPEAK, STOP, LISTEN, DELETE = "Nói thay vì gõ", "Dừng ghi", "Nghe lại", "Xoá"
SAVE, NOTE = "Xong, lưu lại", "Ghi chú"
LOG = "/app/#/log/irrigate"
SPOKEN_MS, HELD_MS, A_SLIP_MS = 1500, 1600, 100
MOST_A_SECOND = 4200  # bytes: a minute stays under 250 kB
PLAYED = "one => one.play().then(() => new Promise(done => { one.onended = () => done(true); }))"
REFUSED = """navigator.mediaDevices.getUserMedia =
  () => Promise.reject(new DOMException("no", "NotAllowedError"))"""
DRAFTED = f"async () => (await ({phones.META})('draft'))?.answers.voice"  # it is on the disk
WITHOUT = {
    "denied": (REFUSED, "Micro đang bị chặn"),
    "no microphone": (REFUSED.replace("NotAllowed", "NotFound"), "không ghi âm được"),
    "unsupported": ("delete window.MediaRecorder", "không ghi âm được"),
}


@pytest.fixture(scope="module")
def with_microphone(browser: Browser) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-dev-shm-usage", *MICROPHONE]
    started = browser.browser_type.launch(executable_path=program(), args=flags)
    yield started
    started.close()


@pytest.fixture
def speaker(with_microphone: Browser, field: Field) -> Iterator[Page]:
    """A phone that can hear, enrolled."""
    context = with_microphone.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    page = context.new_page()
    field.enrol(page)
    yield page
    context.close()


def speak(page: Page, address: str) -> None:
    """Open a step and say something about it."""
    page.goto(f"{address}{LOG}")
    page.locator("main button.opt").first.click()
    page.get_by_role("button", name=SPEAK).click()
    expect(page.get_by_role("status")).to_contain_text("Đang ghi âm")
    page.wait_for_timeout(SPOKEN_MS)


def save(page: Page) -> None:
    page.get_by_role("button", name=SAVE).click()
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)


def heard(folder: Path) -> list[tuple[str, int, int, int]]:
    """Give kind, size and length of each voice note on the server, and of how many steps it is."""
    with sqlite3.connect(f"file:{phones.database_of(folder)}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT media_type, size, seconds, (SELECT count(*) FROM event_voice"
            " WHERE event_voice.sha256 = voice.sha256) FROM voice ORDER BY uploaded_at"
        ).fetchall()


def assert_heard_at_the_desk(field: Field) -> None:
    """Find the step as the clerk, listen to the end, and look at the page."""
    context = field.browser.new_context(locale="vi-VN")
    page = context.new_page()
    enter(page, field.root, CLERK)
    page.goto(f"{field.root}/desk/phones/incomplete?lang=vi")
    expect(page.get_by_text("lời nói, ghi ra chữ").first).to_be_visible()
    page.locator("main a[href*='/incomplete/']").first.click()
    expect(page.locator("audio")).to_be_visible()
    assert page.locator("audio").evaluate(PLAYED)
    assert page.locator("audio").evaluate("one => one.currentTime") > 1
    assert Axe().run(page).response["violations"] == []
    context.close()


def test_what_was_said_survives_two_kills_and_a_bad_network_and_is_heard_once(
    field: Field, tmp_path: Path
) -> None:
    with killable(field.browser.browser_type, program(), tmp_path, MICROPHONE) as chromium:
        page = chromium.start()
        field.enrol(page)
        field.network.is_down = True
        speak(page, field.address)
        page.get_by_role("button", name=STOP).click()
        expect(page.get_by_role("button", name=LISTEN)).to_be_visible()
        page.wait_for_timeout(500)
        chromium.kill()
        page = chromium.start()
        page.goto(f"{field.address}{LOG}")
        page.get_by_role("button", name=LISTEN).click()
        expect(page.get_by_role("button", name="Dừng nghe")).to_be_visible()
        save(page)
        chromium.kill()
        page = chromium.start()
        page.goto(f"{field.address}/app/")
        expect(page.locator(".pill")).to_contain_text("1 việc còn trong máy")
        for path in (VOICES, RECORDS):
            field.network.faults[path].extend(["late", "cut"])
        field.network.is_down = False
        phones.send_now(page, field.address)
        records = phones.wait_until_sent(page, 1)
    assert phones.arrived(field.folder, records) == [1]
    ((kind, size, seconds, steps),) = heard(field.folder)
    assert (kind, steps) == ("audio/webm", 1)
    assert 1 <= seconds <= 3
    assert size < MOST_A_SECOND * (seconds + 1)
    assert_heard_at_the_desk(field)


@pytest.mark.parametrize("fault", ["busy", "portal", "lost", "throttled", "too-large"])
def test_whatever_the_network_does_it_arrives_before_its_step_and_once(
    speaker: Page, field: Field, fault: str
) -> None:
    before = len(heard(field.folder))
    field.network.is_down = True
    speak(speaker, field.address)
    save(speaker)  # while somebody speaks: what was said until then goes along
    field.network.faults[VOICES].append(fault)
    field.network.is_down = False
    phones.send_now(speaker, field.address)
    if fault == "too-large":
        expect(speaker.locator(".state.bad")).to_have_text("Cần bạn xem")
        speaker.goto(f"{field.address}/app/#/record/1")
        expect(speaker.get_by_role("button", name=LISTEN)).to_be_visible()
        speaker.get_by_role("button", name="Gửi lại").click()
    records = phones.wait_until_sent(speaker, 1)
    assert phones.arrived(field.folder, records) == [1]
    assert [steps for *_, steps in heard(field.folder)[before:]] == [1]


def test_held_it_records_until_it_is_let_go_and_what_was_said_can_be_deleted(
    speaker: Page, field: Field
) -> None:
    speaker.goto(f"{field.address}{LOG}")
    speaker.get_by_role("button", name=SPEAK).hover()
    speaker.mouse.down()
    expect(speaker.get_by_role("status")).to_contain_text("Đang ghi âm")
    speaker.wait_for_timeout(HELD_MS)
    speaker.mouse.up()
    expect(speaker.get_by_role("button", name=LISTEN)).to_be_visible()
    speaker.get_by_role("button", name=DELETE).click()
    expect(speaker.get_by_role("button", name=SPEAK)).to_be_visible()
    speaker.locator("main button.opt").first.click()
    save(speaker)
    records, _ = phones.kept(speaker)
    assert "voice" not in records[0]


@pytest.mark.parametrize("lack", WITHOUT)
def test_where_it_cannot_be_said_it_can_be_typed(speaker: Page, field: Field, lack: str) -> None:
    change, words = WITHOUT[lack]
    speaker.goto(f"{field.address}{LOG}")
    speaker.evaluate(f"() => {{ {change} }}")
    speaker.locator("main button.opt").first.click()
    speaker.get_by_role("button", name=SPEAK).click()
    expect(speaker.get_by_role("alert")).to_contain_text(words)
    assert Axe().run(speaker).response["violations"] == []
    expect(speaker.get_by_label(NOTE)).to_be_in_viewport(ratio=1)
    speaker.get_by_label(NOTE).fill("Tưới hai lần")
    save(speaker)
    records, _ = phones.kept(speaker)
    event = records[0]["event"]
    assert isinstance(event, dict)
    assert event["fields"]["note"] == "Tưới hai lần"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_recording_and_hearing_it_again_are_for_everybody(
    speaker: Page, field: Field, language: str
) -> None:
    speak(speaker, field.address)
    speaker.evaluate(f"localStorage.setItem('language', '{language}')")
    assert Axe().run(speaker).response["violations"] == []
    speaker.get_by_role("button", name=STOP).click()
    expect(speaker.get_by_role("button", name=LISTEN)).to_be_visible()
    speaker.wait_for_function(DRAFTED)
    speaker.reload()
    expect(speaker.locator("main .pair button")).to_have_count(2)
    for scheme in ("light", "dark"):
        speaker.emulate_media(color_scheme=scheme)
        assert Axe().run(speaker).response["violations"] == []
    assert speaker.evaluate("document.documentElement.scrollWidth") <= 360
