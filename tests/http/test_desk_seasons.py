"""Seasons at the desk: starting, reading, ending, and what bad input gets."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from tests.builders import Business, business, record
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers import operations
from traceapp.producers.models import Plot, Season
from traceapp.web.endpoints import transaction

NEW = "/desk/seasons/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def winter(by: Business, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Cải ngọt vụ đông",
        "crop": "Cải ngọt",
        "plot_id": str(by.plot_id),
        "started_on": "2026-10-01",
    } | changes


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def only_season() -> Season:
    db.session.rollback()
    season = db.session.scalars(select(Season)).one()
    db.session.expunge_all()
    db.session.rollback()
    return season


def test_the_same_form_sent_twice_starts_one_season(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    hidden = re.search(r'name="season_id" value="([^"]+)"', page_of(desk.get(NEW)))
    assert hidden
    answers = [desk.post(NEW, data=form(app, **winter(lan, season_id=hidden[1]))) for _ in "12"]
    assert {answer.location for answer in answers} == {f"/desk/seasons/{hidden[1]}"}
    assert str(only_season().season_id) == hidden[1]
    acts = [entry.act for entry in db.session.scalars(select(AuditEntry))]
    assert acts == ["season.started"]


def test_a_season_is_started_read_with_its_steps_and_ended(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    answer = desk.post(NEW, data=form(app, **winter(lan)))
    season = only_season()
    address = f"/desk/seasons/{season.season_id}"
    assert (answer.status_code, answer.location) == (303, address)
    with transaction():
        ids = {"season_id": str(season.season_id), "plot_id": str(lan.plot_id)}
        done = record(lan, "spray", fields={"product": "Abatimec", "qty": 20}, **ids)
    page = page_of(desk.get(f"{address}?lang=vi"))
    assert "Abatimec" in page
    assert f"corrects={done.event_id}" in page
    assert "cai_ngot" not in page
    assert desk.post(address, data=form(app, ended_on="20/11/2026")).status_code == 303
    assert str(only_season().ended_on) == "2026-11-20"
    assert "Đã lưu" in page_of(desk.get("/desk/seasons"))
    assert "Cải ngọt vụ đông" not in page_of(desk.get("/desk/seasons?state=open&q=cai"))
    assert "Cải ngọt vụ đông" in page_of(desk.get("/desk/seasons?q=dong+cai"))
    again = form(app, do="reopen", ended_on="2026-11-20")
    assert desk.post(address, data=again).status_code == 303
    assert only_season().ended_on is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": ""}, "#f-name"),
        ({"started_on": "hôm nay"}, "#f-started_on"),
        ({"plot_id": ""}, "#f-plot_id"),
        ({"crop": ["a", "b"]}, "#f-crop"),
        ({"ended_on": "2026-11-20"}, ""),
    ],
)
def test_bad_input_is_refused_at_its_field(
    app: Flask, desk: FlaskClient, lan: Business, changes: dict[str, Any], place: str
) -> None:
    answer = desk.post(NEW, data=form(app, **winter(lan, **changes)))
    assert answer.status_code == 422
    assert f'href="{place}"' in page_of(answer) or not place
    assert db.session.scalars(select(Season)).all() == []


@pytest.mark.parametrize("ended_on", ["2026-09-01", "", "mai", "0001-01-01"])
def test_a_season_does_not_end_on_a_day_that_cannot_be(
    app: Flask, desk: FlaskClient, lan: Business, ended_on: str
) -> None:
    desk.post(NEW, data=form(app, **winter(lan)))
    address = f"/desk/seasons/{only_season().season_id}"
    answer = desk.post(address, data=form(app, ended_on=ended_on))
    assert answer.status_code == 422
    assert 'href="#f-ended_on"' in page_of(answer)
    assert only_season().ended_on is None


def test_whoever_has_no_plot_yet_is_led_to_its_form_and_back(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        db.session.execute(delete(Plot).where(Plot.producer_id == lan.producer_id))
    answer = desk.get(NEW)
    assert (answer.status_code, answer.location) == (303, "/desk/places/plots/new?then=season")
    assert "trước: mỗi mùa vụ thuộc" in page_of(desk.get(f"{answer.location}&lang=vi"))
    sent = form(app, site_id=str(lan.site_id), name="Thửa 9")
    plot = desk.post(answer.location, data=sent)
    (plot_id,) = db.session.scalars(select(Plot.plot_id).where(Plot.name == "Thửa 9"))
    assert (plot.status_code, plot.location) == (303, f"{NEW}?plot={plot_id}")
    db.session.rollback()
    assert f'<option value="{plot_id}" selected' in page_of(desk.get(plot.location))


def test_seasons_and_plots_of_others_are_as_if_they_did_not_exist(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        hoa = business("Trại Hoa")
        theirs = operations.start_season(hoa.producer_id, winter(hoa, name="CANARY"))
    for season_id in (theirs, UUID(int=7)):
        assert desk.get(f"/desk/seasons/{season_id}").status_code == 404
        sent = form(app, ended_on="2026-11-20")
        assert desk.post(f"/desk/seasons/{season_id}", data=sent).status_code == 404
    sent = form(app, **winter(lan, plot_id=str(hoa.plot_id)))
    assert desk.post(NEW, data=sent).status_code == 404
    assert "CANARY" not in page_of(desk.get("/desk/seasons"))
