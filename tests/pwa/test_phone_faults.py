"""What a phone does with each answer that is not what it wished for, to photos and to records."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.faulty import LIMIT, PHOTOS, RECORDS, WAIT_S
from tests.pwa.phones import Field

BOTH = pytest.mark.parametrize("path", [PHOTOS, RECORDS])


def logged(phone: BrowserContext, field: Field, *colours: int) -> Page:
    """Enrol a phone and log a watering with a photo for each colour, without a network."""
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    for colour in colours:
        phones.water(page, field.address, phones.photo(colour))
    return page


def send(page: Page, field: Field) -> None:
    field.network.is_down = False
    phones.send_now(page, field.address)


def left(phone: BrowserContext, page: Page) -> Page:
    """Close the app and give an empty tab.

    A page that is only led elsewhere may live on for a moment, and ask once more by its clock.
    """
    empty = phone.new_page()
    page.close()
    return empty


def wake_worker(phone: BrowserContext, page: Page, field: Field) -> None:
    """Do what the browser does when it has a network again."""
    session = phone.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(
            one["registrationId"]
            for one in said["registrations"]
            if one["scopeURL"].endswith("/app/")
        ),
    )
    session.send("ServiceWorker.enable")
    phones.until(page, lambda: registrations)
    wake = {"origin": field.address, "registrationId": registrations[-1], "tag": "outbox"}
    session.send("ServiceWorker.dispatchSyncEvent", {**wake, "lastChance": False})


@BOTH
def test_what_is_too_large_names_the_limit_and_stays(
    phone: BrowserContext, field: Field, path: str
) -> None:
    page = logged(phone, field, 10)
    field.network.faults[path].append("too-large")
    send(page, field)
    expect(page.locator(".state.bad")).to_have_text("Cần bạn xem")
    page.goto(f"{field.address}/app/#/record/1")
    expect(page.get_by_role("status")).to_contain_text("Quá lớn để gửi")
    expect(page.get_by_role("status")).to_contain_text(LIMIT)
    (record,), photos = phones.kept(page)
    assert record["state"] == "needs_you"
    assert len(photos) == 1
    page.get_by_role("button", name="Gửi lại").click()
    field.assert_arrived_once(page, 1)


def test_too_much_at_once_is_sent_in_smaller_parts(phone: BrowserContext, field: Field) -> None:
    page = logged(phone, field, 11, 12, 13)
    field.network.faults[RECORDS].append("too-large")
    send(page, field)
    field.assert_arrived_once(page, 3)
    assert [status for _, path, status in field.network.sent if path == RECORDS] == [200] * 3


@BOTH
@pytest.mark.parametrize("who", ["page", "worker"])
def test_a_server_that_asks_for_patience_gets_it(
    phone: BrowserContext, field: Field, path: str, who: str
) -> None:
    page = logged(phone, field, 14)
    if who == "page":
        page.goto(f"{field.address}/app/#/outbox")
    else:
        page = left(phone, page)
    field.network.faults[path].append("throttled")
    field.network.is_down = False
    asked: list[float] = []

    def has_asked() -> bool:
        asked[:] = [at for _, one, at in field.network.asked if one.startswith(path)]
        return bool(asked)

    if who == "worker":  # what it was told goes for a page opened after it
        wake_worker(phone, page, field)
        phones.until(page, has_asked)
        page.goto(f"{field.address}/app/#/outbox")
    while not has_asked():
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(100)
    for sign in ("focus", "online", "pageshow"):
        page.evaluate(f"dispatchEvent(new Event('{sign}'))")
    field.assert_arrived_once(page, 1)
    assert has_asked()
    refused, again = asked
    assert again - refused >= WAIT_S


def test_photos_that_the_server_lost_are_sent_again_before_their_record(
    phone: BrowserContext, field: Field
) -> None:
    page = logged(phone, field, 15, 16)
    field.network.faults[PHOTOS].extend(["lost", "lost"])
    send(page, field)
    field.assert_arrived_once(page, 2)
    photos = [path for _, path, _ in field.network.asked if path.startswith(PHOTOS)]
    assert sorted(photos.count(path) for path in set(photos)) == [2, 2]


def test_the_worker_sends_when_the_browser_wakes_it_with_no_page_open(
    phone: BrowserContext, field: Field
) -> None:
    page = left(phone, logged(phone, field, 17))
    field.network.is_down = False
    wake_worker(phone, page, field)
    phones.until(page, lambda: any(path == RECORDS for _, path, _ in field.network.sent))
    field.network.is_down = True  # what follows is read on the phone
    page.goto(f"{field.address}/app/#/outbox")
    field.assert_arrived_once(page, 1)
