"""People of a producer: added, invited, given roles, helped, sent away."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.test_first_run import CODE
from tests.signing_in import account_of, form, signed_in
from traceapp.accounts import tokens
from traceapp.accounts.models import Account, OneTimeCode
from traceapp.accounts.operations import create_account
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Membership, MembershipRole
from traceapp.web.endpoints import transaction

HOA = {"name": "Trần Thị Hoa", "phone": "0912345678", "roles": "clerk", "language": "vi"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    """A co-op whose owner is Lan."""
    with app.app_context(), transaction():
        return business("HTX Lan", kinds=("coop",), role="owner")


@pytest.fixture
def owner(app: Flask, lan: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, lan)


def send(app: Flask, client: FlaskClient, path: str, **values: str) -> tuple[int, str]:
    with app.app_context():
        sent = form(app, **values)
    answer = client.post(path, data=sent)
    return answer.status_code, answer.text


def add(app: Flask, owner: FlaskClient, **changes: str) -> tuple[str, str]:
    """Add a person; give the person's path and the code of the invitation."""
    status, text = send(app, owner, "/desk/people/new", **(HOA | changes))
    assert status == 201, re.findall(r'class="error".*?</p>', text, re.DOTALL)
    listed = owner.get("/desk/people?q=" + (changes.get("name") or HOA["name"])).text
    path = re.findall(r'href="(/desk/people/[0-9a-f-]{36})"', listed)[0]
    return path, CODE.findall(text)[0]


def hidden_in(owner: FlaskClient) -> str:
    found = re.search(r'name="member_id" value="([^"]+)"', owner.get("/desk/people/new").text)
    assert found
    return found[1]


def joined(app: Flask, code: str, name: str = "hoa.tran") -> FlaskClient:
    client = app.test_client()
    typed = {"code": code, "sign_in_name": name, "password": "mưa nắng hai mùa"}
    answer = client.post("/join/member", data=typed)
    assert answer.status_code == 303, re.findall(r'class="error".*?</p>', answer.text, re.DOTALL)
    return client


def acts(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.entry_id)))


def test_a_form_sent_twice_at_once_adds_one_person(app: Flask, lan: Business) -> None:
    with app.app_context():
        owners = [signed_in(app, lan) for _ in "12"]
    wish = HOA | {"member_id": hidden_in(owners[0])}
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda one: send(app, one, "/desk/people/new", **wish), owners))
    assert [status for status, _ in answers] == [201, 201]
    with app.app_context():
        people = db.session.scalars(select(Membership).where(Membership.name == HOA["name"])).all()
        assert [str(one.member_id) for one in people] == [wish["member_id"]]
    codes = {CODE.findall(text)[0] for _, text in answers}
    assert len(codes) == 2
    opened = [code for code in codes if answer_of(app, code) == 303]
    assert len(opened) == 1
    assert acts(app).count("member_added") == 1


def answer_of(app: Flask, code: str) -> int:
    typed = {"code": code, "sign_in_name": "hoa.tran", "password": "mưa nắng hai mùa"}
    return app.test_client().post("/join/member", data=typed).status_code


