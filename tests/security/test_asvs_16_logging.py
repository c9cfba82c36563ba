"""What the logs tell: each line whole, who decided what, and nothing that was typed.

OWASP ASVS 5.0, chapter 16; what is said when something breaks (16.5).
"""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.conftest import AppMaker
from traceapp.database.engine import db
from traceapp.web.access import public

CANARY = "hoangyen9988"


def lines(said: str) -> list[dict[str, Any]]:
    """Read what was logged: every line is one JSON object."""
    return [json.loads(line) for line in said.splitlines() if line.strip()]


def test_asvs_16_2_5_and_14_2_1_no_private_link_and_nothing_typed_is_logged(
    make_app: AppMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = make_app().test_client()
    for path in (
        f"/reports/{CANARY}",
        f"/join?code={CANARY}",
        f"/join/member?code={CANARY}",
        f"/reset-password?code={CANARY}",
        f"/sign-in?next=/{CANARY}",
        f"/find?code={CANARY}",
        f"/desk/products?q={CANARY}",
        f"/B/{CANARY}",
        f"/{CANARY}",
    ):
        reader.get(path, headers={"User-Agent": CANARY, "Referer": f"http://localhost/{CANARY}"})
    typed = dict.fromkeys(("name", "text", "code", "phone", "password", "identity"), CANARY)
    for path in ("/sign-in", "/report", "/join", "/join/member", "/reset-password", "/first-run"):
        reader.post(path, data={"kind": "other", **typed})
    bearer = {"Authorization": f"Bearer trc_{CANARY}"}
    reader.get("/api/v1/me", headers=bearer)
    reader.put(f"/api/v1/photos/{CANARY:0<64}", data=b"x", headers=bearer)
    said = capsys.readouterr().err
    assert len(lines(said)) >= 15
    assert CANARY not in said.lower()


def test_asvs_16_4_1_nothing_that_is_sent_begins_a_line_of_the_log(
    make_app: AppMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = make_app().test_client()
    for path in ("/%0d%0a{%22event%22:%22forged%22}", "/x%0aforged", "/%1b[31m", "/%E2%80%A8x"):
        reader.get(path)
        reader.open("/", method="FORGED\x0b")
    for line in lines(capsys.readouterr().err):
        assert line["event"] == "request"
        assert "forged" not in str(line).lower()


def test_asvs_16_2_1_and_16_2_2_each_line_says_when_and_what(
    make_app: AppMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app().test_client().get("/")
    (line,) = lines(capsys.readouterr().err)
    assert line["timestamp"].endswith("Z")
    assert (line["route"], line["status"], line["method"]) == ("/", 200, "GET")


def breaks(private_link: str) -> str:
    """Break, as a page of ours might some day."""
    db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": private_link})
    return ""


def test_asvs_16_5_1_what_breaks_is_told_to_nobody_and_logged_without_what_was_typed(
    make_app: AppMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    app.add_url_rule("/breaks/<private_link>", view_func=public(breaks))
    reader = app.test_client()
    for accept in ("text/html", "application/json"):
        answer = reader.get(f"/breaks/{CANARY}", headers={"Accept": accept})
        assert answer.status_code in {500, 503}
        assert "nowhere" not in answer.text
        assert "sqlalchemy" not in answer.text.lower()
    said = capsys.readouterr().err
    assert "nowhere" in said  # the operator can find the place
    assert CANARY not in said
    assert all(lines(said))


def test_asvs_16_2_5_no_error_of_the_database_repeats_what_was_typed(app: Flask) -> None:
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT :typed FROM nowhere"), {"typed": CANARY})
    db.session.rollback()
    assert CANARY not in str(caught.value)


def test_asvs_16_5_2_without_its_database_a_page_that_needs_one_is_refused(
    make_app: AppMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    with app.app_context():
        db.engine.dispose()
        db.session.execute(text("DROP TABLE signed_in_device"))
        db.session.commit()
        db.session.remove()
    reader = app.test_client()
    with reader.session_transaction() as session:
        session["device"] = "a token that would be looked up"
    for path in ("/desk", "/desk/tokens", "/desk/people", "/account"):
        answer = reader.get(path)
        assert answer.status_code in {303, 500, 503}, path  # never the page itself
        assert "signed_in_device" not in answer.text
