"""The devices of an account: listed, ended, and how long their sessions last."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.accounts import PASSWORD, hash_cheaply, person, send, sign_in, token_on
from tests.builders import Business, business
from tests.conftest import AppMaker
from traceapp.accounts.device_names import device_name
from traceapp.accounts.lifetimes import AT_AN_OFFICE, ON_A_PHONE, lifetime
from traceapp.accounts.models import Account, SignedInDevice
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

INSIDE = "/account/devices"
NEW = "ba con vịt đen"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A055F) Chrome/129.0 Mobile Safari/537.36"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


def devices(app: Flask) -> list[SignedInDevice]:
    """All sessions that were ever opened, oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(SignedInDevice).order_by(SignedInDevice.created_at))
        return list(rows)


def age(app: Flask, **columns: datetime) -> None:
    """Set times of every session."""
    with app.app_context(), transaction():
        db.session.execute(update(SignedInDevice).values(**columns))


def is_in(client: FlaskClient) -> bool:
    """Tell whether the browser is signed in."""
    return client.get(INSIDE).status_code == 200


def two_browsers(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """The same person, signed in twice."""
    person(app, "lan")
    clients = app.test_client(), app.test_client()
    for client in clients:
        assert sign_in(client).status_code == 303
    return clients


def test_a_device_is_called_by_browser_and_system(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    sign_in(client)
    page = client.get(INSIDE).text
    assert "Chrome · Android" in page
    assert "thiết bị này" in page


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko Firefox/131.0", "Firefox · Linux"),
        ("<script>alert(1)</script>", "?"),
        ("", "?"),
    ],
)
def test_the_name_of_a_device_is_of_our_own_words(said: str, name: str) -> None:
    assert device_name(said) == name


def test_asvs_7_5_2_a_device_that_is_signed_out_stops_at_its_next_request(app: Flask) -> None:
    here, there = two_browsers(app)
    lost = devices(app)[1].device_id
    assert is_in(there)
    assert send(here, f"/account/devices/{lost}/end", INSIDE).status_code == 303
    assert not is_in(there)
    assert is_in(here)


def test_asvs_7_4_3_all_others_are_signed_out_at_once(app: Flask) -> None:
    here, there = two_browsers(app)
    assert send(here, "/account/devices/end-others", INSIDE).status_code == 303
    assert not is_in(there)
    assert is_in(here)