def test_a_form_sent_again_after_the_person_joined_leads_to_the_person(
    app: Flask, owner: FlaskClient
) -> None:
    wish = HOA | {"member_id": hidden_in(owner)}
    _, text = send(app, owner, "/desk/people/new", **wish)
    joined(app, CODE.findall(text)[0])
    with app.app_context():
        sent = form(app, **wish)
    answer = owner.post("/desk/people/new", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/desk/people/{wish['member_id']}")


def test_an_id_that_is_none_is_refused(app: Flask, owner: FlaskClient) -> None:
    status, _ = send(app, owner, "/desk/people/new", **HOA, member_id="x")
    assert status == 422


def test_a_person_is_added_invited_and_chooses_name_and_password(
    app: Flask, owner: FlaskClient
) -> None:
    path, code = add(app, owner)
    assert "Được mời" in owner.get(path).text or "Đã mời" in owner.get(path).text
    hoa = joined(app, code)
    assert hoa.get("/desk/batches").status_code == 200
    assert hoa.get("/desk/people").status_code == 404
    assert "hoa.tran" in owner.get(path).text
    assert acts(app) == ["member_added", "member_invited", "member_joined"]
    with app.app_context():
        row = db.session.scalars(select(Account).where(Account.sign_in_name == "hoa.tran")).one()
        assert row.password
        assert row.password.startswith("$argon2id$")
        assert all(HOA["name"] not in one.detail for one in db.session.scalars(select(AuditEntry)))


def test_the_invitation_is_a_link_a_picture_and_a_code_and_shown_once(
    app: Flask, owner: FlaskClient
) -> None:
    status, text = send(app, owner, "/desk/people/new", **HOA)
    code = CODE.findall(text)[0]
    assert status == 201
    assert f"http://localhost:8000/join/member#{code}" in text
    assert "<svg" in text
    with app.app_context():
        (row,) = db.session.scalars(select(OneTimeCode)).all()
        assert (row.expires_at - row.made_at).days == 7
    assert code not in owner.get("/desk/people").text


def test_an_invitation_works_once_and_a_new_one_ends_it(app: Flask, owner: FlaskClient) -> None:
    path, first = add(app, owner)
    _status, text = send(app, owner, f"{path}/invite")
    second = CODE.findall(text)[0]
    typed = {"sign_in_name": "hoa.tran", "password": "mưa nắng hai mùa"}
    old = app.test_client().post("/join/member", data=typed | {"code": first})
    assert old.status_code == 422
    joined(app, second)
    again = app.test_client().post(
        "/join/member", data=typed | {"code": second, "sign_in_name": "ke.gian"}
    )
    assert again.status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        *({"name": ""}, {"roles": "king"}, {"roles": "inspector"}, {"roles": "officer"}),
        *({"language": "fr"}, {"member_id": "1"}, {"name": "x" * 201}),
    ],
)
def test_a_wrong_form_adds_nobody(app: Flask, owner: FlaskClient, wrong: dict[str, str]) -> None:
    status, text = send(app, owner, "/desk/people/new", **(HOA | wrong))
    assert status == 422
    assert HOA["phone"] in text
    assert acts(app) == []


def test_only_the_authority_has_officers_and_inspectors(app: Flask) -> None:
    with app.app_context():
        with transaction():
            office = business("Sở", kinds=("authority",), role="owner")
        client = signed_in(app, office, is_second_factor_proven=True)
    add(app, client, roles="inspector")


def test_a_change_of_roles_ends_the_sessions_and_holds_at_once(
    app: Flask, owner: FlaskClient
) -> None:
    path, code = add(app, owner, roles="owner")
    hoa = joined(app, code)
    assert hoa.get("/desk/people").status_code == 200
    assert send(app, owner, path, **HOA)[0] == 303
    assert hoa.get("/desk/people").status_code == 303  # to the sign-in page
    with app.app_context():
        roles = db.session.scalars(select(MembershipRole.role)).all()
        assert sorted(roles) == ["clerk", "owner"]


def test_the_last_owner_can_neither_leave_nor_stop_being_owner(
    app: Flask, owner: FlaskClient, lan: Business
) -> None:
    path = f"/desk/people/{lan.actor.member_id}"
    for wrong in (f"{path}/end", f"{path}/erase"):
        status, text = send(app, owner, wrong, sure="yes")
        assert status == 422
        assert "chủ cơ sở duy nhất" in text
    assert send(app, owner, path, **HOA)[0] == 422
    assert owner.get("/desk/people").status_code == 200


def test_an_owner_who_cannot_sign_in_is_no_other_owner(
    app: Flask, owner: FlaskClient, lan: Business
) -> None:
    _path, code = add(app, owner, roles="owner")
    path = f"/desk/people/{lan.actor.member_id}/end"
    assert send(app, owner, path)[0] == 422
    joined(app, code)
    assert send(app, owner, path)[0] == 303


def test_whoever_leaves_is_signed_out_everywhere_at_once(
    app: Flask, owner: FlaskClient, lan: Business
) -> None:
    path, code = add(app, owner, roles="owner")
    hoa = joined(app, code)
    with app.app_context(), transaction():
        row = db.session.scalars(select(Membership).where(Membership.name == HOA["name"])).one()
        member = (row.producer_id, row.member_id)
        token = tokens.create(
            member, name="x", scope="write", days=None, by=None, now=datetime.now(UTC)
        )
    with app.test_request_context("/api/", headers={"Authorization": f"Bearer {token}"}):
        assert tokens.find(lan.producer_id, datetime.now(UTC))[0].state == "active"
    assert send(app, owner, f"{path}/end")[0] == 303
    assert hoa.get("/desk/people").status_code == 303
    with app.app_context():
        assert tokens.find(lan.producer_id, datetime.now(UTC))[0].state == "revoked"
    assert "member_ended" in acts(app)


