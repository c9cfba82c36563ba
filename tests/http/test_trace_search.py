"""From anything to a trace: codes, links, lots, names, dates, places, events, notes, photos."""

import io
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import insert
from werkzeug.test import TestResponse

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import code_of, page
from tests.signing_in import form, signed_in
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Plot
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


@dataclass(frozen=True, slots=True)
class World:
    """Lan's greens of one season, sent to Minh; and a batch of Tùng that nobody else may see."""

    lan: Business
    minh: Business
    tung: Business
    code: str
    greens: UUID
    harvest: UUID
    season: UUID


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context(), transaction():
        lan, minh, tung = (business(n, role="owner") for n in ("HTX Lan", "Hàng Minh", "Tùng"))
        sold = product(lan, name="Cải ngọt Đông Dư", role="finished", label=LABEL)
        greens = batch(lan, sold, "CN-77", production_date="2026-11-21")
        batch(lan, product(lan, name="Rau muống"), "RM-01", production_date="2026-10-01")
        theirs = batch(tung, product(tung, name="Cải ngọt của Tùng"), "CN-99")
        season = producers.start_season(
            lan.producer_id,
            {
                "plot_id": str(lan.plot_id),
                "name": "Vụ đông bờ sông",
                "crop": "cải",
                "started_on": "2026-09-01",
            },
        )
        cut = record(
            lan,
            "harvest",
            plot_id=str(lan.plot_id),
            season_id=str(season),
            outputs=[line(greens, "50")],
        )
        record(tung, "harvest", outputs=[line(theirs, "50")])
        sent = {"to_site": str(minh.site_id), "doc_no": "PX-2026/118"}
        record(lan, "ship", inputs=[line(greens, "20")], fields=sent)
        code = code_of(lan.producer_id, greens)
        return World(lan, minh, tung, code, greens, cut.event_id, season)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def ask(reader: FlaskClient, **query: str) -> TestResponse:
    headers = {"Accept-Language": "en"}
    return reader.get("/desk/trace", query_string=query, headers=headers)


def leads_to(answer: TestResponse, world: World) -> bool:
    return answer.status_code in (302, 303) and answer.location.endswith(f"/{world.code}/trace")


def test_everything_that_names_one_batch_leads_to_its_trace(app: Flask, world: World) -> None:
    lan = at_desk(app, world.lan)
    for text in (
        world.code,
        f"{world.code[:4]}-{world.code[4:8]}-{world.code[8:]}",
        f"HTTP://LOCALHOST:8000/B/{world.code}",
        f"https://elsewhere.example/B/{world.code.lower()}?x=1",
        "CN-77",
        "cai ngot dong du",
        "bo song",
        "PX-2026/118",
        str(world.greens),
        str(world.harvest),
    ):
        assert leads_to(ask(lan, q=text), world), text


def test_whoever_looks_up_any_finds_a_place_among_thousands(app: Flask, world: World) -> None:
    with app.app_context(), transaction():
        office = business("Chi cục", kinds=("authority",), role="officer")
        at = {"producer_id": world.tung.producer_id, "site_id": world.tung.site_id, "version": 1}
        others = [at | {"plot_id": uuid4(), "name": f"Ô ruộng {number}"} for number in range(6_000)]
        db.session.execute(insert(Plot), others)
        named = {"site_id": str(world.lan.site_id), "name": "Ruộng Đê Quai"}
        far = producers.add_plot(world.lan.producer_id, named)
        lot = batch(world.lan, product(world.lan, name="Su hào"), "SH-01")
        record(world.lan, "harvest", plot_id=str(far), outputs=[line(lot, "5")])
    for words in ("su hao de quai", "su hao ruong"):  # one name fits, or all of them
        answer = ask(at_desk(app, office), q=words)
        assert answer.status_code == 302, words
        assert str(lot) in answer.location


