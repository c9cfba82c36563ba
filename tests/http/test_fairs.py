"""The booths of a fair: written down at the desk of its body, read by everybody."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.signing_in import form
from tests.trade import words_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.network import programme
from traceapp.network.programme_models import FairBooth
from traceapp.network.schemas import ActivitySchema
from traceapp.producers import operations as producers
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
ROWS = {
    "booths.0.number": "A2",
    "booths.0.name": "htx lan",
    "booths.0.shown": "Giỏ mây",
    "booths.0.shown_en": "Rattan baskets",
    "booths.1.number": "A10",
    "booths.1.name": "Gốm Làng Xa",
    "booths.1.kind": "business",
    "booths.1.shown": "Bát gốm",
    "booths.2.number": "B1",
    "booths.2.name": "bà Hoa",
    "booths.2.kind": "person",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A fair of three booths that an authority held, Lan's establishment, and their browsers."""

    app: Flask
    lan: Business
    office: Business
    officer: FlaskClient
    fair_id: UUID

    @property
    def desk(self) -> str:
        return f"/desk/programme/fairs/{self.fair_id}"

    @property
    def public(self) -> str:
        return f"/programme/fairs/{self.fair_id}"

    def send(self, typed: dict[str, str], by: FlaskClient | None = None) -> Any:
        return (by or self.officer).post(self.desk, data=form(self.app, **typed))


def a_fair(office: Business, booths: int | None = 3, kind: str = "event") -> UUID:
    given = {"id": str(uuid4()), "kind": kind, "title": "Chợ phiên", "on_day": "2026-06-05"}
    loaded = ActivitySchema().load(given | {"booths": booths})
    programme.act(loaded, Ref(office.producer_id, office.actor.member_id), now=NOW)
    return UUID(given["id"])


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        fair_id = a_fair(office)
    return Case(app, lan, office, at_desk(app, office), fair_id)


def count(case: Case) -> int:
    with case.app.app_context():
        return db.session.scalar(select(func.count()).select_from(FairBooth)) or 0


def test_booths_lead_to_the_pages_of_who_stood_there(case: Case) -> None:
    visitor = case.app.test_client()
    assert "Chưa ghi ai đứng ở các gian hàng." in page(visitor, case.public)
    assert f'href="{case.public}"' not in page(visitor, "/programme/2026?lang=vi")
    assert case.send(ROWS).status_code == 303
    said = page(visitor, case.public)
    assert f'<a href="/producers/{case.lan.producer_id}">HTX Lan</a>' in said
    assert said.index("A2") < said.index("A10") < said.index("B1")
    for words in ("Giỏ mây", "Gốm Làng Xa", "Bát gốm", "không nêu tên", "3 gian hàng"):
        assert words in said
    english = page(visitor, f"{case.public}?lang=en", language="en")
    assert "Rattan baskets" in english
    assert "1 establishment here has a page of its own" in english
    year = page(visitor, "/programme/2026?lang=vi")
    assert f'<a href="{case.public}">3 gian hàng</a>' in year
    assert "A2,HTX Lan,Giỏ mây" in visitor.get(f"{case.public}?format=csv&lang=vi").text
    assert case.desk in page(case.officer, "/desk/assessments")
    with case.app.app_context():
        assert "programme.booths" in set(db.session.scalars(select(AuditEntry.act)))


def test_the_name_of_a_private_person_is_not_kept(case: Case) -> None:
    assert case.send(ROWS | {"booths.2.kind": ""}).status_code == 422
    assert count(case) == 0
    assert case.send(ROWS).status_code == 303
    assert "bà Hoa" not in page(case.app.test_client(), case.public)
    with case.app.app_context():
        assert "bà Hoa" not in set(db.session.scalars(select(FairBooth.name)))


def test_a_booth_written_down_again_takes_the_place_of_its_line(case: Case) -> None:
    assert case.send(ROWS).status_code == 303
    assert case.send(ROWS).status_code == 303
    assert count(case) == 3
    again = {"booths.0.number": "a10", "booths.0.name": "Gốm Làng Gần", "booths.0.kind": "business"}
    assert case.send(again).status_code == 303
    assert case.send({"booths.0.number": "B1"}).status_code == 303
    said = page(case.app.test_client(), case.public)
    assert "Gốm Làng Gần" in said
    assert "Gốm Làng Xa" not in said
    assert "B1" not in words_in(said)
    assert "Còn 1 gian hàng chưa ghi tên." in said
    assert count(case) == 5
    with case.app.app_context(), pytest.raises(DatabaseError):
        db.session.execute(delete(FairBooth))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"booths.1.number": "a2"}, "Gian hàng này đã có ở dòng khác."),
        (
            {"booths.3.number": "B2", "booths.3.name": "Xưởng X", "booths.3.kind": "business"},
            "Phiên chợ có 3 gian hàng",
        ),
        (
            {"booths.1.number": "C1", "booths.1.name": "", "booths.1.kind": ""},
            "chưa có trong danh sách",
        ),
        ({"booths.1.kind": "business", "booths.1.name": ""}, "Bạn cần điền ô này."),
        ({"booths.1.number": ""}, "Bạn cần điền ô này."),
        ({"booths.1.name": "Nguyễn Văn Ba", "booths.1.kind": ""}, "phải biết đó có phải tên"),
        ({"booths.1.name": "HTX Hai"}, "Có nhiều cơ sở cùng tên “HTX Hai”."),
        ({"booths.1.name": "x" * 201}, "200"),
    ],
)
def test_a_line_that_cannot_be_is_refused_beside_its_field_and_nothing_is_kept(
    case: Case, typed: dict[str, str], words: str
) -> None:
    with case.app.app_context(), transaction():
        business("HTX Hai")
        business("HTX Hai")
    answer = case.send(ROWS | typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Gốm Làng Xa" in answer.text or "booths.1.name" in typed
    assert count(case) == 0


def test_only_the_body_that_held_the_fair_writes_its_booths(case: Case) -> None:
    with case.app.app_context(), transaction():
        other = business("Sở khác", kinds=("authority",), role="officer")
        visit = a_fair(case.office, None, kind="visit")
    others = (at_desk(case.app, other), at_desk(case.app, case.lan))
    for by in others:
        assert by.get(case.desk).status_code == 404
        assert case.send(ROWS, by).status_code == 404
        assert case.send({}, by).status_code == 404
    assert case.officer.get(f"/desk/programme/fairs/{visit}").status_code == 404
    for nothing in (visit, uuid4()):
        assert case.app.test_client().get(f"/programme/fairs/{nothing}").status_code == 404
    assert count(case) == 0


def test_an_establishment_that_is_not_let_in_any_more_is_not_named(case: Case) -> None:
    assert case.send(ROWS).status_code == 303
    with case.app.app_context(), transaction():
        producers.decide_admission(
            case.lan.producer_id, admitted=False, by=None, now=datetime.now(UTC), reason="x"
        )
    said = page(case.app.test_client(), case.public)
    assert "HTX Lan" not in said
    assert str(case.lan.producer_id) not in said


def test_whoever_writes_a_fair_down_is_led_to_its_booths(case: Case) -> None:
    typed = {"id": str(uuid4()), "kind": "event", "title": "Hội chợ", "on_day": "05/06/2026"}
    data = form(case.app, **typed)
    answer = case.officer.post("/desk/programme/activity/new", data=data)
    assert answer.location == f"/desk/programme/fairs/{typed['id']}"
    more = case.officer.post(answer.location, data=form(case.app, do="line")).text
    assert 'name="booths.9.number"' in more
