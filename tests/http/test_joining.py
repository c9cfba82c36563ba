"""Producers that ask to join: by request or invitation, compared, let in or refused."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.test_first_run import CODE, set_up
from tests.signing_in import form, signed_in
from traceapp.accounts.models import OneTimeCode
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Product
from traceapp.batches.operations import Actor
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.producers.models import Admission, Membership, Producer, ProducerKind, Site
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

ASKED = {
    "name": "HTX Rau an toàn Bãi Xanh",
    "legal_form": "hợp tác xã",
    "kinds": "coop",
    "street": "Thôn 2",
    "commune": "xã Bát Tràng",
    "phone": "0912 345 678",
    "email": "lan@example.vn",
    "owner": "Bùi Thị Lan",
    "sign_in_name": "bui.lan",
    "password": "bốn mùa rau xanh tốt",
}
SHA = bytes.fromhex("aa" * 32)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def operator(app: Flask) -> FlaskClient:
    """The browser of the operator's owner."""
    return set_up(app)


def csrf(client: FlaskClient) -> dict[str, str]:
    page = client.get("/desk/admissions").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return {"csrf_token": found[1]}


def producer_named(app: Flask, name: str) -> UUID:
    with app.app_context():
        return db.session.scalars(select(Producer.producer_id).where(Producer.name == name)).one()


def ask(app: Flask, **changes: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/join", data=ASKED | changes)
    assert answer.status_code == 303, re.findall(r'class="error".*?</p>', answer.text, re.DOTALL)
    return client


def test_a_request_makes_producer_owner_and_account_but_lets_nobody_in(
    app: Flask, operator: FlaskClient
) -> None:
    client = ask(app)
    assert client.get("/desk/tokens").status_code == 200
    with app.app_context():
        number = producer_named(app, ASKED["name"])
        kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == number)
        assert db.session.scalars(kinds).all() == ["coop"]
        decided = select(Admission).where(Admission.producer_id == number)
        assert db.session.scalars(decided).all() == []
        member = select(Membership).where(Membership.producer_id == number)
        assert db.session.scalars(member).one().name == ASKED["owner"]
        site = db.session.scalars(select(Site).where(Site.producer_id == number)).one()
        assert (site.kind, site.commune) == ("field", "Bát Tràng")
    assert ASKED["name"] in operator.get("/desk/admissions?state=waiting").text


