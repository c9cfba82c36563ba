"""The page of one label: its lot's, and what is known of the number that it bears."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import TEA, finished, page
from tests.http.ordered_labels import issued
from tests.http.test_desk_label_issues import change
from tests.signing_in import signed_in
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.labels.models import LabelChange
from traceapp.public import units
from traceapp.web.endpoints import transaction

UNKNOWN = "This number was never printed by us"
VOIDED = "This label was taken out of use"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app()


@pytest.fixture
def shop(app: Flask) -> tuple[FlaskClient, str]:
    """Somebody at the desk of a co-operative, whose greens are on sale."""
    return at_the_desk(app, "HTX Bãi Xanh")


def at_the_desk(app: Flask, name: str, lot: str = "CN-01", **of: Any) -> tuple[FlaskClient, str]:
    with app.app_context(), transaction():
        who: Business = business(name)
        code = finished(who, lot, **of)
    with app.app_context():
        return signed_in(app, who), code


def serials(reader: FlaskClient, code: str, labels: int = 6) -> tuple[str, list[str]]:
    """Issue labels with numbers of their own; gives the page of the issue, and the numbers."""
    shown = issued(reader, code, labels=labels, serials="yes")
    text = reader.get(f"{shown}/labels.csv").text.removeprefix("\ufeff")
    return shown, [row["serial"] for row in csv.DictReader(io.StringIO(text))]


def read(app: Flask, path: str, language: str = "en") -> str:
    app.extensions["page_cache"]._read_at = float("-inf")  # half a second went by
    return page(app.test_client(), path, language=language)


def known(app: Flask, path: str) -> Any:
    app.extensions["page_cache"]._read_at = float("-inf")
    answer = app.test_client().get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return answer.get_json()


def test_the_page_says_which_label_it_is_of_how_many_printed_when_and_by_whom(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    today = datetime.now(UTC).astimezone().date()
    for serial in (numbers[0], numbers[-1].lower()):
        told = read(app, f"/B/{code}/21/{serial}")
        groups = re.sub("(.{4})(?=.)", r"\1-", serial.upper())
        assert f"Label {groups}" in told
        assert "One of 6 labels printed on" in told
        assert "by HTX Bãi Xanh" in told
        assert "whoever copies a label copies its number" in told.lower()
        assert UNKNOWN not in told
        assert VOIDED not in told
    told = read(app, f"/B/{code}/21/{numbers[0]}", "vi")
    assert "Một trong 6 tem do HTX Bãi Xanh in ngày" in told
    assert "Tem số" in told
    unit = known(app, f"/B/{code}/21/{numbers[0]}")["unit"]
    assert unit["serial"] == numbers[0]
    assert unit["printed"]["labels"] == 6
    assert unit["printed"]["by"] == {"vi": "HTX Bãi Xanh", "en": None}
    assert unit["printed"]["voided_on"] is None
    assert abs((datetime.fromisoformat(unit["printed"]["on"]).date() - today).days) <= 1
    assert "unit" not in known(app, f"/B/{code}")


def test_a_number_that_was_never_printed_walks_up_to_the_lot(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    _, other = at_the_desk(app, "HTX khác", "CN-02")
    wrong = numbers[0][:-1] + ("0" if numbers[0][-1] != "0" else "1")
    addresses = [f"/B/{code}/21/{one}" for one in (wrong, "X1", "A" * 10, "U" * 10, "~1")]
    for path in (*addresses[:-1], f"/B/{other}/21/{numbers[0]}"):
        told = read(app, path)
        assert UNKNOWN in told
        assert "Cải ngọt" in told
        assert not re.search("fake|counterfeit|copied|giả", told, re.IGNORECASE)
        assert known(app, path)["unit"]["printed"] is None
    assert app.test_client().get(addresses[-1]).status_code == 400
    assert app.test_client().get(f"/B/{code}/21/{'A' * 21}").status_code == 400
    assert app.test_client().get(f"/B/7K3M9QRT2X/21/{numbers[0]}").status_code == 404


def test_numbers_that_nobody_printed_drive_no_page_out_of_memory(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    read(app, f"/B/{code}/21/{numbers[0]}")
    kept = {wish.path for wish in app.extensions["page_cache"]._pages}
    assert f"/B/{code}/21/{numbers[0]}" in kept
    for number in range(20):
        read(app, f"/B/{code}/21/{number:010d}")
    assert {wish.path for wish in app.extensions["page_cache"]._pages} == kept


def test_a_voided_label_says_so_within_the_second_and_the_others_do_not(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    shown, numbers = serials(reader, code)
    assert VOIDED not in read(app, f"/B/{code}/21/{numbers[4]}")
    assert change(reader, f"{shown}/void", first="5", last="6", reason="Tem ướt")[0] == 303
    for place, serial in enumerate(numbers, 1):
        told = read(app, f"/B/{code}/21/{serial}")
        assert (VOIDED in told) is (place >= 5)
        assert (known(app, f"/B/{code}/21/{serial}")["unit"]["printed"]["voided_on"] is None) is (
            place < 5
        )
    assert VOIDED not in read(app, f"/B/{code}")


def test_a_stop_shows_on_every_label_in_every_process(
    app: Flask, make_app: AppMaker, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    paths, both = [f"/B/{code}/21/{serial}" for serial in numbers], (app, make_app())
    assert all("Sale stopped" not in read(one, path) for path in paths for one in both)
    with app.app_context(), transaction():
        codes.set_state(code, CodeState.SALE_STOPPED, actor="Chi cục", now=datetime.now(UTC))
    for path in [*paths, f"/B/{code}/21/A1"]:
        assert all("Sale stopped" in read(one, path) for one in both)


def test_a_page_of_a_label_is_kept_and_made_with_two_questions_to_the_database(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    _, numbers = serials(reader, code)
    read(app, f"/B/{code}")  # the read model of the lot is kept now
    asked: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    cache = app.extensions["page_cache"]
    cache.generation()
    event.listen(Engine, "before_cursor_execute", note)
    try:
        first = app.test_client().get(f"/B/{code}/21/{numbers[1]}")
        made = [one for one in asked if one.lstrip().upper().startswith("SELECT")]
        asked.clear()
        cache._read_at = cache._tick()
        tag = {"If-None-Match": first.headers["ETag"]}
        again = app.test_client().get(f"/B/{code}/21/{numbers[1]}", headers=tag)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert (first.status_code, again.status_code) == (200, 304)
    assert len([one for one in made if "public_generation" not in one or "code" in one]) <= 2
    assert asked == []


def test_a_lot_with_a_gtin_tells_of_its_labels_under_both_addresses(app: Flask) -> None:
    reader, code = at_the_desk(app, "HTX Chè", "TR-01", gtin=TEA)
    shown, numbers = serials(reader, code, 2)
    table = reader.get(f"{shown}/labels.csv").text
    assert f"/01/{TEA}/10/TR-01/21/{numbers[0]}" in table
    for path in (f"/01/{TEA}/10/TR-01/21/{numbers[0]}", f"/B/{code}/21/{numbers[0]}"):
        assert "One of 2 labels printed on" in read(app, path)


def test_a_link_of_gtin_and_number_leads_to_the_label_without_naming_the_lot(app: Flask) -> None:
    reader, code = at_the_desk(app, "HTX Chè", "TR-01", gtin=TEA)
    shown, numbers = serials(reader, code, 2)
    path = f"/01/{TEA}/21/{numbers[0]}"
    for spelt in (path, path.lower(), f"{path}/"):
        assert "One of 2 labels printed on" in read(app, spelt)
    found = known(app, path)
    assert (found["code"], found["unit"]["serial"]) == (code, numbers[0])
    assert path in {wish.path for wish in app.extensions["page_cache"]._pages}
    assert change(reader, f"{shown}/void", first="1", last="1", reason="Tem ướt")[0] == 303
    assert VOIDED in read(app, path)
    with app.app_context(), transaction():
        codes.set_state(code, CodeState.RECALLED, actor="Chi cục", now=datetime.now(UTC))
    assert "Recalled by" in read(app, f"/01/{TEA}/21/{numbers[1]}")


def test_a_number_that_tells_no_lot_of_a_gtin_asks_for_the_lot(app: Flask) -> None:
    reader, code = at_the_desk(app, "HTX Chè", "TR-01", gtin=TEA)
    other, other_code = at_the_desk(app, "HTX khác", "CN-02")
    _, numbers = serials(reader, code, 2)
    _, strange = serials(other, other_code, 2)
    for serial in ("A" * 10, "X1", strange[0]):
        told = read(app, f"/01/{TEA}/21/{serial}")
        assert f"the number {serial} does not tell us which lot" in told
        assert "One of" not in told
    assert "names the product but not the lot" in read(app, f"/01/{TEA}")
    assert app.test_client().get(f"/01/{TEA}/21/{'A' * 21}").status_code == 400
    app.extensions[units.LOTS] = lambda _gtin, _serial: [code, other_code]  # two drew the same
    assert f"the number {numbers[0]} does not" in read(app, f"/01/{TEA}/21/{numbers[0]}")


def test_scanned_labels_are_voided_each_by_its_number(
    app: Flask, shop: tuple[FlaskClient, str]
) -> None:
    reader, code = shop
    shown, numbers = serials(reader, code)
    links = [f"HTTPS://TRUY.VN/B/{code}/21/{numbers[place]}" for place in (1, 4, 1)]
    for wrong in (f"HTTPS://TRUY.VN/B/{code}", f"HTTPS://TRUY.VN/B/{code}/21/{'A' * 10}"):
        status, said = change(reader, f"{shown}/void", scanned=f"{links[0]}\n{wrong}", reason="Ướt")
        assert (status, "Dòng 2" in said) == (422, True)
    status, _ = change(reader, f"{shown}/void", scanned="\n".join(links), reason="Tem ướt")
    assert status == 303
    with app.app_context():
        rows = db.session.scalars(select(LabelChange).order_by(LabelChange.first))
        assert [(row.first, row.last) for row in rows] == [(2, 2), (5, 5)]
    status, said = change(reader, f"{shown}/void", scanned=links[0], reason="Tem ướt")
    assert status == 422
    assert VOIDED in read(app, f"/B/{code}/21/{numbers[4]}")
    assert VOIDED not in read(app, f"/B/{code}/21/{numbers[5]}")
