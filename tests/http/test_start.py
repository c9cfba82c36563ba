"""GET / and GET /find: the first page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import LABEL, batch, business, product
from tests.conftest import AppMaker
from traceapp.database.engine import db
from traceapp.demo.models import DemoLoad
from traceapp.public.samples import TOLD_FIRST, samples
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

HERE = "http://localhost:8000"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context, and a language, of its own."""
    return make_app()


@pytest.fixture
def demo_app(make_app: AppMaker) -> Flask:
    """The demo, without a context around the test."""
    return make_app(TRACEAPP_DEMO="1")


def batches(app: Flask, lots: list[str]) -> None:
    """Register a producer with a batch a lot, each of its own product."""
    with app.app_context(), transaction():
        lan = business("Lan")
        for lot in lots:
            batch(lan, product(lan, name=f"Rau của lô {lot}", role="finished", label=LABEL), lot)


def test_the_first_page_asks_for_a_code_and_needs_no_script(client: FlaskClient) -> None:
    answer = client.get("/", base_url=HERE)
    assert answer.status_code == 200
    assert 'lang="vi"' in answer.text
    assert "Hàng trên tay bạn từ đâu đến?" in answer.text
    assert '<form action="/find"' in answer.text
    assert 'name="code"' in answer.text
    assert "<style" not in answer.text
    assert " style=" not in answer.text


def test_the_first_page_speaks_the_language_asked_for_and_remembers_it(client: FlaskClient) -> None:
    assert "Where do the goods" in client.get("/?lang=en").text
    again = client.get("/", headers={"Accept-Language": "vi"})
    assert "Where do the goods" in again.text


def test_whoever_works_here_finds_the_way_in_once_somebody_runs_the_installation(
    app: Flask,
) -> None:
    way_in = ('href="/sign-in"', 'href="/join"')
    nobody_yet = app.test_client().get("/", base_url=HERE).text
    assert not any(link in nobody_yet for link in way_in)
    with app.app_context(), transaction():
        business("Chi cục", kinds=("operator",), role="owner")
    assert all(link in app.test_client().get("/", base_url=HERE).text for link in way_in)


def test_outside_the_demo_there_are_no_doors(app: Flask) -> None:
    batches(app, ["CN-1"])
    text = app.test_client().get("/", base_url=HERE).text
    assert "/demo/doors" not in text
    assert "/B/" not in text
    assert "MẪU" not in text


def test_a_visitor_from_elsewhere_sees_the_demo_marked_but_no_doors(demo_app: Flask) -> None:
    text = demo_app.test_client().get("/", base_url="https://truyxuat.example").text
    assert "MẪU" in text
    assert "/demo/doors" not in text
    assert "/reports" not in text


def test_the_demo_offers_six_batches_and_its_doors(demo_app: Flask) -> None:
    batches(demo_app, [f"LO-{number}" for number in range(5)] + ["KL-VP-09", "CN-VD03-T"])
    text = demo_app.test_client().get("/", base_url=HERE).text
    links = re.findall(r'href="(/B/[0-9A-Z]{10})"', text)
    assert len(links) == len(set(links)) == 6
    assert text.index("Quét thử") < text.index('value="labels"') < text.index('value="officer"')


def test_the_most_telling_batches_come_first(demo_app: Flask) -> None:
    batches(demo_app, ["LO-1", TOLD_FIRST[1], "LO-2", TOLD_FIRST[0]])
    with demo_app.app_context():
        names = [sample.product["vi"] for sample in samples()]
    assert names[:2] == [f"Rau của lô {TOLD_FIRST[0]}", f"Rau của lô {TOLD_FIRST[1]}"]
    assert len(names) == 4


def test_a_demo_without_batches_says_how_to_load_them(demo_app: Flask) -> None:
    assert "make demo-reset" in demo_app.test_client().get("/", base_url=HERE).text


@pytest.mark.parametrize(("days", "offered"), [(0, False), (2, False), (4, True)])
def test_an_old_demo_offers_to_be_loaded_anew(demo_app: Flask, days: int, *, offered: bool) -> None:
    batches(demo_app, ["LO-1"])
    now = datetime.now(UTC)
    t = now.astimezone(HANOI).date() - timedelta(days=days)
    with demo_app.app_context(), transaction():
        db.session.add(DemoLoad(single=1, t_date=t, loaded_at=now))
    text = demo_app.test_client().get("/", base_url=HERE).text
    assert ("make demo-reset" in text) is offered


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("7k3m-9qrt-2x", "/B/7K3M9QRT2X"),
        (" 7K3M 9QRT 2X ", "/B/7K3M9QRT2X"),
        ("https://truyxuat.example/B/7K3M9QRT2X?lang=en", "/B/7K3M9QRT2X"),
        ("9520123456788", "/01/09520123456788"),
        ("https://id.gs1.org/01/09520123456788/10/ABC", "/01/09520123456788/10/ABC"),
    ],
)
def test_a_typed_code_leads_to_its_page(client: FlaskClient, typed: str, path: str) -> None:
    answer = client.get("/find", query_string={"code": typed})
    assert answer.status_code == 302
    assert answer.headers["Location"] == path


@pytest.mark.parametrize("typed", ["", "7K3M", '"><script>', "9520123456780", "x" * 600])
def test_what_is_no_code_comes_back_with_the_hint_beside_it(
    client: FlaskClient, typed: str
) -> None:
    answer = client.get("/find", query_string={"code": typed})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert 'id="code-error"' in answer.text
    shown = re.search(r'name="code" value="([^"]*)"', answer.text)
    assert shown is not None
    assert shown[1] == typed.replace('"', "&#34;").replace(">", "&gt;").replace("<", "&lt;")


def test_a_program_gets_the_rule_a_code_breaks(client: FlaskClient) -> None:
    answer = client.get("/find?code=7K3M", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["errors"][0]["rule"] == "code_length"


def test_pictures_may_come_from_the_media_host(make_app: AppMaker) -> None:
    app = make_app(MEDIA_URL="https://media.example/pictures")
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' https://media.example;" in policy
