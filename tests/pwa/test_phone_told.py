"""Being told by push: asked for on a tap, shown by the worker, opened by a tap, ended by a tap."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Worker, expect

from tests.pwa import phones
from tests.pwa.killable import program
from tests.pwa.phones import Field
from tests.pwa.test_phone_shopper import keep

WHOLE = ("chromium", "chromium-browser", "google-chrome")
ENDPOINT = "https://push.example.net/send/lan"
# Chromium has no push service to ask here: what it would hand out is made up, and nothing else.
STUBBED = """
const made = new Map();
const state = () => JSON.parse(localStorage.getItem("stub") ?? "null");
const as = (kept) => kept && {
  endpoint: kept.endpoint,
  options: { applicationServerKey: Uint8Array.from(kept.key).buffer },
  toJSON: () => ({ endpoint: kept.endpoint, keys: {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkN" +
      "toIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg" } }),
  unsubscribe: async () => { localStorage.removeItem("stub"); return true; },
};
PushManager.prototype.getSubscription = async () => as(state());
PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
  if (!userVisibleOnly) throw new Error("must be visible");
  const endpoint = localStorage.getItem("endpoint") ?? "ENDPOINT";
  localStorage.setItem("stub", JSON.stringify({ endpoint, key: [...applicationServerKey] }));
  return as(state());
};
""".replace("ENDPOINT", ENDPOINT)


@pytest.fixture(scope="module")
def showing(browser: Browser) -> Iterator[Browser]:
    """The whole of Chromium where it is there: its headless shell refuses every notice."""
    flags = ["--no-sandbox", "--disable-dev-shm-usage"]
    whole = next((found for name in WHOLE if (found := shutil.which(name))), program())
    started = browser.browser_type.launch(executable_path=whole, args=flags)
    yield started
    started.close()


@pytest.fixture
def phone(showing: Browser) -> Iterator[BrowserContext]:
    context = showing.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    yield context
    context.close()


@pytest.fixture
def code(field: Field) -> str:
    """A code on sale, of which the server tells nobody yet."""
    with closing(sqlite3.connect(phones.database_of(field.folder), timeout=20)) as connection:
        connection.execute("DELETE FROM push_subscription")
        connection.commit()
    return phones.code_in_use(field.folder)


def kept_on_the_server(field: Field) -> list[tuple[str, str, str]]:
    """Give whom the server tells of what, in which language."""
    database = f"file:{phones.database_of(field.folder)}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        found = connection.execute(
            "SELECT endpoint, code, language FROM push_subscription WHERE code IS NOT NULL"
        )
        return [(str(one), str(two), str(three)) for one, two, three in found]


def phones_told(field: Field) -> int:
    """Count the phones of staff that the server tells."""
    database = f"file:{phones.database_of(field.folder)}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        query = "SELECT count(*) FROM push_subscription WHERE code IS NULL"
        (counted,) = connection.execute(query).fetchone()
        return int(counted)


@pytest.fixture
def shopper(phone: BrowserContext, field: Field, code: str) -> Page:
    """A page on which a product is kept, with its worker running."""
    phone.grant_permissions(["notifications"], origin=field.address)
    page = phone.new_page()
    page.add_init_script(STUBBED)
    page.goto(f"{field.address}/app/#/product/{code}")
    expect(page.locator("[data-telling]")).to_have_count(0)  # nothing to tell before it is kept
    keep(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def test_a_shopper_asks_to_be_told_and_to_be_told_no_more(
    shopper: Page, field: Field, code: str
) -> None:
    ask = shopper.get_by_role("button", name="Báo cho tôi")
    expect(shopper.get_by_text("không biết bạn là ai")).to_be_visible()  # said before it is asked
    assert kept_on_the_server(field) == []
    ask.click()
    expect(shopper.locator("[data-telling=told]")).to_be_visible()
    assert kept_on_the_server(field) == [(ENDPOINT, code, "vi")]
    shopper.reload()
    expect(shopper.locator("[data-telling=told]")).to_be_visible()
    shopper.get_by_role("button", name="Thôi, đừng báo nữa").click()
    expect(shopper.locator("[data-telling=offered]")).to_be_visible()
    assert kept_on_the_server(field) == []
    assert shopper.evaluate("localStorage.getItem('stub')") is None  # the browser let go of it, too


def test_staff_ask_to_be_told_and_to_be_told_no_more(phone: BrowserContext, field: Field) -> None:
    phone.grant_permissions(["notifications"], origin=field.address)
    page = phone.new_page()
    page.add_init_script(STUBBED)
    field.enrol(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{field.address}/app/#/settings")
    card = page.locator("[data-telling]")
    for state, kept in (("offered", 0), ("told", 1), ("offered", 0)):
        expect(card).to_have_attribute("data-telling", state)
        assert phones_told(field) == kept
        card.get_by_role("button").click()


def test_whoever_lets_go_of_a_product_is_told_no_more_of_it(
    shopper: Page, field: Field, code: str
) -> None:
    shopper.get_by_role("button", name="Báo cho tôi").click()
    expect(shopper.locator("[data-telling=told]")).to_be_visible()
    shopper.get_by_role("button", name="Đang giữ").click()
    phones.until(shopper, lambda: kept_on_the_server(field) == [])
    expect(shopper.locator("[data-telling]")).to_have_count(0)
    assert code


def test_another_address_of_the_browser_or_another_language_is_told_to_the_server(
    shopper: Page, field: Field, code: str
) -> None:
    shopper.get_by_role("button", name="Báo cho tôi").click()
    expect(shopper.locator("[data-telling=told]")).to_be_visible()
    shopper.evaluate("localStorage.setItem('language', 'en')")
    shopper.reload()
    phones.until(shopper, lambda: kept_on_the_server(field) == [(ENDPOINT, code, "en")])
    shopper.evaluate(
        "address => { localStorage.removeItem('stub'); localStorage.setItem('endpoint', address) }",
        f"{ENDPOINT}/2",
    )
    shopper.reload()
    phones.until(shopper, lambda: kept_on_the_server(field) == [(f"{ENDPOINT}/2", code, "en")])


def test_who_refuses_or_has_no_network_is_told_what_to_do(
    phone: BrowserContext, field: Field, code: str
) -> None:
    page = phone.new_page()
    page.add_init_script(STUBBED)
    page.add_init_script("Notification.requestPermission = async () => window.answer ?? 'denied'")
    page.goto(f"{field.address}/app/#/product/{code}")
    keep(page)
    page.get_by_role("button", name="Báo cho tôi").click()
    expect(page.locator("[data-telling] [role=alert]")).to_contain_text("cài đặt của trình duyệt")
    page.evaluate("window.answer = 'granted'")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    field.network.is_down = True
    page.get_by_role("button", name="Báo cho tôi").click()
    expect(page.locator("[data-telling] [role=alert]")).to_contain_text("Chưa có mạng")
    field.network.is_down = False
    assert kept_on_the_server(field) == []


@pytest.mark.parametrize(
    ("agent", "words"),
    [("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)", "màn hình chính"), (None, "không nhận được")],
)
def test_a_browser_without_push_says_what_to_do(
    field: Field, code: str, agent: str | None, words: str
) -> None:
    context = field.browser.new_context(
        locale="vi-VN", viewport={"width": 360, "height": 740}, user_agent=agent
    )
    page = context.new_page()
    page.add_init_script("delete window.PushManager")
    page.goto(f"{field.address}/app/#/product/{code}")
    keep(page)
    expect(page.locator("[data-telling=cannot]")).to_contain_text(words)
    expect(page.get_by_role("button", name="Báo cho tôi")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_offer_is_read_by_everybody(shopper: Page, field: Field, language: str) -> None:
    shopper.set_viewport_size({"width": 320, "height": 640})
    shopper.evaluate("language => localStorage.setItem('language', language)", language)
    shopper.reload()
    for state in ("offered", "told"):
        expect(shopper.locator(f"[data-telling={state}]")).to_be_visible()
        assert [one["id"] for one in Axe().run(shopper).response["violations"]] == []
        assert not shopper.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert shopper.locator("[data-telling] button").bounding_box()["height"] >= 56  # type: ignore[index]
        shopper.locator("[data-telling] button").click()
    expect(shopper.locator("[data-telling=offered]")).to_be_visible()
    assert field


SHOWN = """() => self.registration.getNotifications()
  .then(all => all.map(one => [one.title, one.body, one.tag, one.lang, one.requireInteraction]))"""
# The headless shell of Chromium shows no notice: there it is noted what would be shown.
NOTED = """() => {
  if (Notification.permission === "granted") return;
  let shown = [];
  const without = (tag) => shown.filter((one) => one.tag !== tag);
  self.registration.showNotification = async (title, options) => {
    const close = () => { shown = without(options.tag); };
    shown = [...without(options.tag), { title, ...options, close }];
  };
  self.registration.getNotifications = async ({ tag } = {}) =>
    shown.filter((one) => !tag || one.tag === tag);
}"""
# Opening and focusing need the tap of a person, which nobody can make here.
WATCHED = """() => {
  self.opened = [];
  self.clients.openWindow = async (url) => { self.opened.push(["opened", url]); return null; };
  WindowClient.prototype.focus = async function () { self.opened.push(["focused", this.url]); };
}"""
CLICKED = """async (filter) => {
  const [notification] = await self.registration.getNotifications(filter);
  const event = new ExtendableEvent("notificationclick");
  Object.defineProperty(event, "notification", { value: notification });
  self.dispatchEvent(event);
  await new Promise((done) => setTimeout(done, 500));
  return self.opened;
}"""


@pytest.fixture
def worker(shopper: Page, phone: BrowserContext) -> Worker:
    """The worker of the app, with what it opens written down."""
    phones.until(shopper, lambda: phone.service_workers)
    (found,) = (one for one in phone.service_workers if one.url.endswith("/app/sw.js"))
    found.evaluate(NOTED)
    found.evaluate(WATCHED)
    return found


def deliver(page: Page, address: str, message: str) -> None:
    """Hand a message to the worker as Chromium does when one has come."""
    session: CDPSession = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(
            one["registrationId"]
            for one in told["registrations"]
            if one["scopeURL"].endswith("/app/")
        ),
    )
    session.send("ServiceWorker.enable")
    phones.until(page, lambda: found)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": address, "registrationId": found[0], "data": message},
    )


def test_a_message_is_shown_and_a_tap_opens_the_page_of_the_lot(
    shopper: Page, worker: Worker, field: Field, code: str
) -> None:
    said = {"title": "Thu hồi: Cải ngọt", "body": "Đừng ăn", "url": f"/B/{code}", "tag": code}
    message = json.dumps(said | {"lang": "vi", "stays": True})
    deliver(shopper, field.address, message)
    phones.until(shopper, lambda: worker.evaluate(SHOWN))
    assert worker.evaluate(SHOWN) == [["Thu hồi: Cải ngọt", "Đừng ăn", code, "vi", True]]
    assert worker.evaluate(CLICKED, {}) == [["opened", f"{field.address}/B/{code}"]]
    assert worker.evaluate(SHOWN) == []  # it was closed
    other = shopper.context.new_page()
    other.goto(f"{field.address}/B/{code}")
    deliver(shopper, field.address, message)
    phones.until(shopper, lambda: worker.evaluate(SHOWN))
    assert worker.evaluate(CLICKED, {})[-1] == ["focused", f"{field.address}/B/{code}"]


def test_a_newer_message_replaces_the_older_and_what_cannot_be_read_is_told_all_the_same(
    shopper: Page, worker: Worker, field: Field
) -> None:
    def titles() -> list[str]:
        return [one[0] for one in worker.evaluate(SHOWN)]

    for title in ("Một", "Hai"):
        deliver(shopper, field.address, json.dumps({"title": title, "tag": "x"}))
        phones.until(shopper, lambda: titles()[-1:])
    phones.until(shopper, lambda: titles() == ["Hai"])
    deliver(shopper, field.address, "not json")
    phones.until(shopper, lambda: "Traceapp" in titles())
    elsewhere = {"title": "Xa", "tag": "y", "url": "https://elsewhere.example/"}
    deliver(shopper, field.address, json.dumps(elsewhere))
    phones.until(shopper, lambda: "Xa" in titles())
    assert worker.evaluate(CLICKED, {"tag": "y"}) == []  # it leads nowhere else
