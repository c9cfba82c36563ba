"""Second factors: the app, recovery codes, who must have one, what a passkey route refuses."""

import base64
import hashlib
import hmac
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.accounts import (
    HTTPS,
    PASSWORD,
    hash_cheaply,
    person,
    send,
    sign_in,
    token_on,
)
from tests.authenticators import Authenticator, Credential
from tests.conftest import AppMaker
from traceapp.accounts import operations, reauthentication
from traceapp.accounts.models import Account
from traceapp.accounts.visitor import Visitor
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

INSIDE = "/account/devices"
APP = "/account/second-factor/app"
STEP = "/sign-in/second-factor"
OPEN = {"base_url": HTTPS}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


class Phone:
    """An app on a phone, which knows the secret it was shown."""

    def __init__(self, page: str) -> None:
        found = re.search(r'href="(otpauth://[^"]+)"', page)
        assert found is not None
        address = found[1].replace("&amp;", "&")
        asked = parse_qs(urlsplit(address).query)
        self.issuer, (self.secret,) = asked["issuer"], asked["secret"]

    def code(self, *, later: int = 0) -> str:
        """What it shows (RFC 6238); `later` codes from now."""
        step = int(time.time()) // 30 + later
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        mac = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
        start = mac[-1] & 15
        return f"{int.from_bytes(mac[start : start + 4], 'big') % 2**31 % 10**6:06}"


def set_up(client: FlaskClient) -> tuple[Phone, list[str]]:
    """Set the app up in a browser that is signed in; gives the phone and the recovery codes."""
    page = client.get(APP)
    phone = Phone(page.text)
    data = {"csrf_token": token_on(page.text), "code": phone.code()}
    answer = client.post(APP, data=data)
    assert answer.status_code == 200
    return phone, re.findall(r"<li><code>([0-9A-Z-]+)</code></li>", answer.text)


def lan_with_app(app: Flask) -> tuple[Phone, list[str]]:
    """An account that needs a second step from now on."""
    person(app, "lan")
    client = app.test_client()
    sign_in(client)
    return set_up(client)


def test_a_second_step_is_asked_for_after_the_password(app: Flask, client: FlaskClient) -> None:
    phone, _ = lan_with_app(app)
    answer = sign_in(client, next="/account/password")
    assert answer.headers["Location"] == STEP
    assert client.get(INSIDE).status_code == 303  # the password alone opens nothing
    answer = send(client, STEP, code=phone.code(later=1))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/password")
    assert client.get(INSIDE).status_code == 200


def test_the_app_learns_the_name_of_this_site(app: Flask) -> None:
    phone, _ = lan_with_app(app)
    assert phone.issuer == ["localhost"]


def test_a_wrong_code_opens_nothing(app: Flask, client: FlaskClient) -> None:
    lan_with_app(app)
    sign_in(client)
    for wrong in ("000000", "", "12345", "abcdef", "0000-0000-0000-0000", "١٢٣٤٥٦"):
        assert send(client, STEP, code=wrong).status_code in {422, 429}
    assert client.get(INSIDE).status_code == 303


def test_asvs_6_5_1_a_code_of_the_app_works_once(app: Flask) -> None:
    phone, _ = lan_with_app(app)
    code = phone.code(later=1)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        sign_in(client)
    assert send(first, STEP, code=code).status_code == 303
    assert send(second, STEP, code=code).status_code == 422


