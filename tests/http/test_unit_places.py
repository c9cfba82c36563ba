"""Openings of labels with a number of their own, and the places that shoppers choose to tell."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.answers import told
from tests.http.on_sale import page
from tests.http.test_unit_pages import at_the_desk, serials
from tests.rooms.test_openings import BROWSER, counted
from tests.signing_in import signed_in
from traceapp.database.engine import db
from traceapp.labels import unit_openings
from traceapp.labels.unit_models import LabelOpeningCount, LabelPlaceCount
from traceapp.labels.unit_views import TOLD_A_READER
from traceapp.producers import territories
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

AWAY = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    app = make_app()
    with app.app_context(), transaction():
        territories.load()
    return app


@pytest.fixture
def shop(app: Flask) -> tuple[FlaskClient, str]:
    return at_the_desk(app, "HTX Bãi Xanh")


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = BROWSER
    return client


def opened(app: Flask) -> list[int]:
    with app.app_context():
        query = select(LabelOpeningCount.counted).order_by(LabelOpeningCount.number)
        return list(db.session.scalars(query))


def places(app: Flask) -> dict[str, int]:
    with app.app_context():
        rows = db.session.scalars(select(LabelPlaceCount))
        return {row.place: row.counted for row in rows}


def test_openings_of_a_label_count_for_it_and_for_its_lot_and_programs_do_not(
    app: Flask, shop: tuple[FlaskClient, str], shopper: FlaskClient
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    for serial, times in ((numbers[0], 3), (numbers[3], 1)):
        for _ in range(times):
            shopper.get(f"/B/{code}/21/{serial}")
    shopper.get(f"/B/{code}/21/{'A' * 10}")  # of no label: of the lot alone
    shopper.get(f"/B/{code}")
    shopper.get(f"/B/{code}/21/{numbers[0]}", headers={"User-Agent": "curl/8"})
    shopper.get(f"/B/{code}/21/{numbers[0]}", headers={"Accept": "application/json"})
    assert counted(app) == {code: 6}
    assert opened(app) == [3, 1]
    shopper.get(f"/B/{code}/21/{numbers[0]}")
    assert counted(app) == {code: 7}
    assert opened(app) == [4, 1]


def test_nothing_is_kept_but_label_day_place_and_a_number() -> None:
    label = {"producer_id", "issue_id", "number", "day", "counted"}
    assert {one.key for one in inspect(LabelOpeningCount).columns} == label
    assert {one.key for one in inspect(LabelPlaceCount).columns} == {*label, "place"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_shopper_chooses_a_place_from_the_list_and_nothing_else_is_sent(
    app: Flask, shop: tuple[FlaskClient, str], shopper: FlaskClient, language: str
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    path = f"/B/{code}/21/{numbers[0]}/place"
    assert f'href="{path}"' in page(shopper, f"/B/{code}/21/{numbers[0]}", language=language)
    shown = page(shopper, path, language=language)
    assert re.findall(r'name="(\w+)"[ >]', shown.partition("<form")[2]) == ["place"]
    assert "<option>xã Bát Tràng, Hà Nội</option>" in shown
    assert "<option>Đà Nẵng</option>" in shown
    assert "geolocation" not in shown
    for place in ("xã Bát Tràng, Hà Nội", "Đà Nẵng", "xã Bát Tràng, Hà Nội"):
        answer = shopper.post(path, data={"place": place})
        assert (answer.status_code, answer.location) == (303, f"{path}?told=1")
        assert answer.headers["Cache-Control"] == "no-store"
    thanks = {"vi": "Cảm ơn bạn", "en": "Thank you"}
    assert thanks[language] in page(shopper, f"{path}?told=1", language=language)
    assert places(app) == {"xã Bát Tràng, Hà Nội": 2, "Đà Nẵng": 1}
    assert opened(app) == []


def test_what_is_no_place_or_no_label_is_refused_and_counts_nothing(
    app: Flask, shop: tuple[FlaskClient, str], shopper: FlaskClient
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    path = f"/B/{code}/21/{numbers[0]}/place"
    for place in ("", "Atlantis", "21.03,105.85", "xã bát tràng"):
        answer = shopper.post(path, data={"place": place})
        assert answer.status_code == 422
        assert "Bạn chọn một nơi trong danh sách." in answer.text
    strange = shopper.post(path, data={"place": "Đà Nẵng", "latitude": "21.03"})
    assert strange.status_code in (400, 422)
    for wrong in (f"/B/{code}/21/{'A' * 10}/place", f"/B/7K3M9QRT2X/21/{numbers[0]}/place"):
        assert shopper.get(wrong).status_code == 404
        assert shopper.post(wrong, data={"place": "Đà Nẵng"}).status_code == 404
    assert places(app) == {}


def test_a_reader_tells_so_many_places_and_no_more_for_a_while(
    app: Flask, shop: tuple[FlaskClient, str], shopper: FlaskClient
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    path = f"/B/{code}/21/{numbers[0]}/place"
    for _ in range(TOLD_A_READER):
        sent = shopper.post(path, data={"place": "Huế"}, environ_overrides=AWAY)
        assert sent.status_code == 303
    said = shopper.post(
        path,
        data={"place": "Huế"},
        environ_overrides=AWAY,
        headers={"Accept": "application/problem+json"},
    )
    told(said, 429, "too-many-requests")
    assert places(app) == {"Huế": TOLD_A_READER}


def note(app: Flask, code: str, counts: dict[str, int]) -> None:
    today = datetime.now(UTC).astimezone(HANOI).date()
    with app.app_context(), transaction():
        unit_openings.add({(f"{code}/21/{one}", today): count for one, count in counts.items()})


def test_producer_and_authority_see_counts_by_label_and_place_and_a_burst_is_worth_a_look(
    app: Flask, shop: tuple[FlaskClient, str], shopper: FlaskClient
) -> None:
    reader, code = shop
    shown, numbers = serials(reader, code)
    path = f"/desk/batches/{code}/openings"
    assert "Tem có số riêng" not in page(reader, path)
    note(app, code, dict.fromkeys(numbers[:5], 12))
    for place in ("Huế", "Đà Nẵng"):
        shopper.post(f"/B/{code}/21/{numbers[5]}/place", data={"place": place})
    quiet = page(reader, path)
    assert "Đà Nẵng · Huế" in quiet
    assert "Nên xem" not in quiet.partition("Tem có số riêng")[2]
    note(app, code, {numbers[0]: 60})
    shopper.post(f"/B/{code}/21/{numbers[5]}/place", data={"place": "Cần Thơ"})
    with app.app_context(), transaction():
        office = business("Chi cục", kinds=("authority",), role="officer")
    with app.app_context():
        officer = signed_in(app, office)
    for who in (reader, officer):
        seen = page(who, path).partition("Tem có số riêng")[2]
        rows = re.findall(r"<tr>.*?</tr>", seen, re.DOTALL)[1:]
        burst = [row for row in rows if "tag amber" in row]
        assert len(rows) == 6
        found = [re.search(r"<code>(.+?)</code>.*?<span>(\d+) ", row, re.DOTALL) for row in burst]
        assert [(m[1].replace("-", ""), m[2]) for m in found if m] == [
            (numbers[0], "72"),
            (numbers[5], "0"),
        ]
        assert "Cần Thơ · Đà Nẵng · Huế" in seen
        assert not re.search("giả|sao chép|bị chép", seen)
    own = page(reader, shown)
    assert "Lượt mở trang của các tem này" in own
    assert "Cần Thơ" in own


def test_nobody_else_sees_them(app: Flask, shop: tuple[FlaskClient, str]) -> None:
    reader, code = shop
    shown, numbers = serials(reader, code)
    note(app, code, {numbers[0]: 60})
    stranger, _ = at_the_desk(app, "HTX khác", "CN-02")
    for path in (f"/desk/batches/{code}/openings", shown):
        answer: Any = stranger.get(path)
        assert answer.status_code == 404