def test_a_reset_code_is_shown_once_for_people_of_the_own_producer(
    app: Flask, owner: FlaskClient
) -> None:
    path, code = add(app, owner)
    joined(app, code)
    status, text = send(app, owner, f"{path}/reset")
    assert status == 201
    reset = CODE.findall(text)[0]
    assert reset not in owner.get(path).text
    assert "reset_code_issued" in acts(app)


def test_people_of_another_producer_are_not_there(
    app: Flask, owner: FlaskClient, lan: Business
) -> None:
    with app.app_context():
        with transaction():
            tung = business("Tùng", role="owner")
        stranger = signed_in(app, tung)
    path = f"/desk/people/{lan.actor.member_id}"
    assert stranger.get(path).status_code == 404
    for deed in ("", "/invite", "/reset", "/end", "/erase"):
        assert send(app, stranger, path + deed, sure="yes", **HOA)[0] == 404, deed
    assert "HTX Lan A" not in stranger.get("/desk/people").text
    assert owner.get(path).status_code == 200


def test_a_clerk_manages_nobody(app: Flask, owner: FlaskClient) -> None:
    path, code = add(app, owner)
    hoa = joined(app, code)
    assert hoa.get("/desk/people").status_code == 404
    assert hoa.get(path).status_code == 404


def test_the_list_is_searched_filtered_and_downloaded(app: Flask, owner: FlaskClient) -> None:
    add(app, owner)
    assert HOA["name"] in owner.get("/desk/people?q=tran+thi").text
    assert HOA["name"] not in owner.get("/desk/people?state=ended").text
    table = owner.get("/desk/people?format=csv")
    assert table.mimetype == "text/csv"
    assert HOA["name"] in table.text


def test_a_sign_in_name_that_is_taken_is_said_beside_its_field(
    app: Flask, owner: FlaskClient, lan: Business
) -> None:
    _path, code = add(app, owner)
    with app.app_context(), transaction():
        create_account("hoa.tran", "mưa nắng hai mùa", now=datetime.now(UTC))
        account_of((lan.producer_id, lan.actor.member_id))
    typed = {"code": code, "sign_in_name": "hoa.tran", "password": "mưa nắng hai mùa"}
    answer = app.test_client().post("/join/member", data=typed)
    assert answer.status_code == 422
    assert re.search(r'id="f-sign_in_name"[^>]*aria-invalid="true"', answer.text)
    assert code in answer.text
    assert typed["password"] not in answer.text


def test_someone_with_an_account_works_for_a_second_producer_with_it(
    app: Flask, owner: FlaskClient
) -> None:
    with app.app_context():
        with transaction():
            minh = business("Minh", role="clerk")
        other = signed_in(app, minh)
    _path, code = add(app, owner)
    assert "mine" not in app.test_client().get("/join/member").text
    assert 'value="mine"' in other.get("/join/member").text
    status, _text = send(app, other, "/join/member", code=code, do="mine")
    assert status == 303
    with app.app_context():
        rows = db.session.scalars(select(Membership).where(Membership.account_id.is_not(None)))
        assert len({row.account_id for row in rows if row.name in {HOA["name"], "Minh A"}}) == 1
    _path, second = add(app, owner, name="Người khác")
    with app.app_context():
        other = signed_in(app, minh)
    assert send(app, other, "/join/member", code=second, do="mine")[0] == 422
    with app.app_context():
        assert len(db.session.scalars(select(Account)).all()) == 2


def test_asvs_7_4_5_an_owner_sees_where_a_person_is_signed_in_and_ends_it(
    app: Flask, owner: FlaskClient
) -> None:
    path, code = add(app, owner)
    hoa = joined(app, code)
    assert "Thiết bị" in owner.get(path).text
    assert f'action="{path}/sign-out"' in owner.get(path).text
    status, _ = send(app, owner, f"{path}/sign-out")
    assert status == 303
    assert hoa.get("/desk").location.startswith("/sign-in")
    assert f'action="{path}/sign-out"' not in owner.get(path).text
    assert acts(app)[-1] == "member_signed_out"


def test_an_owner_signs_nobody_out_who_works_elsewhere(app: Flask, owner: FlaskClient) -> None:
    with app.app_context():
        with transaction():
            tung = business("Tùng")
        elsewhere = signed_in(app, tung)
    path = f"/desk/people/{tung.actor.member_id}/sign-out"
    assert send(app, owner, path)[0] == 404
    assert elsewhere.get("/desk").status_code == 200