def test_asvs_8_2_2_a_device_of_others_is_not_there(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    person(app, "minh")
    other = app.test_client()
    sign_in(other, "minh")
    theirs = devices(app)[0].device_id
    sign_in(client, "lan")
    assert send(client, f"/account/devices/{theirs}/end", INSIDE).status_code == 404
    assert is_in(other)
    assert str(theirs) not in client.get(INSIDE).text


def test_asvs_7_3_1_an_unused_session_of_a_farmer_ends_after_thirty_days(app: Flask) -> None:
    client, _ = two_browsers(app)
    age(app, last_seen_at=datetime.now(UTC) - timedelta(days=29))
    assert is_in(client)
    age(app, last_seen_at=datetime.now(UTC) - timedelta(days=31))
    assert not is_in(client)


def test_asvs_7_3_2_a_session_of_an_officer_ends_with_the_working_day(
    app: Flask, client: FlaskClient
) -> None:
    person(app, "mai", role="officer", kinds=("authority",))
    sign_in(client, "mai")
    (device,) = devices(app)
    assert device.expires_at - device.created_at == timedelta(hours=12)
    age(app, last_seen_at=datetime.now(UTC) - timedelta(minutes=29))
    assert is_in(client)
    age(app, last_seen_at=datetime.now(UTC) - timedelta(minutes=31))
    assert not is_in(client)
    age(app, last_seen_at=datetime.now(UTC), expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert not is_in(client)


def test_an_officers_cookie_ends_with_the_browser_and_a_farmers_does_not(app: Flask) -> None:
    person(app, "mai", role="officer", kinds=("authority",))
    person(app, "lan", role="field_worker")
    cookies = {
        name: sign_in(app.test_client(), name).headers["Set-Cookie"] for name in ("mai", "lan")
    }
    assert "Expires" not in cookies["mai"]
    assert "Expires" in cookies["lan"]


@pytest.mark.parametrize(
    ("roles", "kinds", "expected"),
    [
        ({"owner"}, {"farm"}, ON_A_PHONE),
        ({"shop_seller"}, {"shop"}, ON_A_PHONE),
        ({"inspector"}, {"farm"}, AT_AN_OFFICE),
        ({"clerk"}, {"operator"}, AT_AN_OFFICE),
        ({"owner"}, {"authority"}, AT_AN_OFFICE),
    ],
)
def test_who_works_at_an_office_has_the_short_session(
    roles: set[str], kinds: set[str], expected: object
) -> None:
    assert lifetime(roles, kinds) == expected


def test_last_seen_is_written_every_few_minutes_and_not_at_every_request(app: Flask) -> None:
    client, _ = two_browsers(app)
    seen = devices(app)[0].last_seen_at
    client.get(INSIDE)
    assert devices(app)[0].last_seen_at == seen
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    age(app, last_seen_at=long_ago)
    client.get(INSIDE)
    first, second = devices(app)
    assert first.last_seen_at > long_ago
    assert second.last_seen_at == long_ago


def test_asvs_7_4_2_a_closed_account_is_out_at_its_next_request(app: Flask) -> None:
    client, _ = two_browsers(app)
    with app.app_context(), transaction():
        db.session.execute(update(Account).values(active=False))
    assert not is_in(client)


def test_who_has_left_the_producer_is_out_at_the_next_request(app: Flask) -> None:
    client, _ = two_browsers(app)
    with app.app_context(), transaction():
        db.session.execute(update(Membership).values(ended_at=datetime.now(UTC)))
    assert not is_in(client)
    answer = sign_in(app.test_client())
    assert answer.status_code == 422
    assert "chưa thuộc cơ sở nào" in answer.text


def test_asvs_7_4_3_a_new_password_ends_the_other_sessions(app: Flask) -> None:
    here, there = two_browsers(app)
    changed = send(here, "/account/password", old_password=PASSWORD, password=NEW)
    assert changed.status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert sign_in(app.test_client()).status_code == 422
    assert sign_in(app.test_client(), password=NEW).status_code == 303


def test_asvs_6_2_3_a_new_password_needs_the_old_one(app: Flask) -> None:
    here, _ = two_browsers(app)
    answer = send(here, "/account/password", old_password="sai rồi", password=NEW)
    assert answer.status_code == 422
    assert "Đây không phải mật khẩu của bạn." in answer.text
    assert sign_in(app.test_client()).status_code == 303


def test_a_well_known_new_password_is_refused_beside_its_field(app: Flask) -> None:
    here, _ = two_browsers(app)
    answer = send(here, "/account/password", old_password=PASSWORD, password="anhyeuem")
    assert answer.status_code == 422
    assert "rất dễ bị đoán" in answer.text
    assert sign_in(app.test_client()).status_code == 303


def test_guessing_the_old_password_is_bounded(app: Flask) -> None:
    here, _ = two_browsers(app)
    codes = [
        send(here, "/account/password", old_password=f"sai {turn}", password=NEW).status_code
        for turn in range(6)
    ]
    assert codes == [422] * 5 + [429]


def at_two_places(app: Flask) -> tuple[Business, Business]:
    """One account that works for two producers, and at none of them yet."""
    first = person(app, "lan")
    with app.app_context(), transaction():
        second = business("HTX Thứ Hai", role="clerk")
        account_id = db.session.scalars(select(Account.account_id)).one()
        member = (second.actor.producer_id, second.actor.member_id)
        db.session.get_one(Membership, member).account_id = account_id
    return first, second


def test_who_works_for_two_producers_chooses_once_and_changes_later(
    app: Flask, client: FlaskClient
) -> None:
    first, second = at_two_places(app)
    answer = sign_in(client)
    assert answer.headers["Location"].startswith("/account/producers?")
    page = client.get(answer.headers["Location"]).text
    assert "HTX lan" in page
    assert "HTX Thứ Hai" in page
    choosing = "/account/producers"
    assert send(client, f"{choosing}/{second.producer_id}", choosing).status_code == 303
    assert "<b>HTX Thứ Hai</b>" in client.get(INSIDE).text
    again = app.test_client()
    assert "producers" not in sign_in(again).headers["Location"]
    assert "<b>HTX Thứ Hai</b>" in again.get(INSIDE).text  # where one last worked
    assert send(client, f"{choosing}/{first.producer_id}", choosing).status_code == 303
    assert "<b>HTX lan</b>" in client.get(INSIDE).text


def test_changing_the_producer_does_not_lengthen_a_session(app: Flask, client: FlaskClient) -> None:
    _, second = at_two_places(app)
    sign_in(client)
    soon = datetime.now(UTC) + timedelta(hours=1)
    age(app, expires_at=soon)
    send(client, f"/account/producers/{second.producer_id}", "/account/producers")
    assert {device.expires_at for device in devices(app)} == {soon}


def test_asvs_8_3_1_nobody_works_for_a_producer_by_naming_it(
    app: Flask, client: FlaskClient
) -> None:
    at_two_places(app)
    other = person(app, "minh")
    sign_in(client)
    path = f"/account/producers/{other.producer_id}"
    assert send(client, path, "/account/producers").status_code == 404


def test_asvs_14_3_2_pages_of_an_account_are_kept_nowhere(app: Flask) -> None:
    client, _ = two_browsers(app)
    for path in (INSIDE, "/account/password", "/account/second-factor", "/sign-in"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_form_of_the_account_needs_the_token_of_its_session(app: Flask) -> None:
    here, there = two_browsers(app)
    stolen = token_on(there.get(INSIDE).text)
    answer = here.post("/account/devices/end-others", data={"csrf_token": stolen})
    assert answer.status_code == 400
    assert is_in(there)
