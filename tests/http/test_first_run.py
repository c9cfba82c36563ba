"""GET and POST /first-run: an empty installation gets somebody who runs it."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import AppMaker
from traceapp import problem
from traceapp.accounts.models import Account, OneTimeCode
from traceapp.accounts.visitor import hashed
from traceapp.admission import first_run
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Commune, Membership, Producer, ProducerKind, Province
from traceapp.producers.queries import admission_of
from traceapp.web.endpoints import transaction

CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}\b")
TYPED = {
    "name": "Chi cục Chất lượng Hà Nội",
    "legal_form": "cơ quan nhà nước",
    "street": "38 Tô Hiệu",
    "commune": "phường Hà Đông",
    "phone": "024 3354 1234",
    "email": "lienhe@trace.example.vn",
    "owner": "Nguyễn Thu Hà",
    "sign_in_name": "thuha",
    "password": "con trâu đi trước",
}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An empty installation; each request has a context of its own."""
    return make_app()


def code_of(app: Flask) -> str:
    log = io.StringIO()
    with app.app_context():
        first_run.print_code(log)
    return str(CODE.findall(log.getvalue())[0])


def set_up(app: Flask, code: str | None = None) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/first-run", data=TYPED | {"code": code or code_of(app)})
    assert answer.status_code == 303, answer.text
    return client


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_asvs_6_3_2_the_start_of_an_empty_server_prints_a_code_and_keeps_its_hash(
    app: Flask,
) -> None:
    log = io.StringIO()
    with app.app_context():
        first_run.print_code(log)
        (code,) = CODE.findall(log.getvalue())
        (row,) = db.session.scalars(select(OneTimeCode)).all()
        assert row.code_sha256 == hashed(code.replace("-", ""))
        assert row.expires_at - row.made_at == timedelta(days=7)
    assert "http://localhost:8000/first-run" in log.getvalue()
    assert len(code.replace("-", "")) * 5 >= 128


@pytest.mark.parametrize("trouble", [problem.Busy, problem.StorageFull])
def test_a_server_without_a_code_starts_all_the_same_and_says_why(
    app: Flask, monkeypatch: pytest.MonkeyPatch, trouble: type[problem.Problem]
) -> None:
    def new_code(_now: datetime) -> str:
        raise trouble

    monkeypatch.setattr(first_run, "new_code", new_code)
    log = io.StringIO()
    with app.app_context():
        first_run.print_code(log)
    assert log.getvalue() == f"The code of the first run was not made: {trouble.__name__}.\n"


def test_a_new_start_ends_the_code_of_the_one_before(app: Flask) -> None:
    old = code_of(app)
    new = code_of(app)
    client = app.test_client()
    assert client.post("/first-run", data=TYPED | {"code": old}).status_code == 422
    assert client.post("/first-run", data=TYPED | {"code": new}).status_code == 303


def test_the_command_prints_a_code_too(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["first-run"])
    assert done.exit_code == 0
    assert CODE.search(done.output)
    set_up(app)
    again = app.test_cli_runner().invoke(args=["first-run"])
    assert again.exit_code == 1
    assert "Somebody runs this installation already" in again.output


def test_the_wizard_makes_the_operator_and_signs_its_owner_in(app: Flask) -> None:
    client = set_up(app)
    assert client.get("/desk/tokens").status_code == 200
    with app.app_context():
        producer = db.session.scalars(select(Producer)).one()
        assert (producer.name, producer.commune) == (TYPED["name"], "Hà Đông")
        assert db.session.scalars(select(ProducerKind.kind)).all() == ["operator"]
        assert db.session.scalars(select(Account.sign_in_name)).one() == "thuha"
        assert db.session.scalars(select(Membership.name)).one() == TYPED["owner"]
        admission = admission_of(producer.producer_id)
        assert admission is not None
        assert (admission.decision, admission.by_producer_id) == ("admitted", None)
        assert db.session.scalars(select(AuditEntry.act)).all() == ["producer_registered"]


