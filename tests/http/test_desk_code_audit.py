"""The page of the last audit at the desk: whose codes, what they answered, what is told of it."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.signing_in import signed_in
from traceapp.codes import audits
from traceapp.codes.page_asking import Asked, Outcome
from traceapp.gs1.batch_code import StallCode
from traceapp.stalls import changing
from traceapp.web.endpoints import transaction

PATH = "/desk/codes/audit"


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
            "office": business("Chi cục", kinds=("authority",), role="officer"),
        }


def audited(app: Flask, people: dict[str, Business], sampled: int = 3) -> tuple[str, str]:
    """Ask for two pages of Lan's, one of which is dead, and one of Minh's; give the first two."""
    with app.app_context(), transaction():
        good, bad = (finished(people["lan"], lot) for lot in ("L-GOOD", "L-BAD"))
        theirs = finished(people["minh"], "L-MINH")
        pages = [
            Asked(good, Outcome.LIVE),
            Asked(bad, Outcome.STATUS, "503 Service Unavailable"),
            Asked(theirs, Outcome.LIVE),
        ]
        now = datetime.now(UTC)
        audits.keep(audits.Audit(now, now, "https://xqr.vn", 1, 30, sampled, pages))
    return good, bad


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who, is_second_factor_proven=True)


def read(reader: FlaskClient, path: str = PATH) -> str:
    answer = reader.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.text.partition("<main")[2]


def test_a_producer_reads_of_its_own_codes_alone(app: Flask, people: dict[str, Business]) -> None:
    audited(app, people)
    text = read(at_desk(app, people["lan"]))
    assert "1 of 2 pages of your codes that were asked for are live (50.0\xa0%)." in text
    assert "L-MINH" not in text
    assert text.index("L-BAD") < text.index("L-GOOD")
    assert "Answered with an error" in text
    assert "503 Service Unavailable" in text


@pytest.mark.parametrize("who", ["operator", "office"])
def test_who_answers_for_all_reads_of_all(
    app: Flask, people: dict[str, Business], who: str
) -> None:
    audited(app, people)
    text = read(at_desk(app, people[who]))
    assert "2 of 3 pages that were asked for are live (66.6\N{NO-BREAK SPACE}%)." in text
    assert all(lot in text for lot in ("L-BAD", "L-GOOD", "L-MINH"))
    assert "HTX Minh" in text
    failed = read(at_desk(app, people[who]), f"{PATH}?answer=failed")
    assert "L-BAD" in failed
    assert "L-GOOD" not in failed


def test_an_audit_that_gave_up_says_how_many_it_did_not_ask_for(
    app: Flask, people: dict[str, Business]
) -> None:
    audited(app, people, sampled=10)
    assert "the other 7 were not asked for" in read(at_desk(app, people["operator"]))


def test_a_dead_page_waits_on_the_first_page_of_whom_it_concerns(
    app: Flask, people: dict[str, Business]
) -> None:
    told = "Pages of codes that were not live in the last audit: 1."
    assert told not in read(at_desk(app, people["lan"]), "/desk")
    audited(app, people)
    assert told in read(at_desk(app, people["lan"]), "/desk")
    assert told in read(at_desk(app, people["operator"]), "/desk")
    assert told not in read(at_desk(app, people["minh"]), "/desk")


def test_before_the_first_audit_the_page_says_when_there_is_one(
    app: Flask, people: dict[str, Business]
) -> None:
    assert "No audit so far" in read(at_desk(app, people["lan"]))


def test_a_stall_is_told_by_its_name_to_its_seller_and_to_who_answers_for_all(
    app: Flask, people: dict[str, Business]
) -> None:
    with app.app_context(), transaction():
        lan, now = people["lan"], datetime.now(UTC)
        given = {"name": "Sạp 12", "site_id": str(lan.site_id)}
        code = changing.open_stall((lan.producer_id, lan.actor.member_id), given, now=now).code
        pages = [Asked(code, Outcome.STATUS, "503 Service Unavailable")]
        audits.keep(audits.Audit(now, now, "https://xqr.vn", 1, 1, 1, pages))
    for who in ("lan", "operator"):
        text = read(at_desk(app, people[who]), f"{PATH}?q=sap+12")
        assert "Stall · Sạp 12" in text
        assert f'href="/S/{code}"' in text
        assert "(0.0\N{NO-BREAK SPACE}%)" in text
    told = "Pages of codes that were not live in the last audit: 1."
    assert told in read(at_desk(app, people["lan"]), "/desk")
    assert told not in read(at_desk(app, people["minh"]), "/desk")
    assert "Sạp 12" not in read(at_desk(app, people["minh"]))
    table = at_desk(app, people["lan"]).get(f"{PATH}?format=csv").text
    assert StallCode(code).readable in table
