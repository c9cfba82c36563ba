"""Signing in and out: what is answered, what is counted, what the browser keeps.

Numbers in names are those of OWASP ASVS 5.0.
"""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.accounts import HTTPS, PASSWORD, hash_cheaply, person, send, sign_in, token_on
from tests.conftest import AppMaker
from traceapp.accounts import entering
from traceapp.accounts import throttles as counted
from traceapp.accounts.models import Account, SignedInDevice, Throttle
from traceapp.accounts.names import phone_number
from traceapp.accounts.passwords import breached, check_new_password
from traceapp.accounts.visitor import SESSION_DEVICE, hashed
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

INSIDE = "/account/devices"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


@pytest.fixture
def hashes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every comparison of a password with a hash, as it is made."""
    made: list[str] = []
    context = app.extensions["security"].pwd_context
    verify = context.verify

    def counted(secret: str, kept: str) -> bool:
        made.append(kept)
        return bool(verify(secret, kept))

    monkeypatch.setattr(context, "verify", counted)
    return made


def shown(answer: TestResponse) -> str:
    """The page without what differs each time it is drawn, and without what was typed."""
    page = re.sub(r'(name="csrf_token" value|data-token)="[^"]+"', "", answer.text)
    return re.sub(r'id="f-name" name="name" value="[^"]*"', "", page)


def account_named(name: str) -> Account:
    """The account of a sign-in name."""
    return db.session.scalars(select(Account).where(Account.sign_in_name == name)).one()


def test_a_person_signs_in_by_name_and_password(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    assert client.get(INSIDE).headers["Location"].startswith("/sign-in?next=")
    assert sign_in(client).status_code == 303
    assert client.get(INSIDE).status_code == 200


@pytest.mark.parametrize("typed", ["0912 345 678", "+84912345678", "0912.345.678"])
def test_a_person_signs_in_by_phone_number_as_it_is_dialled(
    app: Flask, client: FlaskClient, typed: str
) -> None:
    person(app, "lan", phone="0912345678")
    assert sign_in(client, typed).status_code == 303
    assert phone_number("0912 345 678") == "+84912345678"


def test_case_and_spaces_around_a_name_do_not_matter(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    assert sign_in(client, "  LAN ").status_code == 303


def test_a_password_is_the_same_however_its_letters_were_composed(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    assert unicodedata.normalize("NFD", PASSWORD) != PASSWORD
    assert sign_in(client, password=unicodedata.normalize("NFD", PASSWORD)).status_code == 303


def test_asvs_6_3_1_unknown_wrong_closed_and_without_password_answer_alike(
    app: Flask, client: FlaskClient, hashes: list[str]
) -> None:
    for name in ("lan", "closed", "empty"):
        person(app, name)
    with app.app_context(), transaction():
        account_named("closed").active = False
        account_named("empty").password = None
    answers = {
        name: sign_in(client, name, "không phải mật khẩu" if name == "lan" else PASSWORD)
        for name in ("lan", "nobody", "closed", "empty", "0900 000 000", "x'--")
    }
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({shown(answer) for answer in answers.values()}) == 1
    assert "Tên hoặc mật khẩu không đúng." in answers["lan"].text
    assert len(hashes) == len(answers)  # each took the time of one hash
    assert {kept.split("$")[3] for kept in hashes} == {"m=8,t=1,p=1"}


def test_nobody_waits_to_write_while_a_password_is_compared(
    app: Flask, make_app: AppMaker, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(app, "lan")
    other, context = make_app(), app.extensions["security"].pwd_context
    verify, written = context.verify, []

    def slow(secret: str, kept: str) -> bool:
        with other.app_context(), transaction(wait_ms=50):
            db.session.execute(update(Account).values(email="meanwhile@example.vn"))
            written.append(kept)
        return bool(verify(secret, kept))

    monkeypatch.setattr(context, "verify", slow)
    assert sign_in(client).status_code == 303
    assert len(written) == 1


def test_asvs_6_3_1_five_failures_of_an_account_close_it_for_minutes(
    app: Flask, client: FlaskClient, hashes: list[str]
) -> None:
    person(app, "lan")
    for _ in range(5):
        assert sign_in(client, password="sai rồi").status_code == 422
    hashes.clear()
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    assert hashes == []  # nothing was tried
    assert "Bạn đã thử quá nhiều lần" in answer.text


def test_asvs_6_3_1_an_unknown_name_is_closed_just_the_same(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    known = [shown(sign_in(client, "lan", "sai rồi")) for _ in range(6)]
    with app.app_context(), transaction():
        db.session.query(Throttle).delete()
    assert [shown(sign_in(client, "nobody", "sai rồi")) for _ in range(6)] == known


def test_asvs_6_3_1_name_and_number_of_one_account_are_counted_together(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan", phone="0912345678")
    codes = [
        sign_in(client, ("lan", "0912 345 678")[turn % 2], "sai").status_code for turn in range(6)
    ]
    assert codes == [422] * 5 + [429]


def test_asvs_6_3_1_an_address_may_fail_ten_times(app: Flask, client: FlaskClient) -> None:
    codes = [sign_in(client, f"nobody-{turn}", "sai").status_code for turn in range(11)]
    assert codes == [422] * 10 + [429]
    elsewhere = app.test_client()
    page = elsewhere.get("/sign-in", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    answer = elsewhere.post(
        "/sign-in",
        data={"csrf_token": token_on(page.text), "name": "nobody-99", "password": "sai"},
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )
    assert answer.status_code == 422


def test_asvs_6_3_1_two_workers_count_together(app: Flask, make_app: AppMaker) -> None:
    person(app, "lan")
    other = hash_cheaply(make_app())
    codes = [
        sign_in((app, other)[turn % 2].test_client(), password="sai").status_code
        for turn in range(6)
    ]
    assert codes == [422] * 5 + [429]


def test_a_success_forgets_the_failures_of_the_account(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    for _ in range(4):
        sign_in(client, password="sai")
    assert sign_in(client).status_code == 303
    client.delete_cookie("session")
    assert [sign_in(client, password="sai").status_code for _ in range(4)] == [422] * 4


def test_a_closed_account_opens_again_when_its_time_is_over(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    for _ in range(6):
        sign_in(client, password="sai")
    with app.app_context(), transaction():
        before = datetime.now(UTC) - timedelta(minutes=6)
        db.session.execute(update(Throttle).values(started_at=before))
    assert sign_in(client).status_code == 303


def test_asvs_7_2_4_signing_in_gives_a_new_session_and_drops_the_old(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    client.get("/sign-in")
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
        planted[SESSION_DEVICE] = "a token somebody else knows"
        before = planted["csrf_token"]
    assert sign_in(client).status_code == 303
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session[SESSION_DEVICE] != "a token somebody else knows"
        assert session.get("csrf_token") != before


def test_asvs_7_2_1_to_7_2_3_the_database_keeps_only_the_hash_of_a_long_token(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    sign_in(client)
    with client.session_transaction() as session:
        token = session[SESSION_DEVICE]
    assert len(token) * 6 >= 128
    with app.app_context():
        device = db.session.scalars(select(SignedInDevice)).one()
        assert device.token_sha256 == hashed(token)
        assert token not in repr(vars(device))


def test_asvs_3_3_1_over_https_the_cookie_is_bound_to_host_and_hidden(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app(PUBLIC_URL=HTTPS))
    person(app, "lan")
    client = app.test_client()
    page = client.get("/sign-in", base_url=HTTPS)
    data = {"csrf_token": token_on(page.text), "name": "lan", "password": PASSWORD}
    answer = client.post("/sign-in", data=data, base_url=HTTPS)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_a_page_for_everybody_neither_reads_nor_sets_the_session(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    sign_in(client)
    answer = client.get("/problems")
    assert "Set-Cookie" not in answer.headers


def test_asvs_7_4_1_and_14_3_1_signing_out_ends_the_session_at_the_server(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "lan")
    sign_in(client)
    with client.session_transaction() as session:
        kept = dict(session)
    answer = send(client, "/sign-out", INSIDE)
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cookies"'  # not "storage": the outbox stays
    assert client.get(INSIDE).status_code == 303
    with client.session_transaction() as session:
        session.update(kept)
    assert client.get(INSIDE).status_code == 303  # the old cookie is worth nothing


def test_signing_out_twice_does_no_harm(app: Flask, client: FlaskClient) -> None:
    assert client.post("/sign-out").status_code == 303


@pytest.mark.parametrize(
    "there",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "/\\/evil.example"),
        *(
            "javascript:alert(1)",
            "\t//evil.example",
            "/\t/evil.example",
            "evil",
            "/a\nb",
            "http:/x",
        ),
    ],
)
def test_asvs_3_7_2_signing_in_leads_to_our_own_pages_only(
    app: Flask, client: FlaskClient, there: str
) -> None:
    person(app, "lan")
    answer = sign_in(client, next=there)
    assert answer.headers["Location"] in {"/", "/desk"}
    assert "evil" not in client.get(f"/sign-in?next={there}").headers.get("Location", "")


def test_signing_in_leads_back_to_where_one_was(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    led = client.get("/account/password?x=1")
    page = client.get(led.headers["Location"])
    assert 'name="next" value="/account/password?x=1"' in page.text
    answer = sign_in(client, next="/account/password?x=1")
    assert answer.headers["Location"] == "/account/password?x=1"


def test_a_form_without_its_token_is_not_taken(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    answer = client.post("/sign-in", data={"name": "lan", "password": PASSWORD})
    assert answer.status_code == 400
    assert client.get(INSIDE).status_code == 303


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        *((word, False) for word in ("ngắn", "12345678", "password1", "Anhyeuem123", "hanoi2026")),
        *(
            (word, False)
            for word in ("qwertyuiop", "aaaaaaaaa", "abababab", "Mật khẩu 1", "traceapp1")
        ),
        *(
            (word, False)
            for word in ("lan.nguyen", "0912345678", "x" * 129, "P@ssw0rd", "iloveyou!")
        ),
        *((word, True) for word in ("bốn con trâu vàng", "a-9fQz!2k", "x9" * 4 + "kq" * 60)),
        *((word, True) for word in ("rau sạch buổi sáng", "  có cách ở đầu", "🐃🌾🥬🍚🐟🦆🐖🌶")),
    ],
)
def test_asvs_6_2_1_and_6_2_4_and_6_2_5_and_6_2_9_and_6_2_11_which_passwords_are_good(
    app: Flask, password: str, is_good: bool
) -> None:
    with app.app_context():
        words = ["lan.nguyen", "+84912345678", "HTX Rau Bãi Xanh"]
        assert (check_new_password(password, words) is None) is is_good


def test_asvs_6_2_4_and_6_2_12_none_of_the_100_000_most_breached_passwords_is_taken(
    app: Flask,
) -> None:
    found = breached()
    assert len(set(found)) == 100_000
    with app.app_context():
        for password in [*found[::97], "ultravox", "bababooe", "spesional", "07021954"]:
            assert check_new_password(password) is not None, password


def test_asvs_6_2_7_a_password_may_be_pasted_and_kept_by_a_password_manager(
    client: FlaskClient,
) -> None:
    page = client.get("/sign-in").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_asvs_11_2_1_and_11_4_2_passwords_are_hashed_with_argon2id_at_full_cost(
    make_app: AppMaker,
) -> None:
    app = make_app()
    person(app, "lan")
    with app.app_context():
        kept = db.session.scalars(select(Account.password)).one()
    assert str(kept).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_weaker_hash_is_renewed_when_its_password_is_proven(make_app: AppMaker) -> None:
    weak = hash_cheaply(make_app())
    person(weak, "lan")
    app = make_app()
    assert sign_in(app.test_client()).status_code == 303
    with app.app_context():
        kept = db.session.scalars(select(Account.password)).one()
    assert "m=19456" in str(kept)


def test_asvs_16_2_1_decisions_are_logged_without_personal_data(
    capsys: pytest.CaptureFixture[str], make_app: AppMaker
) -> None:
    app = hash_cheaply(make_app())
    client = app.test_client()
    person(app, "lan.nguyen", phone="0912345678")
    sign_in(client, "lan.nguyen\r\n{}", "bí mật")
    sign_in(client, "0912 345 678", "bí mật sai")
    sign_in(client, "0912 345 678")
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    decisions = [line for line in lines if line["event"] == "auth"]
    assert [(line["what"], line["outcome"]) for line in decisions] == [
        ("sign_in", "refused"),
        ("sign_in", "refused"),
        ("sign_in", "granted"),
    ]
    assert decisions[0]["who"] == "unknown"
    assert decisions[1]["who"] == decisions[2]["who"] != "unknown"
    for personal in ("lan.nguyen", "912345678", "0912 345", "bí mật", PASSWORD, "127.0.0.1"):
        assert personal not in text


def test_the_counters_hold_no_address_and_no_name(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "lan", "sai")
    with app.app_context():
        rows = db.session.scalars(select(Throttle)).all()
        assert len(rows) == 4
        assert all(len(row.key_sha256) == 32 for row in rows)


def test_where_everybody_fails_everybody_waits_a_little_and_nobody_is_locked_out(
    app: Flask,
) -> None:
    now = datetime.now(UTC)
    with app.app_context(), transaction():
        slow = [counted.slowness(now) for _ in range(3 * counted.ALL.most)]
    assert slow[counted.ALL.most - 1] == 0
    assert 0 < slow[-1] <= counted.SLOWEST_S
    assert max(slow) == counted.SLOWEST_S


def test_asvs_6_3_1_under_attack_from_everywhere_signing_in_is_held_up_and_still_works(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(app, "lan")
    held: list[float] = []
    monkeypatch.setattr("traceapp.accounts.attempts.time.sleep", held.append)
    monkeypatch.setattr(counted, "ALL", replace(counted.ALL, most=5))
    for number in range(5):
        failed = sign_in(app.test_client(), f"ai {number}", "sai")
        assert failed.status_code == 422
    assert held == []
    assert sign_in(client).status_code == 303  # the sixth
    assert held == [0.2]
    for number in range(3):  # a success was taken back: these are the sixth, seventh, eighth
        sign_in(app.test_client(), f"ai khác {number}", "sai")
    assert held == [0.2, 0.2, 0.4, counted.SLOWEST_S]


def test_only_paths_of_ours_are_followed() -> None:
    assert entering.own_path("/desk?x=1&y=%2F") == "/desk?x=1&y=%2F"
    assert entering.own_path("/" + "x" * 2000) is None
    assert entering.own_path(None) is None


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("", "", True),
    ],
)
def test_a_home_is_one_address_however_many_it_has(one: str, other: str, *, together: bool) -> None:
    assert (counted.by_address(one) == counted.by_address(other)) is together
