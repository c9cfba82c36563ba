"""Tokens of programs: made at the desk or by command, shown once, scoped, revoked, last used."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.signing_in import account_of, form, signed_in
from traceapp.accounts import tokens
from traceapp.accounts.models import Account, ApiToken
from traceapp.accounts.visitor import forget, hashed, visitor
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

SHOWN = re.compile(r"trc_[0-9A-Za-z]{33}")


@pytest.fixture
def owner(app: Flask) -> Business:
    with transaction():
        return business("Lan", role="owner")


def asking(app: Flask, token: str) -> int:
    """Tell how a page of the interface answers a token: 401 for one that does not work."""
    with app.test_request_context("/api/", headers={"Authorization": f"Bearer {token}"}):
        forget()  # one context stands around the whole test
        return 200 if visitor() else 401


def named(by: Business, name: str) -> None:
    with transaction():
        account = account_of((by.actor.producer_id, by.actor.member_id))
        db.session.get_one(Account, account).sign_in_name = name


def test_a_token_has_160_random_bits_and_a_sum_that_shows_a_typing_error() -> None:
    made = {tokens.new_token() for _ in range(50)}
    assert len(made) == 50
    for token in made:
        assert SHOWN.fullmatch(token)
        random, check = token[4:31], token[31:]
        number = 0
        for letter in check:
            number = number * 62 + tokens.BASE62.index(letter)
        assert number == zlib.crc32(random.encode())


def test_a_token_made_at_the_desk_is_shown_once_and_kept_hashed(
    app: Flask, owner: Business
) -> None:
    client = signed_in(app, owner)
    wanted = form(app, name="Cân điện tử", scope="read", days="30")
    answer = client.post("/desk/tokens", data=wanted)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    (token,) = set(SHOWN.findall(answer.text))
    again = client.get("/desk/tokens").text
    assert token not in again
    assert f"…{token[-4:]}" in again
    row = db.session.scalars(select(ApiToken)).one()
    assert (row.token_sha256, row.scope, row.name) == (hashed(token), "read", "Cân điện tử")
    assert row.expires_at == row.created_at + timedelta(days=30)
    assert asking(app, token) == 200
    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.act, entry.by_member_id) == ("token_made", owner.actor.member_id)
    assert token not in entry.detail


def test_a_form_sent_twice_at_once_makes_one_token_and_the_last_answer_works(
    app: Flask, owner: Business
) -> None:
    client = signed_in(app, owner)
    hidden = re.search(r'name="token_id" value="([^"]+)"', client.get("/desk/tokens").text)
    assert hidden
    wanted = form(app, name="Cân", scope="write", token_id=hidden[1])
    made = []
    for _ in "12":
        db.session.rollback()
        answer = client.post("/desk/tokens", data=wanted)
        assert answer.status_code == 201
        made += SHOWN.findall(answer.text)
    row = db.session.scalars(select(ApiToken)).one()
    assert (str(row.token_id), row.token_sha256) == (hidden[1], hashed(made[-1]))
    assert [asking(app, token) for token in made] == [401, 200]
    assert db.session.scalars(select(AuditEntry.act)).all() == ["token_made"]


@pytest.mark.parametrize("since", ["used", "revoked", "old"])
def test_a_form_sent_again_later_never_ends_a_token_that_may_be_at_work(
    app: Flask, owner: Business, since: str
) -> None:
    client = signed_in(app, owner)
    token_id = uuid4()
    wanted = form(app, name="Cân", scope="write", token_id=str(token_id))
    secret = SHOWN.findall(client.post("/desk/tokens", data=wanted).text)[0]
    db.session.rollback()
    with transaction():
        row = db.session.get_one(ApiToken, (owner.producer_id, token_id))
        if since == "old":
            row.created_at -= timedelta(minutes=1)
        else:
            setattr(row, f"last_{since}_at" if since == "used" else "revoked_at", row.created_at)
    answer = client.post("/desk/tokens", data=wanted)
    assert answer.status_code == 422
    assert not SHOWN.findall(answer.text)
    assert str(token_id) not in re.findall(r'name="token_id" value="([^"]+)"', answer.text)
    row = db.session.scalars(select(ApiToken)).one()
    assert row.token_sha256 == hashed(secret)


def test_a_revoked_token_is_refused_from_then_on(app: Flask, owner: Business) -> None:
    client = signed_in(app, owner)
    made = client.post("/desk/tokens", data=form(app, name="Cân", scope="write"))
    token = SHOWN.findall(made.text)[0]
    row = db.session.scalars(select(ApiToken)).one()
    path = f"/desk/tokens/{row.token_id}/revoke"
    db.session.rollback()
    answer = client.post(path, data=form(app))
    assert (answer.status_code, answer.location) == (303, "/desk/tokens")
    assert asking(app, token) == 401
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert sorted(acts) == ["token_made", "token_revoked"]


def test_a_token_is_refused_once_its_days_are_over(app: Flask, owner: Business) -> None:
    mine = (owner.actor.producer_id, owner.actor.member_id)
    made = datetime.now(UTC) - timedelta(days=7)
    with transaction():
        over, lasting = (
            tokens.create(mine, name="Cân", scope="read", days=days, by=mine, now=made)
            for days in (7, 8)
        )
    assert [asking(app, token) for token in (over, lasting)] == [401, 200]
    assert [one.state for one in tokens.find(mine[0], datetime.now(UTC))] == ["active", "expired"]


def test_nobody_revokes_or_sees_a_token_of_another_producer(app: Flask, owner: Business) -> None:
    with transaction():
        tung = business("Tung", role="owner")
    made = signed_in(app, owner).post("/desk/tokens", data=form(app, name="Cân", scope="write"))
    token = SHOWN.findall(made.text)[0]
    number = db.session.scalars(select(ApiToken.token_id)).one()
    db.session.rollback()
    stranger = signed_in(app, tung)
    forget()
    assert stranger.post(f"/desk/tokens/{number}/revoke", data=form(app)).status_code == 404
    assert token[-4:] not in stranger.get("/desk/tokens").text
    assert asking(app, token) == 200


def test_tokens_are_searched_narrowed_and_downloaded(app: Flask, owner: Business) -> None:
    client = signed_in(app, owner)
    for name in ("Cân ở kho", "Máy in tem"):
        client.post("/desk/tokens", data=form(app, name=name, scope="read"))
    revoked = db.session.scalars(
        select(ApiToken.token_id).where(ApiToken.name == "Máy in tem")
    ).one()
    db.session.rollback()
    client.post(f"/desk/tokens/{revoked}/revoke", data=form(app))
    for asked, there, not_there in (
        ("?q=can+o", "Cân ở kho", "Máy in tem"),
        ("?state=revoked", "Máy in tem", "Cân ở kho"),
        ("?state=active", "Cân ở kho", "Máy in tem"),
    ):
        for shape in ("", "&format=csv"):
            answer = client.get(f"/desk/tokens{asked}{shape}").text
            assert there in answer, asked
            assert not_there not in answer, asked + shape


def test_a_clerk_makes_no_token(app: Flask) -> None:
    with transaction():
        clerk = business("Hoa", role="clerk")
    client = signed_in(app, clerk)
    assert client.get("/desk/tokens").status_code == 404
    answer = client.post("/desk/tokens", data=form(app, name="x", scope="write"))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"scope": "everything"},
        {"days": "0"},
        {"days": "abc"},
        {"other": "1"},
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, owner: Business, wrong: dict[str, str]
) -> None:
    client = signed_in(app, owner)
    typed = {"name": "Cân ở kho", "scope": "read", "days": "7"} | wrong
    answer = client.post("/desk/tokens", data=form(app, **typed))
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text or "other" in wrong
    assert typed["name"] in answer.text
    assert db.session.scalars(select(ApiToken)).all() == []


def test_the_last_use_is_noted_at_most_once_a_minute(app: Flask, owner: Business) -> None:
    start = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    with transaction():
        member = (owner.actor.producer_id, owner.actor.member_id)
        tokens.create(member, name="Cân", scope="read", days=None, by=None, now=start)
    number = db.session.scalars(select(ApiToken.token_id)).one()
    noted = []
    for seconds in (0, 30, 59, 60):
        at = start + timedelta(seconds=seconds)
        tokens.note_use(ApiToken, (owner.actor.producer_id, number), at)
        noted.append(db.session.scalars(select(ApiToken.last_used_at)).one())
    assert noted == [start, start, start, start + timedelta(seconds=60)]


def test_the_command_prints_the_token_and_nothing_else(app: Flask, owner: Business) -> None:
    named(owner, "lan")
    run = app.test_cli_runner()
    made = run.invoke(args=["tokens", "create", "--member", "LAN", "--scope", "read"])
    assert made.exit_code == 0, made.output
    assert SHOWN.fullmatch(made.output.strip())
    listed = run.invoke(args=["tokens", "list"]).output
    assert made.output.strip() not in listed
    db.session.rollback()
    number = listed.split()[0]
    assert run.invoke(args=["tokens", "revoke", number]).exit_code == 0
    assert "revoked" in run.invoke(args=["tokens", "list"]).output
    assert asking(app, made.output.strip()) == 401


def test_the_command_asks_which_producer_where_a_person_works_for_two(
    app: Flask, owner: Business
) -> None:
    with transaction():
        second = business("Tổ hợp tác Đông Dư", role="owner")
    named(owner, "lan")
    with transaction():
        account = db.session.scalars(select(Account.account_id)).one()
        db.session.execute(
            text("UPDATE membership SET account_id = (SELECT account_id FROM account)")
        )
    assert account
    run = app.test_cli_runner()
    unclear = run.invoke(args=["tokens", "create", "--member", "lan"])
    assert unclear.exit_code == 1
    assert "Tổ hợp tác Đông Dư" in unclear.output
    told = ["tokens", "create", "--member", "lan", "--producer", "to hop tac dong du"]
    assert SHOWN.fullmatch(run.invoke(args=told).output.strip())
    made = db.session.scalars(select(ApiToken.producer_id)).one()
    assert made == second.producer_id


def test_an_unknown_member_gets_no_token(make_app: AppMaker) -> None:
    run = make_app().test_cli_runner()
    told = run.invoke(args=["tokens", "create", "--member", "nobody"])
    assert told.exit_code == 1
    assert "Nobody signs in as “nobody”" in told.output