def test_dates_places_and_seasons_narrow(app: Flask, world: World) -> None:
    lan = at_desk(app, world.lan)
    both = ask(lan, q="HTX Lan").get_data(as_text=True)
    assert "CN-77" in both
    assert "RM-01" in both
    site, season = str(world.lan.site_id), str(world.season)
    for query in (
        {"since": "2026-11-01"},
        {"since": "2026-11-21", "until": "2026-11-21"},
        {"season": season},
        {"site": site, "since": "2026-11-01"},
    ):
        shown = ask(lan, **query).get_data(as_text=True)
        assert "CN-77" in shown, query
        assert "RM-01" not in shown, query
    assert "CN-77" not in ask(lan, until="2026-11-20").get_data(as_text=True)
    for day in ("yesterday", "9999-12-31", "0001-01-01"):
        unreadable = ask(lan, since=day, until=day).get_data(as_text=True)
        assert "This is not a date we can read." in unreadable


def test_nobody_finds_what_is_not_theirs(app: Flask, world: World) -> None:
    lan, tung = at_desk(app, world.lan), at_desk(app, world.tung)
    assert "CN-99" not in ask(lan, q="cải ngọt").get_data(as_text=True)
    for text in (world.code, "PX-2026/118", str(world.harvest), str(world.greens), "bờ sông"):
        answer = ask(tung, q=text)
        assert answer.status_code == 200, text
        assert "Nothing fits what you are looking for." in answer.get_data(as_text=True), text


def test_an_empty_question_is_answered_with_the_form(app: Flask, world: World) -> None:
    shown = ask(at_desk(app, world.lan)).get_data(as_text=True)
    assert 'name="photo"' in shown
    assert "CN-77" not in shown


def label(text: str, kind: str = "PNG") -> bytes:
    """Make a photo of a label: a symbol, turned, in a corner of a picture."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=6, border=4)
    photo = Image.new("RGB", (1600, 1200), "#b9a583")
    photo.paste(
        Image.open(drawn).convert("RGB").rotate(12, expand=True, fillcolor="white"), (90, 70)
    )
    out = io.BytesIO()
    photo.save(out, kind)
    return out.getvalue()


def send(reader: FlaskClient, photo: bytes) -> TestResponse:
    values = form(reader.application, photo=(io.BytesIO(photo), "label.jpg"))
    headers = {"Accept-Language": "en"}
    return reader.post("/desk/trace", data=values, headers=headers)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_a_label_leads_to_its_trace(app: Flask, world: World, kind: str) -> None:
    photo = label(f"HTTP://LOCALHOST:8000/B/{world.code}", kind)
    assert leads_to(send(at_desk(app, world.lan), photo), world)


def test_a_photo_of_what_several_lots_bear_lists_them(app: Flask, world: World) -> None:
    answer = send(at_desk(app, world.lan), label("HTX Lan"))
    assert answer.status_code == 303
    assert answer.location.startswith("/desk/trace?q=")
    assert all(lot in page(at_desk(app, world.lan), answer.location) for lot in ("CN-77", "RM-01"))


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (label("https://elsewhere.example/"), "No batch of yours has that."),
        (b"GIF89a", "not a single photo"),
        (label("x")[:2000], "damaged or was cut off"),
    ],
)
def test_a_photo_that_leads_nowhere_says_why(
    app: Flask, world: World, photo: bytes, words: str
) -> None:
    answer = send(at_desk(app, world.lan), photo)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_a_photo_without_a_symbol_says_what_to_do(app: Flask, world: World) -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(out, "JPEG")
    answer = send(at_desk(app, world.lan), out.getvalue())
    assert "No symbol can be read on this photo." in answer.get_data(as_text=True)


def test_a_strangers_label_tells_nothing(app: Flask, world: World) -> None:
    photo = label(f"HTTP://LOCALHOST:8000/B/{world.code}")
    answer = send(at_desk(app, world.tung), photo)
    assert answer.status_code == 422
    assert "CN-77" not in answer.get_data(as_text=True)
