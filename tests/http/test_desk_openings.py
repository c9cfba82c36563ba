"""Openings at the desk: whose they are, by day, and what is worth a look."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.signing_in import signed_in
from traceapp.codes import openings
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

LIST = "/desk/openings"
LOOK = "Worth a look"
TASK = "Pages opened unusually often in the last days: 1."


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation outside any context, so that each request has its own reader."""
    return make_app()


@pytest.fixture
def people(app: Flask) -> dict[str, Business]:
    with app.app_context(), transaction():
        return {
            "lan": business("HTX Lan", role="owner"),
            "minh": business("HTX Minh", role="owner"),
            "operator": business("Chủ trang", kinds=("operator",), role="owner"),
            "officer": business("Chi cục", kinds=("authority",), role="officer"),
        }


def today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()


def opened(app: Flask, owner: Business, lots: Mapping[str, Mapping[int, int]]) -> dict[str, str]:
    """Let the pages of new lots have been opened so often, so many days ago; give their codes."""
    with app.app_context(), transaction():
        codes = {lot: finished(owner, lot) for lot in lots}
        openings.add(
            {
                (codes[lot], today() - timedelta(days=ago)): count
                for lot, days in lots.items()
                for ago, count in days.items()
            }
        )
    return codes


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who, is_second_factor_proven=True)


def read(reader: FlaskClient, path: str, status: int = 200) -> str:
    answer = reader.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return answer.text.partition("<main")[2]


def row(text: str, lot: str) -> str:
    return next(part for part in text.split("<tr>") if f"· {lot}<" in part)


def test_what_is_worth_a_look_stands_first_and_can_be_asked_for_alone(
    app: Flask, people: dict[str, Business]
) -> None:
    lots = {"L-CALM": {1: 20, 2: 25, 3: 24, 4: 24}, "L-LOUD": {1: 60, 2: 2}, "L-LATE": {1: 4}}
    opened(app, people["lan"], lots)
    desk = at_desk(app, people["lan"])
    text = read(desk, LIST)
    assert text.index("L-LOUD") < text.index("L-CALM") < text.index("L-LATE")
    assert LOOK in row(text, "L-LOUD")
    assert ">62<" in row(text, "L-LOUD")
    assert LOOK not in row(text, "L-CALM")
    alone = read(desk, f"{LIST}?sign=burst")
    assert "L-LOUD" in alone
    assert "L-CALM" not in alone


@pytest.mark.parametrize(
    ("loud", "others", "is_burst"),
    [
        (29, (), False),  # too few to say anything
        (30, (), True),  # nothing to compare it with
        (60, (20, 20), True),
        (59, (20, 20), False),  # a producer whose pages are read a lot
        (60, (10, 40), False),
        (90, (10, 40), True),
    ],
)
def test_unusual_is_many_and_three_times_what_is_usual(
    app: Flask, people: dict[str, Business], loud: int, others: tuple[int, ...], is_burst: bool
) -> None:
    lots = {f"L-{place}": {1: count, 2: 1} for place, count in enumerate(others)}
    codes = opened(app, people["lan"], {"L-LOUD": {1: loud}} | lots)
    opened(app, people["minh"], {"L-MINH": {1: 1}})  # another's batches are not compared with
    desk = at_desk(app, people["lan"])
    page = read(desk, f"/desk/batches/{codes['L-LOUD']}/openings")
    assert (LOOK in row(read(desk, LIST), "L-LOUD")) == is_burst
    assert (LOOK in page) == is_burst
    assert (TASK in read(desk, "/desk")) == is_burst
    if is_burst:
        assert f"{LOOK}: {loud} openings on" in page


def test_nobody_is_accused_of_anything(app: Flask, people: dict[str, Business]) -> None:
    codes = opened(app, people["lan"], {"L-LOUD": {1: 60}})
    desk = at_desk(app, people["lan"])
    for language, words in (("en", ("copied", "fake", "counterfeit")), ("vi", ("sao chép", "giả"))):
        for path in (LIST, f"/desk/batches/{codes['L-LOUD']}/openings", "/desk"):
            text = desk.get(path, headers={"Accept-Language": language}).text.partition("<main")[2]
            assert not [word for word in words if word in text.lower()], path


def test_the_days_of_a_batch_are_drawn_and_listed(app: Flask, people: dict[str, Business]) -> None:
    codes = opened(app, people["lan"], {"L-1": {0: 31, 1: 60, 29: 2, 30: 9}})
    text = read(at_desk(app, people["lan"]), f"/desk/batches/{codes['L-1']}/openings")
    yesterday = (today() - timedelta(days=1)).strftime("%d/%m/%Y")
    assert "At least 93 openings in the last 30 days" in text
    assert text.count("<rect class=") == 30
    assert text.count('class="much"') == 2
    assert f"<title>{yesterday}: 60 openings</title>" in text
    assert f">{yesterday}</td>" in text
    assert ">60 <span" in text
    assert f"{LOOK}: 60 openings on {yesterday}." in text
    assert "style=" not in text


def test_an_officer_sees_all_and_another_producer_nothing(
    app: Flask, people: dict[str, Business]
) -> None:
    codes = opened(app, people["lan"], {"L-LOUD": {1: 60}})
    path = f"/desk/batches/{codes['L-LOUD']}/openings"
    office = at_desk(app, people["officer"])
    assert "HTX Lan" in row(read(office, LIST), "L-LOUD")
    assert LOOK in read(office, path)
    assert TASK in read(office, "/desk")
    for who in ("minh", "operator"):
        other = at_desk(app, people[who])
        assert "L-LOUD" not in read(other, LIST)
        assert TASK not in read(other, "/desk")
        read(other, path, 404)


def test_what_was_long_ago_waits_no_longer(app: Flask, people: dict[str, Business]) -> None:
    codes = opened(app, people["lan"], {"L-LOUD": {8: 60}})
    desk = at_desk(app, people["lan"])
    assert TASK not in read(desk, "/desk")
    assert LOOK in read(desk, f"/desk/batches/{codes['L-LOUD']}/openings")


def test_a_batch_that_nobody_opened_says_so(app: Flask, people: dict[str, Business]) -> None:
    codes = opened(app, people["lan"], {"L-1": {}})
    text = read(at_desk(app, people["lan"]), f"/desk/batches/{codes['L-1']}/openings")
    assert "Nobody opened it, as far as it was counted." in text
    assert "<svg class" not in text.partition("<h2>")[2]
    assert "How often it is opened" in read(
        at_desk(app, people["lan"]), f"/desk/batches/{codes['L-1']}"
    )
