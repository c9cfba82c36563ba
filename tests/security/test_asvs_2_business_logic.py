"""OWASP ASVS 5.0, chapter 2: nobody walks through the pages faster than people do."""

import secrets

import pytest
from flask.testing import FlaskClient

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from traceapp.gs1.batch_code import BatchCode
from traceapp.web.endpoints import transaction
from traceapp.web.pace import MOST_READERS, Window

PAGES, UNKNOWN = 5, 3
CARRIER = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def shopper(make_app: AppMaker) -> FlaskClient:
    app = make_app(PAGES_A_READER=str(PAGES), UNKNOWN_A_READER=str(UNKNOWN))
    return app.test_client()


def statuses(reader: FlaskClient, paths: list[str], address: str = "203.0.113.7") -> list[int]:
    remote = {"REMOTE_ADDR": address}
    return [reader.get(path, environ_overrides=remote).status_code for path in paths]


def codes(reader: FlaskClient, number: int) -> list[str]:
    with reader.application.app_context(), transaction():
        lan = business("HTX Lan")
        return [f"/B/{finished(lan, f'L-{one}', name=f'Cải {one}')}" for one in range(number)]


@pytest.mark.parametrize("path", ["/B/{}", "/reports/{}", "/producers/00000000-0000-4000-8000-{}"])
def test_asvs_2_4_1_guessing_ends_and_what_exists_is_still_answered(
    shopper: FlaskClient, path: str
) -> None:
    (known,) = codes(shopper, 1)

    def guess() -> str:
        own = BatchCode.mint().text if path.startswith("/B/") else secrets.token_hex(6)
        return path.format(own)

    assert statuses(shopper, [guess() for _ in range(UNKNOWN)]) == [404] * UNKNOWN
    refused = shopper.get(guess(), environ_overrides=CARRIER)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert statuses(shopper, [known]) == [200]
    assert statuses(shopper, [guess()], "203.0.113.8") == [404]


def test_asvs_2_4_1_walking_from_page_to_page_ends_and_kept_pages_do_not_count(
    shopper: FlaskClient,
) -> None:
    paths = codes(shopper, PAGES + 1)
    assert statuses(shopper, paths[:PAGES] * 3) == [200] * PAGES * 3
    assert statuses(shopper, paths[PAGES:]) == [429]
    assert statuses(shopper, paths[:PAGES]) == [200] * PAGES
    assert statuses(shopper, paths[PAGES:], "203.0.113.8") == [200]
    assert statuses(shopper, paths) == [200] * (PAGES + 1)  # somebody else had it made


@pytest.mark.parametrize("path", ["/report", "/B/7K3M9QRT2X/report"])
def test_asvs_2_4_1_forms_of_reports_are_pages_too(shopper: FlaskClient, path: str) -> None:
    assert statuses(shopper, [path] * (PAGES + 1)) == [200] * PAGES + [429]


def test_asvs_2_4_1_the_machine_itself_is_no_walker(shopper: FlaskClient) -> None:
    assert statuses(shopper, ["/report"] * (PAGES + 3), "127.0.0.1") == [200] * (PAGES + 3)


def test_asvs_2_4_1_a_thousand_shoppers_behind_one_address_are_never_stopped(
    make_app: AppMaker,
) -> None:
    reader = make_app().test_client()
    paths = codes(reader, 2)
    assert set(statuses(reader, paths * 500)) == {200}


def test_asvs_2_4_1_a_window_begins_anew_and_forgets_whom_it_does_not_know() -> None:
    window = Window(most=2, window=10)
    assert [window.wait_s("Tùng", at) for at in (0, 1, 2, 9.5, 10, 11, 12)] == [0, 0, 8, 1, 0, 0, 8]
    for number in range(MOST_READERS):
        window.wait_s(str(number), 12)
    assert window.wait_s("Tùng", 12) == 0
