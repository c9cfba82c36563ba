"""Published totals are corrected by their body, and what stood there before stays readable."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from werkzeug.test import TestResponse

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.lan import totals_of
from tests.signing_in import form
from tests.trade import numbers_in
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.network import programme, published
from traceapp.network.programme_models import PublishedFigure, PublishedTotal
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

YEAR = "/programme/2024"
LIST = "/desk/programme/totals"
CORRECTION = {"source": "Báo A, bản in", "figures.measures": ">190", "reason": "Gõ nhầm số"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app()


@pytest.fixture
def office(app: Flask) -> Business:
    with app.app_context(), transaction():
        return business("Cơ quan quản lý", kinds=("authority",), role="officer")


@pytest.fixture
def officer(app: Flask, office: Business) -> FlaskClient:
    return at_desk(app, office)


@pytest.fixture
def wrong(app: Flask, office: Business) -> UUID:
    with app.app_context(), transaction():
        return totals_of(office)


def send(app: Flask, browser: FlaskClient, total_id: UUID | str, **typed: str) -> TestResponse:
    given = {"id": str(uuid4()), **CORRECTION, **typed}
    return browser.post(f"{LIST}/{total_id}/correct", data=form(app, **given))


def published_part(app: Flask, language: str) -> str:
    said = page(app.test_client(), f"{YEAR}?lang={language}", language=language)
    return said.partition('id="published"')[2].partition("</section>")[0]


def test_a_correction_shows_the_newest_and_what_stood_there_before(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    given = {"id": str(uuid4()), "source_en": "Paper A, printed", "reason_en": "Mistyped"}
    for _ in range(2):
        answer = send(app, officer, wrong, **given)
        assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    words = {
        "vi": ("&gt; 190", "Báo A, bản in", "Cơ quan quản lý đính chính ngày", "Gõ nhầm số"),
        "en": ("&gt; 190", "Paper A, printed", "Corrected on", "by Cơ quan quản lý", "Mistyped"),
    }
    for language, told in words.items():
        said = published_part(app, language)
        newest, _, before = said.partition("<details>")
        for one in told:
            assert one in newest, (language, one)
        assert ">185<" not in newest
        assert ">185<" in before
        assert '<span lang="vi">Báo A</span>' in before
    index = page(app.test_client(), "/programme")
    assert "&gt; 190" in index
    assert "185" not in numbers_in(index)
    with app.app_context():
        acts = select(AuditEntry.act).where(AuditEntry.act == "programme.corrected")
        assert len(db.session.scalars(acts).all()) == 1


def test_a_correction_is_corrected_in_its_turn_and_two_at_once_never_both_hold(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    second = str(uuid4())
    assert send(app, officer, wrong, id=second).status_code == 303
    late = send(app, officer, wrong, **{"figures.measures": "7"})
    assert late.status_code == 422
    assert "vừa được đính chính" in late.text
    for shown in (late, officer.get(f"{LIST}/{wrong}/correct")):
        assert f'action="{LIST}/{second}/correct"' in shown.text
        assert "Giải pháp &gt; 190" in shown.text
    third = send(app, officer, second, **{"figures.measures": "200", "reason": "Xem bản gốc"})
    assert third.status_code == 303
    newest, _, before = published_part(app, "vi").partition("<details>")
    assert ">200<" in newest
    assert "Xem bản gốc" in newest
    assert re.findall(r"<b>([^<]+)</b>", before) == ["&gt; 190", "185"]
    assert "Gõ nhầm số" in before
    with app.app_context():
        (held,) = published.of_year(2024)
        assert [dict(one.figures)["measures"][1] for one in held.earlier] == [190, 185]


def test_totals_of_a_wrong_year_move_to_the_right_one(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    assert 'value="2024"' in officer.get(f"{LIST}/{wrong}/correct").text
    second = str(uuid4())
    assert send(app, officer, wrong, id=second, year="2023").status_code == 303
    assert app.test_client().get(YEAR).status_code == 404  # nothing else is known of it
    said = page(app.test_client(), "/programme/2023")
    newest, _, before = said.partition('id="published"')[2].partition("<details>")
    assert "&gt; 190" in newest
    assert ">185<" in before
    assert "Cho năm 2024" in before
    with app.app_context():
        assert set(published.by_year()) == {2023}
    assert send(app, officer, second, year="1999").status_code == 422
    assert send(app, officer, second, year="2024").status_code == 303
    assert "&gt; 190" in published_part(app, "vi").partition("<details>")[0]
    assert app.test_client().get("/programme/2023").status_code == 404


def test_the_form_shows_what_stands_and_the_list_finds_it(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    said = officer.get(f"{LIST}/{wrong}/correct").text
    for value in ('value="185"', 'value="Báo A"'):
        assert value in said
    found = officer.get(LIST, query_string={"q": "bao a 185 2024"}).text
    assert f"{LIST}/{wrong}/correct" in found
    front = officer.get("/desk/assessments").text
    assert f'href="{LIST}"' in front


@pytest.mark.parametrize(
    "typed", [{"reason": ""}, {"figures.measures": ""}, {"source": ""}, {"figures.energy": "x"}]
)
def test_a_correction_without_reason_figure_or_source_is_refused_and_nothing_is_kept(
    app: Flask, officer: FlaskClient, wrong: UUID, typed: dict[str, str]
) -> None:
    answer = send(app, officer, wrong, **typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PublishedTotal)) == 1


def test_nobody_else_corrects_it_and_no_row_is_changed(
    app: Flask, office: Business, officer: FlaskClient, wrong: UUID
) -> None:
    with app.app_context(), transaction():
        others = [
            business("HTX Lan", role="owner"),
            business("Cơ quan hai", kinds=("authority",), role="officer"),
            business("Cơ quan ba", kinds=("authority",), role="inspector"),
        ]
    for other in others:
        browser = at_desk(app, other)
        assert browser.get(f"{LIST}/{wrong}/correct").status_code == 404
        assert send(app, browser, wrong).status_code == 404
        by, total = Ref(other.producer_id, other.actor.member_id), Ref(office.producer_id, wrong)
        with app.app_context(), pytest.raises(problem.NotFound):
            programme.correct(total, {}, by, now=datetime.now(UTC))
    assert send(app, officer, uuid4()).status_code == 404
    assert send(app, officer, wrong).status_code == 303
    for table in (PublishedTotal, PublishedFigure):
        with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).delete()
        with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.query(table).update({"producer_id": uuid4()})


def test_totals_outlive_the_way_back_and_forward(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    assert send(app, officer, wrong).status_code == 303
    with app.app_context():
        downgrade(revision="0073")
        upgrade()
        both = [dict(one.figures)["measures"][1] for one in published.of_year(2024)]
        assert both == [185, 190]
        assert not any(one.earlier for one in published.of_year(2024))
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.query(PublishedTotal).delete()


def test_zeros_that_were_printed_stay_and_none_is_added(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    printed = {"energy": "-6,50", "materials": "-2,5", "water": "-10", "dust": "-12,00"}
    typed = {f"figures.{name}": figure for name, figure in printed.items()}
    second = str(uuid4())
    assert send(app, officer, wrong, id=second, **typed).status_code == 303
    said = published_part(app, "vi").partition("<details>")[0]
    for figure in printed.values():
        assert f"<b>{figure.replace('-', chr(0x2212))}\u00a0%</b>" in said
    shown = officer.get(f"{LIST}/{second}/correct").text
    for figure in printed.values():
        assert f'value="{figure.replace("-", chr(0x2212))}"' in shown
    assert send(app, officer, second, **typed).status_code == 303  # as it stands in the form


def test_of_what_was_written_down_before_no_zero_is_known(
    app: Flask, officer: FlaskClient, wrong: UUID
) -> None:
    assert send(app, officer, wrong, **{"figures.energy": "-6,50"}).status_code == 303
    with app.app_context():
        downgrade(revision="0076")
        upgrade()
    assert "<b>−6,5\u00a0%</b>" in published_part(app, "vi").partition("<details>")[0]