def test_the_code_that_set_the_app_up_does_not_sign_in(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    sign_in(client)
    page = client.get(APP)
    phone = Phone(page.text)
    code = phone.code()
    client.post(APP, data={"csrf_token": token_on(page.text), "code": code})
    other = app.test_client()
    sign_in(other)
    assert send(other, STEP, code=code).status_code == 422


def test_asvs_6_5_5_an_old_code_is_refused(app: Flask, client: FlaskClient) -> None:
    phone, _ = lan_with_app(app)
    sign_in(client)
    assert send(client, STEP, code=phone.code(later=-3)).status_code == 422
    assert send(client, STEP, code=phone.code(later=4)).status_code == 422


def test_asvs_6_6_3_five_wrong_codes_close_the_second_step(app: Flask, client: FlaskClient) -> None:
    phone, _ = lan_with_app(app)
    sign_in(client)
    codes = [send(client, STEP, code="000000").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    assert send(client, STEP, code=phone.code(later=1)).status_code == 429


def test_the_second_step_waits_ten_minutes(app: Flask, client: FlaskClient) -> None:
    phone, _ = lan_with_app(app)
    sign_in(client)
    with client.session_transaction() as session:
        session["signing_in"] = session["signing_in"] | {"at": session["signing_in"]["at"] - 601}
    answer = client.post(STEP, data={"code": phone.code(later=1), "csrf_token": _token(client)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert client.get(INSIDE).status_code == 303


def _token(client: FlaskClient) -> str:
    return token_on(client.get("/sign-in").text)


def test_a_recovery_code_signs_in_once(app: Flask) -> None:
    _, codes = lan_with_app(app)
    assert len(codes) == len(set(codes)) == 8
    for client, expected in ((app.test_client(), 303), (app.test_client(), 422)):
        sign_in(client)
        assert send(client, STEP, code=codes[3].lower()).status_code == expected
    another = app.test_client()
    sign_in(another)
    assert send(another, STEP, code=codes[4]).status_code == 303
    assert "Còn 6 mã chưa dùng" in another.get("/account/second-factor").text


def test_asvs_6_5_2_recovery_codes_and_secrets_are_not_readable_in_the_database(app: Flask) -> None:
    phone, codes = lan_with_app(app)
    with app.app_context():
        account = db.session.scalars(select(Account)).one()
        kept = repr(vars(account)) + repr(list(account.mf_recovery_codes or []))
    for secret in (phone.secret, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in kept


def acts(app: Flask) -> list[str]:
    """What stands in the book of the producer for whom somebody works."""
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.entry_id)))


def test_new_recovery_codes_replace_the_old(app: Flask, client: FlaskClient) -> None:
    phone, old = lan_with_app(app)
    sign_in(client)
    send(client, STEP, code=phone.code(later=1))
    answer = send(client, "/account/second-factor/codes", "/account/second-factor")
    new = re.findall(r"<li><code>([0-9A-Z-]+)</code></li>", answer.text)
    assert len(new) == 8
    assert not set(new) & set(old)
    assert acts(app) == ["app_set_up", "recovery_codes_made", "recovery_codes_made"]
    other = app.test_client()
    sign_in(other)
    assert send(other, STEP, code=old[0]).status_code == 422
    assert send(other, STEP, code=new[0]).status_code == 303


def test_asvs_7_4_3_a_new_factor_ends_the_other_sessions(app: Flask) -> None:
    person(app, "lan")
    here, there = app.test_client(), app.test_client()
    sign_in(here)
    sign_in(there)
    set_up(here)
    assert here.get(INSIDE).status_code == 200
    assert there.get(INSIDE).status_code == 303


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", APP), ("POST", APP), ("POST", f"{APP}/remove")),
        *(("POST", "/account/second-factor/codes"), ("POST", "/account/passkeys")),
        ("POST", "/account/passkeys/00000000-0000-0000-0000-000000000000/remove"),
    ],
)
def test_asvs_7_5_1_factors_change_only_after_proving_oneself_again(
    app: Flask, client: FlaskClient, method: str, path: str
) -> None:
    person(app, "lan")
    sign_in(client)
    with client.session_transaction() as session:
        session[reauthentication.SINCE] -= 3600
    data = {"csrf_token": token_on(client.get(INSIDE).text)}
    answer = client.open(path, method=method, data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/confirm?next=")


def test_the_password_given_again_opens_the_factors(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    sign_in(client)
    with client.session_transaction() as session:
        session[reauthentication.SINCE] -= 3600
    confirm = client.get(APP).headers["Location"]
    assert send(client, "/account/confirm", confirm, password="sai").status_code == 422
    answer = send(client, "/account/confirm", confirm, password=PASSWORD, next=APP)
    assert answer.headers["Location"] == APP
    assert client.get(APP).status_code == 200


def test_the_app_is_switched_off_and_its_codes_with_it(app: Flask, client: FlaskClient) -> None:
    phone, _ = lan_with_app(app)
    sign_in(client)
    send(client, STEP, code=phone.code(later=1))
    assert send(client, f"{APP}/remove", "/account/second-factor").status_code == 303
    other = app.test_client()
    assert sign_in(other).headers["Location"] != STEP
    with app.app_context():
        account = db.session.scalars(select(Account)).one()
        assert account.tf_totp_secret is None
        assert not account.mf_recovery_codes
    assert acts(app)[-1] == "app_removed"


def test_every_producer_one_works_for_learns_of_a_new_factor_and_of_no_other_producer(
    app: Flask, client: FlaskClient
) -> None:
    mine, theirs = person(app, "lan"), person(app, "hoa")
    with app.app_context(), transaction():
        by = (theirs.producer_id, theirs.actor.member_id)
        account = db.session.scalars(select(Account).where(Account.sign_in_name == "lan")).one()
        db.session.get_one(Membership, by).account_id = account.account_id
    sign_in(client)
    set_up(client)
    with app.app_context():
        lines = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "app_set_up")).all()
        told = {(one.producer_id, one.by_producer_id, one.by_member_id) for one in lines}
    ours = (mine.producer_id, mine.producer_id, mine.actor.member_id)
    assert told == {ours, (theirs.producer_id, *by)}


