"""The book of acts: what the producer's owner reads in it, and what nobody can do to it."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, business, product
from tests.conftest import AppMaker
from tests.signing_in import signed_in
from traceapp.admission import people
from traceapp.audit.operations import note
from traceapp.audit.words import SENTENCES
from traceapp.database.engine import db
from traceapp.producers.schemas import ROLES
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SOURCES = Path(__file__).resolve().parents[2] / "traceapp"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    with app.app_context(), transaction():
        return business("HTX Lan", kinds=("coop",), role="owner")


@pytest.fixture
def owner(app: Flask, lan: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, lan)


def hire(app: Flask, lan: Business) -> UUID:
    with app.app_context(), transaction():
        by = (lan.producer_id, lan.actor.member_id)
        return people.add(by, {"name": "Trần Hoa", "roles": ["clerk"]}, now=NOW)


def test_an_act_is_a_sentence_with_who_what_and_when(
    app: Flask, lan: Business, owner: FlaskClient
) -> None:
    hire(app, lan)
    with app.app_context(), transaction():
        greens = product(lan, name="Cải ngọt")
        by = (lan.producer_id, lan.actor.member_id)
        note(lan.producer_id, "product.defined", f"product/{greens}", by=by, now=NOW)
        note(lan.producer_id, "report_answered", "BS-1", by=by, now=NOW, detail={"closes": False})
        dates = {"expiry_date": "2026-11-25"}
        note(lan.producer_id, "batch.dates", "batch/x", by=by, now=NOW, detail=dates)
    page = owner.get("/desk/audit").text
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "HTX Lan A trả lời một phản ánh Đã trả lời, chưa xong" in told
    assert "Hạn sử dụng: 2026-11-25" in told
    assert "22/11/2026 12:00 HTX Lan A thêm người: Trần Hoa Thư ký" in told
    assert "HTX Lan A thêm sản phẩm: Cải ngọt" in told


def test_the_newest_act_comes_first_and_the_rest_follows(
    app: Flask, lan: Business, owner: FlaskClient
) -> None:
    with app.app_context(), transaction():
        for number in range(60):
            done = NOW + timedelta(minutes=number)
            note(lan.producer_id, "token_made", f"token/{number}", by=None, now=done)
    first = owner.get("/desk/audit").text
    assert first.index("12:59") < first.index("12:10")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    rest = owner.get("/desk/audit" + following[1].replace("&amp;", "&")).text
    assert "22/11/2026 12:00" in rest
    assert "22/11/2026 12:59" not in rest


def test_acts_are_filtered_by_subject_and_person_and_downloaded(
    app: Flask, lan: Business, owner: FlaskClient
) -> None:
    hire(app, lan)
    with app.app_context(), transaction():
        note(lan.producer_id, "token_made", "token/1", by=None, now=NOW)
    assert "Trần Hoa" in owner.get("/desk/audit?about=member").text
    tokens = owner.get("/desk/audit?about=token").text
    assert "tạo mã truy cập cho phần mềm" in tokens
    assert "thêm người" not in tokens
    own = owner.get(f"/desk/audit?who={lan.actor.member_id}").text
    assert "thêm người" in own
    assert "tạo mã truy cập cho phần mềm" not in own
    table = owner.get("/desk/audit?format=csv")
    assert table.mimetype == "text/csv"
    assert "Trần Hoa" in table.text


def test_another_producers_book_and_the_names_of_its_people_stay_closed(
    app: Flask, lan: Business, owner: FlaskClient
) -> None:
    with app.app_context(), transaction():
        office = business("Sở", kinds=("authority",), role="officer")
        by = (office.producer_id, office.actor.member_id)
        note(lan.producer_id, "producer_admitted", f"producer/{lan.producer_id}", by=by, now=NOW)
        note(office.producer_id, "member_added", "member/1", by=by, now=NOW)
    page = owner.get("/desk/audit").text
    assert "kết nạp cơ sở" in page
    assert "Sở A" not in page
    assert "thêm người" not in page


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_only_owners_read_the_book(app: Flask, role: str) -> None:
    with app.app_context():
        with transaction():
            other = business("Minh", kinds=("authority",), role=role)
        client = signed_in(app, other, is_second_factor_proven=True)
    assert client.get("/desk/audit").status_code == 404


@pytest.mark.parametrize("deed", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_nobody_changes_or_deletes_a_line(app: Flask, lan: Business, deed: str) -> None:
    hire(app, lan)
    with app.app_context():
        with pytest.raises(DatabaseError):
            db.session.execute(text(deed))
        db.session.rollback()


def test_every_act_that_the_code_writes_down_has_a_sentence() -> None:
    written = set()
    for path in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _name(call.func) in {"note", "_note"}:
                place = 0 if _name(call.func) == "_note" else 1
                written |= _words(call.args[place]) if len(call.args) > place else set()
    assert {"token_made", "member_added", "product.changed"} <= written
    assert written - set(SENTENCES) == set()


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _words(argument: ast.expr) -> set[str]:
    """Give the texts an argument may be; one that is put together is another test's."""
    if isinstance(argument, ast.JoinedStr):
        return set()
    return {
        node.value
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