def test_before_anybody_runs_the_site_nobody_joins(app: Flask) -> None:
    assert app.test_client().get("/join").status_code == 404
    assert app.test_client().post("/join", data=ASKED).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        *({"kinds": ""}, {"kinds": "operator"}, {"kinds": "authority"}, {"name": ""}),
        *({"password": "bui.lan1"}, {"sign_in_name": "thuha"}, {"code": "x"}, {"latitude": "1"}),
        *({"commune": "Bát"}, {"email": "a@b"}, {"name": "Lan\u202ehtx"}),
    ],
)
def test_a_wrong_request_registers_nobody(
    app: Flask, operator: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = app.test_client().post("/join", data=ASKED | wrong)
    assert answer.status_code == 422
    assert ASKED["street"] in answer.text
    assert ASKED["password"] not in answer.text
    with app.app_context():
        assert len(db.session.scalars(select(Producer)).all()) == 1
    assert operator


def test_the_page_of_alike_producers_is_shown_beside_the_request(
    app: Flask, operator: FlaskClient
) -> None:
    ask(app)
    ask(app, name="Hợp tác xã rau an toàn Bãi Xanh 2", sign_in_name="ke.gia", street="thôn 2")
    ask(app, name="Trại gà Ba Vì", sign_in_name="trai.ga", street="Thôn 9", phone="0987654321")
    number = producer_named(app, "Hợp tác xã rau an toàn Bãi Xanh 2")
    page = operator.get(f"/desk/admissions/{number}").text
    alike = page[page.index("Có cơ sở nào gần giống không") :]
    assert ASKED["name"] in alike
    for words in ("Tên gần giống", "Trùng địa chỉ", "Trùng số điện thoại"):
        assert words in alike
    assert "Trại gà Ba Vì" not in alike


def test_admitting_and_refusing_are_written_down_and_told(
    make_app: AppMaker,
) -> None:
    app = make_app(SMTP_URL="smtp://localhost:1", MAIL_FROM="no-reply@trace.example.vn")
    operator = set_up(app)
    asking = ask(app)
    number = producer_named(app, ASKED["name"])
    path = f"/desk/admissions/{number}"
    refused = operator.post(f"{path}/refuse", data=csrf(operator) | {"reason": "Thiếu địa chỉ"})
    assert refused.status_code == 303
    assert "Thiếu địa chỉ" in operator.get(path).text
    assert operator.post(f"{path}/admit", data=csrf(operator)).status_code == 303
    with app.app_context():
        acts = db.session.scalars(
            select(AuditEntry.act).where(AuditEntry.producer_id == number)
        ).all()
        assert {"producer_registered", "producer_refused", "producer_admitted"} <= set(acts)
        letters = db.session.scalars(select(Job.payload)).all()
        assert len(letters) == 2
        assert all('"to":"lan@example.vn"' in text for text in letters)
        assert "Thiếu địa chỉ" in letters[0] + letters[1]
    again = operator.post(f"{path}/admit", data=csrf(operator))
    assert again.status_code == 412
    assert asking.get(path).status_code == 404


def test_a_refusal_needs_a_reason(app: Flask, operator: FlaskClient) -> None:
    ask(app)
    path = f"/desk/admissions/{producer_named(app, ASKED['name'])}"
    answer = operator.post(f"{path}/refuse", data=csrf(operator) | {"reason": " "})
    assert answer.status_code == 422
    assert 'id="f-reason"' in answer.text


def test_codes_answer_not_activated_until_the_producer_is_let_in(
    app: Flask, operator: FlaskClient
) -> None:
    ask(app)
    number = producer_named(app, ASKED["name"])
    with app.app_context(), transaction():
        site = db.session.scalars(select(Site.site_id).where(Site.producer_id == number)).one()
        member = db.session.scalars(
            select(Membership.member_id).where(Membership.producer_id == number)
        ).one()
        by = Business(number, site, site, Actor(number, member))
        greens = product(by, role="finished", label=LABEL)
        db.session.get_one(Product, (number, greens)).photo_sha256 = SHA
        made = batch(by, greens, "L-1", expiry_date="2126-01-01")
        record(by, "harvest", outputs=[line(made, "5")])
        code = db.session.scalars(select(PublicCode.code)).one()
    shopper = app.test_client()
    json = {"Accept": "application/json"}
    before = shopper.get(f"/B/{code}", headers=json).json
    assert before
    assert before["state"]["state"] == "not_activated"
    operator.post(f"/desk/admissions/{number}/admit", data=csrf(operator))
    app.extensions["page_cache"]._pages.clear()
    app.extensions["page_cache"]._read_at = 0.0
    after = shopper.get(f"/B/{code}", headers=json).json
    assert after
    assert after["state"]["state"] == "active"
    today = datetime.now(UTC).astimezone(HANOI).date()
    admission = after["producer"]["admission"]
    assert admission["by"]["vi"] == "Chi cục Chất lượng Hà Nội"
    assert admission["on"] == today.isoformat()
    page = shopper.get(f"/B/{code}", headers={"Accept-Language": "vi"}).text
    assert f"Được Chi cục Chất lượng Hà Nội kết nạp ngày {today:%d/%m/%Y}" in page


def test_nobody_decides_about_the_own_producer_and_a_coop_about_none(
    app: Flask, operator: FlaskClient
) -> None:
    ask(app)
    own = producer_named(app, "Chi cục Chất lượng Hà Nội")
    other = producer_named(app, ASKED["name"])
    assert operator.post(f"/desk/admissions/{own}/admit", data=csrf(operator)).status_code == 404
    with app.app_context():
        with transaction():
            minh = business("Minh", role="owner")
        client = signed_in(app, minh)
        sent = form(app)
    assert client.get("/desk/admissions").status_code == 404
    assert client.post(f"/desk/admissions/{other}/admit", data=sent).status_code == 404


def test_an_officer_of_the_authority_lets_producers_in(app: Flask, operator: FlaskClient) -> None:
    ask(app)
    number = producer_named(app, ASKED["name"])
    with app.app_context():
        with transaction():
            office = business("Sở", kinds=("authority",), role="officer")
        client = signed_in(app, office, is_second_factor_proven=True)
        sent = form(app)
    assert client.post(f"/desk/admissions/{number}/admit", data=sent).status_code == 303
    assert operator


def test_an_invitation_is_shown_once_and_works_once(app: Flask, operator: FlaskClient) -> None:
    answer = operator.post("/desk/admissions/invite", data=csrf(operator) | {"email": ""})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "private, no-store"
    code = CODE.findall(answer.text)[0]
    assert f"/join#{code}" in answer.text
    assert "<path" in answer.text
    ask(app, code=code)
    again = app.test_client().post(
        "/join", data=ASKED | {"code": code, "sign_in_name": "khac", "name": "HTX khác"}
    )
    assert again.status_code == 422
    with app.app_context():
        row = db.session.scalars(
            select(OneTimeCode).where(OneTimeCode.purpose == "join_as_producer")
        ).one()
        assert row.producer_id == producer_named(app, ASKED["name"])


def test_an_invitation_to_no_address_is_refused_at_its_field(
    app: Flask, operator: FlaskClient
) -> None:
    ask(app)
    wrong = csrf(operator) | {"email": "lan tại example"}
    page = operator.post("/desk/admissions/invite", data=wrong)
    assert page.status_code == 422
    assert 'value="lan tại example"' in page.text
    assert "state=waiting" not in page.text, "leads to an address that only takes forms"
    assert 'class="empty"' not in page.text, "somebody has asked to join"


def test_the_list_is_searched_without_marks_and_downloaded(
    app: Flask, operator: FlaskClient
) -> None:
    ask(app)
    assert ASKED["name"] in operator.get("/desk/admissions?q=bai+xanh").text
    assert ASKED["name"] not in operator.get("/desk/admissions?q=khong+co").text
    table = operator.get("/desk/admissions?format=csv")
    assert table.mimetype == "text/csv"
    assert ASKED["name"] in table.text


def test_too_many_requests_from_one_reader_are_slowed_down(
    app: Flask, operator: FlaskClient
) -> None:
    client = app.test_client()
    answers = [client.post("/join", data={"name": "x"}).status_code for _ in range(31)]
    assert answers[-1] == 429
    assert operator


def test_a_decision_about_a_producer_that_was_let_in_before_names_nobody(app: Flask) -> None:
    with app.app_context(), transaction():
        lan = business("Lan")
        greens = product(lan, role="finished", label=LABEL)
        db.session.get_one(Product, (lan.producer_id, greens)).photo_sha256 = SHA
        made = batch(lan, greens, "L-1", expiry_date="2126-01-01")
        record(lan, "harvest", outputs=[line(made, "5")])
        code = db.session.scalars(select(PublicCode.code)).one()
    told = app.test_client().get(f"/B/{code}", headers={"Accept": "application/json"}).json
    assert told
    assert told["producer"]["admission"] is None