def test_what_is_not_there_is_not_removed_and_stands_in_no_book(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    sign_in(client)
    assert send(client, f"{APP}/remove", "/account/devices").status_code == 303
    assert acts(app) == []


def test_asvs_6_4_3_a_reset_code_does_not_pass_by_the_second_step(
    app: Flask, client: FlaskClient
) -> None:
    lan_with_app(app)
    with app.app_context(), transaction():
        row = db.session.scalars(select(Account)).one()
        code = _reset_code(row)
    send(client, "/reset-password", code=code, password="ba con vịt đen")
    assert sign_in(client, password="ba con vịt đen").headers["Location"] == STEP
    assert client.get(INSIDE).status_code == 303


def _reset_code(account: Account) -> str:
    (place,) = operations.workplaces(account.account_id)
    roles, kinds = frozenset({"owner"}), frozenset({"farm"})
    owner = Visitor(place.producer_id, place.member_id, "Chủ", "HTX", roles, kinds)
    member = (place.producer_id, place.member_id)
    return operations.issue_reset_code(owner, member, datetime.now(UTC))


def inside(app: Flask, name: str) -> FlaskClient:
    """Somebody signed in where the site is open to the world."""
    client = app.test_client()
    page = client.get("/sign-in", **OPEN)
    data = {"csrf_token": token_on(page.text), "name": name, "password": PASSWORD}
    assert client.post("/sign-in", data=data, **OPEN).status_code == 303
    return client


@pytest.mark.parametrize(
    ("role", "kinds", "must"),
    [
        ("officer", ("authority",), True),
        ("inspector", ("authority",), True),
        ("owner", ("authority",), True),
        ("owner", ("operator",), True),
        ("owner", ("farm",), False),
        ("clerk", ("farm",), False),
    ],
)
def test_asvs_6_3_3_officials_need_a_second_factor_where_the_world_can_come_in(
    make_app: AppMaker, role: str, kinds: tuple[str, ...], *, must: bool
) -> None:
    app = hash_cheaply(make_app(PUBLIC_URL=HTTPS))
    person(app, "mai", role=role, kinds=kinds)
    client = inside(app, "mai")
    answer = client.get("/desk/batches", **OPEN)
    led = answer.headers.get("Location", "") == "/account/second-factor"
    assert led is must
    assert client.get("/account/second-factor", **OPEN).status_code == 200
    written = client.post("/desk/tokens", headers={"Accept": "application/json"}, **OPEN)
    assert ("/problems/second-factor-needed" in written.text) is must


def test_asvs_6_3_3_with_the_app_an_officer_comes_in(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app(PUBLIC_URL=HTTPS))
    person(app, "mai", role="officer", kinds=("authority",))
    client = inside(app, "mai")
    page = client.get(APP, **OPEN)
    phone = Phone(page.text)
    data = {"csrf_token": token_on(page.text), "code": phone.code()}
    headers = {"Referer": HTTPS}
    assert client.post(APP, data=data, headers=headers, **OPEN).status_code == 200
    assert client.get("/desk/batches", **OPEN).status_code == 200


def test_asvs_6_3_3_with_a_passkey_an_officer_comes_in(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app(PUBLIC_URL=HTTPS))
    person(app, "mai", role="officer", kinds=("authority",))
    client, phone = inside(app, "mai"), Authenticator(HTTPS)
    led = client.get("/desk/batches", **OPEN)
    assert (led.status_code, led.location) == (303, "/account/second-factor")
    made = _send_passkey(client, "/account/passkeys", phone.make(_making(client)))
    assert made.status_code == 200, made.text
    assert client.get("/desk/batches", **OPEN).status_code == 200

    by_password = inside(app, "mai")  # the password alone opens nothing from now on
    assert by_password.get("/desk/batches", **OPEN).status_code == 303
    for at, status in (("https://truyxuat.example.com", 422), (HTTPS, 200)):
        elsewhere = app.test_client()
        phone.origin = at
        asked = elsewhere.get("/sign-in/passkey", **OPEN).json
        answer = _send_passkey(elsewhere, "/sign-in/passkey", phone.answer(asked or {}))
        assert answer.status_code == status, answer.text
        inside_now = elsewhere.get("/desk/batches", **OPEN).status_code == 200
        assert inside_now is (status == 200)


def _making(client: FlaskClient) -> Any:
    headers = _headers(client.get("/account/second-factor", **OPEN).text)
    sent = client.post("/account/passkeys/challenge", json={}, headers=headers, **OPEN)
    assert sent.json is not None, sent.text
    return sent.json["options"]


def _send_passkey(client: FlaskClient, path: str, credential: Credential) -> TestResponse:
    form = "/sign-in" if path.startswith("/sign-in") else "/account/second-factor"
    headers = _headers(client.get(form, **OPEN).text)
    return client.post(path, json={"credential": credential}, headers=headers, **OPEN)


def _headers(page: str) -> dict[str, str]:
    found = re.search(r'(?:name="csrf_token" value|data-token)="([^"]+)"', page)
    assert found is not None
    return {"X-CSRF-Token": found[1], "Origin": HTTPS}


def test_in_the_demo_nobody_needs_a_second_factor(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app(PUBLIC_URL=HTTPS, TRACEAPP_DEMO="1"))
    person(app, "mai", role="officer", kinds=("authority",))
    client = inside(app, "mai")
    assert client.get("/desk/batches", **OPEN).status_code == 200


def test_another_secret_key_makes_the_app_useless_and_breaks_nothing(
    app: Flask, make_app: AppMaker
) -> None:
    phone, _ = lan_with_app(app)
    other = hash_cheaply(make_app(SECRET_KEY="another secret that is long enough too"))
    client = other.test_client()
    sign_in(client)
    assert send(client, STEP, code=phone.code(later=1)).status_code == 422


@pytest.mark.parametrize(
    "credential",
    [
        *(None, "x", {}, {"rawId": 7}, {"rawId": "AAAA"}, {"rawId": "~"}, []),
        {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
    ],
)
def test_a_made_up_passkey_opens_nothing(
    app: Flask, client: FlaskClient, credential: object
) -> None:
    person(app, "lan")
    token = _token(client)
    assert client.get("/sign-in/passkey").json["userVerification"] == "required"  # type: ignore[index]
    answer = client.post(
        "/sign-in/passkey", json={"credential": credential}, headers={"X-CSRF-Token": token}
    )
    assert answer.status_code == 422
    assert client.get(INSIDE).status_code == 303


@pytest.mark.parametrize("body", ["[]", "7", '"x"', "null", "{"])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: str) -> None:
    headers = {"X-CSRF-Token": _token(client), "Content-Type": "application/json"}
    assert client.post("/sign-in/passkey", data=body, headers=headers).status_code == 400


def test_a_made_up_passkey_is_not_kept(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    sign_in(client)
    headers = {"X-CSRF-Token": token_on(client.get(INSIDE).text)}
    options = client.post("/account/passkeys/challenge", json={}, headers=headers).json
    assert options is not None
    assert options["options"]["authenticatorSelection"]["residentKey"] == "required"
    for credential in ({}, {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}):
        answer = client.post("/account/passkeys", json={"credential": credential}, headers=headers)
        assert answer.status_code == 400


def test_an_account_that_is_closed_between_the_steps_stays_out(
    app: Flask, client: FlaskClient
) -> None:
    phone, _ = lan_with_app(app)
    sign_in(client)
    token = token_on(client.get(STEP).text)
    with app.app_context(), transaction():
        db.session.execute(update(Account).values(active=False))
    answer = client.post(STEP, data={"csrf_token": token, "code": phone.code(later=1)})
    assert answer.headers["Location"] == "/sign-in"
    assert client.get(INSIDE).status_code == 303
