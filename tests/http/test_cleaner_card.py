"""The card of cleaner production on public pages: what the data set says, and nothing unproven."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.conftest import AppMaker, close, settings_for
from tests.http.on_sale import finished, page
from tests.http.test_code_pages import notice
from tests.lan import a_figure, a_measure, open_assessment
from tests.trade import words_in
from traceapp.app import create_app
from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.network import claiming, operations
from traceapp.network.operations import Author
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
SAID = {
    "materials": ("-2.50", "1 kg/giỏ", "0,975 kg/giỏ", "book"),
    "energy": ("-6.50", "0,8 kWh/giỏ", "0,748 kWh/giỏ", "bill"),
    "dust": ("-12.50", "3,2 mg/m³", "2,8 mg/m³", "meter"),
    "waste_water": ("-9.09", "11 lít/giỏ", "10 lít/giỏ", "meter"),
}


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def code_of_lot(app: Flask, lot: str) -> str:
    with app.app_context():
        query = select(PublicCode.code).join(Batch, Batch.batch_id == PublicCode.batch_id)
        return db.session.scalars(query.where(Batch.lot == lot)).one()


def read_as_json(reader: FlaskClient, path: str) -> dict[str, Any]:
    answer = reader.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return dict(json.loads(answer.text))


ONE_LANGUAGE = {
    "vi": ("Tính trên một giỏ G-12", "1 kg/giỏ", "Vận chuyển, sơn và việc trồng song mây."),
    "en": ("Per basket G-12", "1 kg/basket", "Transport, varnish and growing the rattan."),
}


def written_on(card: dict[str, Any]) -> str:
    year, month, day = card["figures"][0]["checked"]["on"].split("-")
    return f"{day}/{month}/{year}"


def test_the_basket_of_the_demo_shows_its_figures_with_baselines_and_checker(
    demo: Flask,
) -> None:
    reader, path = demo.test_client(), f"/B/{code_of_lot(demo, 'GM-G12-01')}"
    (card,) = read_as_json(reader, path)["cleaner_production"]
    told = {
        one["kind"]: (one["change_percent"], one["before"]["vi"], one["now"]["vi"], one["method"])
        for one in card["figures"]
    }
    assert told == SAID
    assert [one["kind"] for one in card["figures"]] == list(SAID)
    assert {one["checked"]["by"]["vi"] for one in card["figures"]} == {
        "Cơ quan quản lý Hà Nội (mẫu)"
    }
    assert len(card["measures"]) == 5
    figures = ("−2.50", "−6.50", "−12.50", "−9.09")
    producer = re.findall(r'href="(/producers/[^"]+)"', page(reader, path))[0]
    for shown in (path, producer):
        for language in ("vi", "en"):
            said = page(reader, f"{shown}?lang={language}", language=language)
            for figure in figures:
                written = figure.replace(".", ",") if language == "vi" else figure
                assert written in said, (language, shown)
            for words in ONE_LANGUAGE[language]:
                assert words in said, (language, shown)
            assert written_on(card) in said
    said = page(reader, f"{path}?lang=vi")
    assert "Chưa xét tới:" in said
    for secret in ("18.000.000", "2000000", "hoàn vốn"):
        assert secret not in said


def step(state: str, on: date, evidence: str) -> dict[str, Any]:
    return {"state": state, "on": on, "evidence": evidence, "photos": []}


def test_what_nobody_checked_says_so(demo: Flask) -> None:
    reader, path = demo.test_client(), f"/B/{code_of_lot(demo, 'MD-44-T')}"
    (card,) = read_as_json(reader, path)["cleaner_production"]
    assert [one["change_percent"] for one in card["figures"]] == ["-2.39", "-5.81", "-7.69"]
    assert {one["checked"] for one in card["figures"]} == {None}
    section = page(reader, path).partition('id="cleaner"')[2].partition("<h2")[0]
    assert section.count("Chỉ có nhà sản xuất tự khai, chưa ai khác kiểm tra") == 3
    assert "đã kiểm tra" not in section
    assert "Ước lượng" in section


@pytest.fixture
def lan(make_app: AppMaker) -> tuple[Flask, Business, str]:
    app = make_app()
    with app.app_context(), transaction():
        owner = business("HTX Lan", role="owner")
        code = finished(owner)
    return app, owner, f"/B/{code}"


def test_a_page_tells_at_once_what_is_whole_and_never_what_lacks_something(
    lan: tuple[Flask, Business, str],
) -> None:
    app, owner, path = lan
    reader = app.test_client()
    assert "Sản xuất sạch hơn" not in page(reader, path)
    with app.app_context(), transaction():
        product_id = db.session.scalars(select(Product.product_id)).one()
        assessment, body = open_assessment(owner, product_id, "G-12")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        for number, missing in enumerate(
            (
                {"before": None, "before_unit": None},
                {"before_from": None, "before_until": None},
                {"after_from": None, "after_until": None},
                {"method": None},
            )
        ):
            lacking = a_figure(f"Thiếu {number}", after="0.7", **missing)
            operations.record(assessment, lacking, us, now=NOW)
        measure = operations.propose(assessment, a_measure("Bịt khe"), body, now=NOW)
    notice(app)
    assert "Sản xuất sạch hơn" not in page(reader, path)
    with app.app_context(), transaction():
        for state in ("chosen", "done"):
            told = step(state, NOW.date(), "Hóa đơn 7788")
            operations.advance(Ref(owner.producer_id, measure), told, us, now=NOW)
    notice(app)
    said = page(reader, path)
    assert "Bịt khe" in said
    assert "Thiếu" not in said
    assert "7788" not in words_in(said)
    with app.app_context(), transaction():
        figure = operations.record(assessment, a_figure("Điện"), us, now=NOW)
    notice(app)
    assert "−6,50" in page(reader, path)
    assert "đã kiểm tra, 29/11/2026" not in page(reader, path)
    with app.app_context(), transaction():
        operations.check(Ref(owner.producer_id, figure), "Xem hóa đơn 9911", body, now=NOW)
    notice(app)
    said = page(reader, path)
    assert "đã kiểm tra, 29/11/2026" in said
    assert "9911" not in words_in(said)


@pytest.mark.parametrize("unit", ["tấn", "tấn/năm"])
def test_what_is_not_per_piece_made_is_not_shown_even_if_it_was_kept_once(
    lan: tuple[Flask, Business, str], monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    app, owner, path = lan
    with app.app_context(), transaction():
        product_id = db.session.scalars(select(Product.product_id)).one()
        assessment, body = open_assessment(owner, product_id, "G-12")
        monkeypatch.setattr(claiming, "_faults_of_unit", lambda *_: iter(()))
        old = a_figure("Điện cũ", before_unit=unit, after_unit=unit)
        operations.record(assessment, old, body, now=NOW)
        operations.record(assessment, a_figure("Điện mới"), body, now=NOW)
    said = page(app.test_client(), path)
    assert ("Điện mới" in said, "Điện cũ" in said) == (True, False)


def test_a_newer_figure_that_nobody_checked_stands_below_the_checked_one_and_says_so(
    lan: tuple[Flask, Business, str],
) -> None:
    app, owner, path = lan
    with app.app_context(), transaction():
        product_id = db.session.scalars(select(Product.product_id)).one()
        assessment, body = open_assessment(owner, product_id, "G-12")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        checked = operations.record(assessment, a_figure("Điện"), us, now=NOW)
        operations.check(Ref(owner.producer_id, checked), "Xem hóa đơn", body, now=NOW)
        replaced = a_figure("điện", after="0.6")
        operations.record(assessment, replaced, us, now=NOW + timedelta(1))
        newest = a_figure("điện", after="0.64")
        operations.record(assessment, newest, us, now=NOW + timedelta(2))
    reader = app.test_client()
    producer = re.findall(r'href="(/producers/[^"]+)"', page(reader, path))[0]
    words = {
        "vi": ("đã kiểm tra", "chưa được kiểm tra", "−6,50", "−20,00", "−25,00"),
        "en": ("Checked by", "and not checked", "−6.50", "−20.00", "−25.00"),
    }
    for shown in (path, producer):
        for language, (by, unchecked, first, second, hidden) in words.items():
            said = page(reader, f"{shown}?lang={language}", language=language)
            card = said.partition('id="cleaner"')[2]
            places = [card.index(one) for one in (first, by, second, unchecked)]
            assert places == sorted(places), (shown, language)
            assert hidden not in card
    later = NOW + timedelta(3)
    with app.app_context(), transaction():
        figure = Ref(owner.producer_id, newest["id"])
        operations.check(figure, "Xem công tơ", body, now=later)
    notice(app)
    (card,) = read_as_json(reader, path)["cleaner_production"]
    assert [one["change_percent"] for one in card["figures"]] == ["-20.00"]
    assert card["figures"][0]["checked"]
    assert "chưa được kiểm tra" not in page(reader, path)


def test_what_is_only_said_crowds_out_nothing_that_was_checked(
    lan: tuple[Flask, Business, str],
) -> None:
    app, owner, path = lan
    with app.app_context(), transaction():
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        for number in range(7):
            opened = NOW + timedelta(minutes=number)
            assessment, body = open_assessment(owner, None, f"Lò {number}")
            for name in range(13):
                made = operations.record(assessment, a_figure(f"Máy {name:02}"), us, now=opened)
                opened += timedelta(seconds=1)
                if number == name == 0:
                    operations.check(Ref(owner.producer_id, made), "Xem", body, now=opened)
    told = read_as_json(app.test_client(), path)["cleaner_production"]
    assert [one["output_unit"]["vi"] for one in told] == [
        *("giỏ Lò 6", "giỏ Lò 5", "giỏ Lò 4", "giỏ Lò 3", "giỏ Lò 0")
    ]
    names = [one["name"]["vi"] for one in told[-1]["figures"] if one["checked"]]
    assert names == ["Máy 00"]
    assert len(told[-1]["figures"]) == 12


def test_what_is_typed_stays_text(lan: tuple[Flask, Business, str]) -> None:
    app, owner, path = lan
    with app.app_context(), transaction():
        product_id = db.session.scalars(select(Product.product_id)).one()
        assessment, _body = open_assessment(owner, product_id, "<b>x</b>")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        figure = a_figure("<script>alert(1)</script>", source="<i>y</i>")
        operations.record(assessment, figure, us, now=NOW)
    said = page(app.test_client(), path)
    assert "alert(1)" in said
    assert not re.search(r"<script>alert|<b>x|<i>y", said)


def test_a_long_assessment_tells_its_newest_and_how_many_there_are(
    lan: tuple[Flask, Business, str],
) -> None:
    app, owner, path = lan
    with app.app_context(), transaction():
        assessment, _body = open_assessment(owner, None, "kg chè")
        us = Author(Ref(owner.producer_id, owner.actor.member_id), is_body=False)
        for number in range(14):
            given = a_measure(f"Việc số {number:02}")
            made = Ref(owner.producer_id, operations.propose(assessment, given, us, now=NOW))
            done_on = (NOW - timedelta(20 - number)).date()
            for state in ("chosen", "done"):
                operations.advance(made, step(state, done_on, "HĐ"), us, now=NOW)
            at = NOW + timedelta(microseconds=number)
            operations.record(assessment, a_figure(f"Máy số {number:02}"), us, now=at)
    (card,) = read_as_json(app.test_client(), path)["cleaner_production"]
    assert (card["measures_done"], card["figures_in_all"]) == (14, 14)
    named = [*(one["title"]["vi"] for one in card["measures"])]
    assert named == [f"Việc số {number:02}" for number in range(2, 14)]
    named = sorted(one["name"]["vi"] for one in card["figures"])
    assert named == [f"Máy số {number:02}" for number in range(2, 14)]
    said = page(app.test_client(), f"{path}?lang=en", language="en")
    assert "What was done (14)" in said
    assert "12 of 14 figures are shown: those that were checked first" in said
