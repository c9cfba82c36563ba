"""A name that looks like another producer's: asked for, compared, given or not, and told to all."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.test_code_pages import notice
from tests.http.test_particulars import LAN as PARTICULARS
from tests.http.test_particulars import PATH
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer, Renaming
from traceapp.web.endpoints import transaction

WISHED = "HTX Hoa Sen Trắng"
OFFICE = "Chi cục An toàn thực phẩm"
LAN = PARTICULARS | {"email": "lan@dongxanh.vn"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation outside any context, so that each request has its own reader."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    with app.app_context(), transaction():
        business("HTX Hoa Sen Trăng", kinds=("farm",))
        made = business("HTX Đồng Xanh", kinds=("coop",), role="owner")
        db.session.get_one(Producer, made.producer_id).email = "lan@dongxanh.vn"
        return made


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    return at_desk(app, lan)


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        office = business(OFFICE, kinds=("authority",), role="officer")
    return at_desk(app, office)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who, is_second_factor_proven=True)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(mail, "post", lambda to, _subject, text, **_: sent.append((to, text)))
    return sent


def send(app: Flask, browser: FlaskClient, path: str, **values: Any) -> Any:
    return browser.post(path, data=form(app, **values))


def ask(app: Flask, desk: FlaskClient, name: str = WISHED, **changes: str) -> Any:
    return send(app, desk, PATH, **(LAN | {"name": name, "do": "ask"} | changes))


def decide(app: Flask, officer: FlaskClient, lan: Business, how: str, **values: str) -> Any:
    return send(app, officer, f"{page_of(lan)}/{how}-name", **({"name": WISHED} | values))


def page_of(lan: Business) -> str:
    return f"/desk/admissions/{lan.producer_id}"


def row_of(app: Flask, lan: Business) -> Producer:
    with app.app_context():
        return db.session.get_one(Producer, lan.producer_id)


def entries(app: Flask, lan: Business) -> list[AuditEntry]:
    mine = select(AuditEntry).where(AuditEntry.producer_id == lan.producer_id)
    with app.app_context():
        return list(db.session.scalars(mine.order_by(AuditEntry.done_at, AuditEntry.entry_id)))


def acts(app: Flask, lan: Business) -> list[str]:
    return [entry.act for entry in entries(app, lan)]


def test_a_name_like_anothers_is_offered_to_be_asked_for_and_the_rest_is_saved(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    refused = send(app, desk, PATH, **(LAN | {"name": WISHED}))
    assert refused.status_code == 422
    assert re.search(r'name="do" value="ask"', refused.text)
    assert 'value="ask"' not in send(app, desk, PATH, **(LAN | {"name": ""})).text
    assert ask(app, desk, phone="0912345678").status_code == 303
    row = row_of(app, lan)
    assert (row.name, row.phone) == ("HTX Đồng Xanh", "0912345678")
    assert acts(app, lan) == ["producer.changed", "renaming.asked"]
    assert f"“{WISHED}”" in desk.get(PATH).text


def test_whoever_lets_producers_in_compares_both_and_gives_the_name(
    app: Flask,
    desk: FlaskClient,
    lan: Business,
    officer: FlaskClient,
    letters: list[tuple[str, str]],
) -> None:
    public = f"/producers/{lan.producer_id}"
    assert "HTX Đồng Xanh" in app.test_client().get(public).text
    ask(app, desk)
    assert "xin đổi tên: 1" in officer.get("/desk").text
    listed = officer.get("/desk/admissions?state=renaming").text
    assert WISHED in listed
    assert listed.count(page_of(lan)) == 1
    shown = officer.get(page_of(lan)).text
    assert WISHED in shown
    assert "HTX Hoa Sen Trăng" in shown
    assert "Thôn 1, xã Bát Tràng, Hà Nội" in shown
    answer = decide(app, officer, lan, "allow")
    assert answer.status_code == 303
    row = row_of(app, lan)
    assert (row.name, row.folded_name, row.version) == (WISHED, "htx hoa sen trang", 2)
    assert acts(app, lan)[-1] == "renaming.allowed"
    assert "HTX Đồng Xanh" in entries(app, lan)[-1].detail
    with app.app_context():
        notice(app)
    page = app.test_client().get(public).text
    assert WISHED in page
    assert "Mang tên “HTX Đồng Xanh” đến ngày" in page
    assert f"do {OFFICE} chấp nhận" in page
    assert [to for to, text in letters if WISHED in text] == ["lan@dongxanh.vn"]
    assert "xin đổi tên" not in officer.get("/desk").text
    assert "được chấp nhận" in desk.get(PATH).text


def test_a_refusal_says_why_and_the_name_stays(
    app: Flask,
    desk: FlaskClient,
    lan: Business,
    officer: FlaskClient,
    letters: list[tuple[str, str]],
) -> None:
    ask(app, desk)
    assert decide(app, officer, lan, "refuse", reason="").status_code == 422
    why = "Cơ sở ở Long Biên đã mang tên này."
    assert decide(app, officer, lan, "refuse", reason=why).status_code == 303
    assert row_of(app, lan).name == "HTX Đồng Xanh"
    assert acts(app, lan)[-1] == "renaming.refused"
    assert why in desk.get(PATH).text
    assert [why in text for _, text in letters] == [True]
    assert decide(app, officer, lan, "allow").status_code == 412
    assert ask(app, desk, version="1").status_code == 303
    assert decide(app, officer, lan, "allow").status_code == 303
    assert row_of(app, lan).name == WISHED


def test_another_name_taken_meanwhile_takes_the_wish_back(
    app: Flask, desk: FlaskClient, lan: Business, officer: FlaskClient
) -> None:
    ask(app, desk)
    assert send(app, desk, PATH, **(LAN | {"name": "HTX Rau Mùa"})).status_code == 303
    assert acts(app, lan)[-1] == "renaming.withdrawn"
    assert decide(app, officer, lan, "allow").status_code == 412
    assert row_of(app, lan).name == "HTX Rau Mùa"


def test_a_decision_is_about_the_name_that_was_read(
    app: Flask, desk: FlaskClient, lan: Business, officer: FlaskClient
) -> None:
    ask(app, desk)
    ask(app, desk, "HTX Hoa Sen Trang")
    assert decide(app, officer, lan, "allow").status_code == 412
    assert decide(app, officer, lan, "refuse", reason="x").status_code == 412
    assert row_of(app, lan).name == "HTX Đồng Xanh"


def test_what_nobody_else_is_called_need_not_be_asked_for(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    assert ask(app, desk, "HTX Rau Mùa").status_code == 303
    assert row_of(app, lan).name == "HTX Rau Mùa"
    with app.app_context():
        assert db.session.scalars(select(Renaming)).all() == []
    assert ask(app, desk, "", version="2").status_code == 422


def test_nobody_decides_about_their_own_name_and_no_producer_about_any(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with app.app_context(), transaction():
        office = business("Chi cục Một", kinds=("authority",), role="owner")
    own = at_desk(app, office)
    bare = {name: value for name, value in PARTICULARS.items() if name != "kinds"}
    assert send(app, own, PATH, **(bare | {"name": WISHED, "do": "ask"})).status_code == 303
    assert decide(app, own, office, "allow").status_code == 404
    ask(app, desk)
    assert decide(app, desk, lan, "allow").status_code == 404
    assert row_of(app, lan).name == "HTX Đồng Xanh"
    assert row_of(app, office).name == "Chi cục Một"
