"""The doors of the demo: one click signs a visitor in as somebody of the invented town."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import AppMaker, close, settings_for
from traceapp.accounts.models import Account
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.demo import queries
from traceapp.demo.doors import DOORS
from traceapp.demo.second_act import Part
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

HERE = "http://localhost:8000"
ELSEWHERE = "http://truyxuat.example"
SECRET = "a demo secret of 20+"


@pytest.fixture
def town(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The loaded demo; each request has a context of its own."""
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1", DEMO_SECRET=SECRET))
    app.testing = False
    yield app
    close(app)


def test_each_door_leads_one_of_the_town_to_work(town: Flask) -> None:
    begins = {"lan": "/desk/steps/new", "labels": "/desk/batches", "officer": "/desk/trace"}
    names = {"lan": "Bùi Thị Lan Chi", "labels": "Nguyễn Thị Thoa", "officer": "Mai Thanh Trúc"}
    page = town.test_client().get("/", base_url=HERE).text
    for door, path in begins.items():
        assert f'name="door" value="{door}"' in page
        client = town.test_client()
        answer = client.post("/demo/doors", data={"door": door}, base_url=HERE)
        assert (answer.status_code, answer.location) == (303, path)
        arrived = client.get(path, base_url=HERE)
        assert arrived.status_code == 200
        assert names[door] in arrived.text


def test_a_door_opened_twice_makes_one_account_without_a_password(town: Flask) -> None:
    for _ in range(2):
        town.test_client().post("/demo/doors", data={"door": "lan"}, base_url=HERE)
    with town.app_context():
        (account,) = db.session.scalars(select(Account)).all()
        assert account.password is None


def test_the_officer_may_look_up_and_let_in_but_not_record_as_a_clerk(town: Flask) -> None:
    client = town.test_client()
    client.post("/demo/doors", data={"door": "officer"}, base_url=HERE)
    assert client.get("/desk/admissions", base_url=HERE).status_code == 200
    assert client.get("/desk/people", base_url=HERE).status_code == 404


def test_everybody_of_the_town_can_be_chosen(town: Flask) -> None:
    page = town.test_client().get("/demo/doors", base_url=HERE).text
    members = re.findall(r'name="member" value="([^"]+)"', page)
    assert len(members) == len(set(members)) == 53
    client = town.test_client()
    answer = client.post("/demo/doors", data={"member": members[0]}, base_url=HERE)
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert client.get("/desk", base_url=HERE).status_code == 200


def test_each_button_plays_its_part_and_shows_it_to_an_officer(town: Flask) -> None:
    shows = {
        "explanation": "MD-44-T",
        "lab": "CN-VD03-T",
        "recall": "MAU-TH-01",
        "drill": "MAU-DT-02",
    }
    led_to = []
    for part, shown in shows.items():
        client = town.test_client()
        page = client.get("/demo/doors", base_url=HERE).text
        assert f'name="part" value="{part}"' in page
        answer = client.post("/demo/play", data={"part": part}, base_url=HERE)
        assert answer.status_code == 303
        led_to.append(answer.location)
        arrived = client.get(answer.location, base_url=HERE)
        assert arrived.status_code == 200
        assert shown in arrived.text
        assert "Mai Thanh Trúc" in arrived.text
    again = town.test_client().post("/demo/play", data={"part": "drill"}, base_url=HERE)
    assert (again.status_code, again.location) == (303, led_to[-1])


def test_a_part_that_is_none_or_a_stranger_plays_nothing(town: Flask) -> None:
    for sent, where in (({}, HERE), ({"part": "king"}, HERE), ({"part": "lab"}, ELSEWHERE)):
        answer = town.test_client().post("/demo/play", data=sent, base_url=where)
        assert answer.status_code == 404
    with town.app_context():
        assert queries.shown(Part.LAB) is None


@pytest.mark.parametrize(
    "sent", [{}, {"door": "king"}, {"member": "x"}, {"member": "0" * 32}, {"door": ""}]
)
def test_no_door_is_no_page(town: Flask, sent: dict[str, str]) -> None:
    assert town.test_client().post("/demo/doors", data=sent, base_url=HERE).status_code == 404


def test_from_elsewhere_the_doors_need_the_secret(town: Flask) -> None:
    stranger = town.test_client()
    sent = {"door": "lan"}
    assert stranger.post("/demo/doors", data=sent, base_url=ELSEWHERE).status_code == 404
    stranger.get("/", query_string={"demo_secret": SECRET}, base_url=ELSEWHERE)
    assert stranger.post("/demo/doors", data=sent, base_url=ELSEWHERE).status_code == 303


def test_a_page_of_another_site_opens_no_door(town: Flask) -> None:
    answer = town.test_client().post(
        "/demo/doors",
        data={"door": "lan"},
        base_url=HERE,
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    with town.app_context():
        assert db.session.scalars(select(Account)).all() == []


def test_nobody_real_stands_behind_a_door(make_app: AppMaker) -> None:
    from tests.builders import business  # noqa: PLC0415 - beside the fixture of the town

    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context():
        with transaction():
            real = business("Thật")
        number = str(real.actor.member_id)
        assert db.session.scalars(select(Membership.member_id)).all()
    answer = app.test_client().post("/demo/doors", data={"member": number}, base_url=HERE)
    assert answer.status_code == 404
    assert real.actor.member_id not in {member for member, _page in DOORS.values()}