def test_the_whole_list_of_communes_can_be_chosen_from(app: Flask) -> None:
    code_of(app)
    page = app.test_client().get("/first-run").text
    assert '<option value="xã Bát Tràng, Hà Nội">' in page
    assert (count(app, Province), count(app, Commune)) == (34, 126)


def test_once_somebody_runs_it_there_is_no_wizard(app: Flask) -> None:
    set_up(app)
    client = app.test_client()
    assert client.get("/first-run").status_code == 404
    assert client.post("/first-run", data=TYPED | {"code": "x"}).status_code == 404
    assert code_is_printed(app) is False


def code_is_printed(app: Flask) -> bool:
    log = io.StringIO()
    with app.app_context():
        first_run.print_code(log)
    return bool(log.getvalue())


def test_the_demo_has_no_first_run(make_app: AppMaker) -> None:
    demo = make_app(TRACEAPP_DEMO="1")
    assert demo.test_client().get("/first-run").status_code == 404
    assert code_is_printed(demo) is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "0000-0000-0000-0000-0000-0000-0000"}, "code"),
        ({"code": ""}, "code"),
        ({"commune": "xã Không Có"}, "commune"),
        ({"email": "nobody"}, "email"),
        ({"sign_in_name": "Thu Hà"}, "sign_in_name"),
        ({"password": "12345678"}, "password"),
        ({"password": "short"}, "password"),
        ({"owner": ""}, "owner"),
        ({"name": "x" * 201}, "name"),
        ({"extra": "1"}, ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_code_stays_good(
    app: Flask, wrong: dict[str, str], field: str
) -> None:
    code = code_of(app)
    client = app.test_client()
    answer = client.post("/first-run", data=TYPED | {"code": code} | wrong)
    assert answer.status_code == 422
    assert not field or re.search(rf'id="f-{field}"[^>]*aria-invalid="true"', answer.text)
    assert TYPED["street"] in answer.text
    assert (wrong.get("password") or TYPED["password"]) not in answer.text
    assert count(app, Producer) == count(app, Account) == 0
    assert client.post("/first-run", data=TYPED | {"code": code}).status_code == 303


def test_everything_that_is_missing_is_told_at_once_in_the_order_of_the_page(app: Flask) -> None:
    code_of(app)
    said = app.test_client().post("/first-run", data={"name": "Chi cục"}).text
    told = re.findall(r'<li><a href="#f-(\w+)"', said)
    assert told == [
        *("code", "legal_form", "street", "commune", "owner", "sign_in_name", "password")
    ]


def test_a_code_too_old_does_not_work(app: Flask) -> None:
    code = code_of(app)
    with app.app_context(), transaction():
        row = db.session.scalars(select(OneTimeCode)).one()
        row.expires_at = datetime.now(UTC)
    answer = app.test_client().post("/first-run", data=TYPED | {"code": code})
    assert answer.status_code == 422
    assert count(app, Producer) == 0


def test_the_code_may_be_typed_as_people_type(app: Flask) -> None:
    set_up(app, f"  {code_of(app).lower().replace('-', ' ')} ")


def test_the_first_page_of_an_empty_installation_says_what_to_do(app: Flask) -> None:
    assert 'href="/first-run"' in app.test_client().get("/").text
    set_up(app)
    assert 'href="/first-run"' not in app.test_client().get("/").text


def test_security_txt_names_the_operator(app: Flask) -> None:
    set_up(app)
    told = app.test_client().get("/.well-known/security.txt").text
    assert told.startswith("Contact: mailto:lienhe@trace.example.vn\nContact: tel:02433541234\n")


def test_guessing_is_slowed_down(app: Flask) -> None:
    client = app.test_client()
    answers = [client.post("/first-run", data=TYPED).status_code for _ in range(31)]
    assert set(answers) == {422, 429}
    assert answers[-1] == 429
