"""Cleaner production at the desk: a body and an establishment write, strangers find nothing."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business, product
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.http.test_questions import now, photo
from tests.signing_in import form
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.network.models import CleanerAssessment, CleanerIndicator, CleanerMeasure
from traceapp.web.endpoints import transaction

MEASURE = {"kind": "energy", "title": "Bịt khe lò sấy", "proposed_on": "05/01/2026"}
FIGURE = {
    "kind": "energy",
    "name": "Điện",
    "method": "bill",
    "source": "Hóa đơn điện",
    "before": "0,8",
    "before_unit": "kWh/giỏ",
    "after": "0,748",
    "after_unit": "kWh/giỏ",
    "before_from": "01/07/2025",
    "before_until": "31/12/2025",
    "after_from": "01/02/2026",
    "after_until": "31/07/2026",
}


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's establishment, an officer who may assess it, and both at their browsers."""

    app: Flask
    lan: Business
    office: Business
    owner: FlaskClient
    officer: FlaskClient

    def send(self, by: FlaskClient, path: str, **typed: str) -> int:
        return by.post(path, data=form(self.app, **typed)).status_code

    def opened(self) -> str:
        path = f"/desk/assessments/new/{self.lan.producer_id}"
        typed = {"id": str(uuid4()), "output_unit": "giỏ G-12", "not_covered": "Kho nguyên liệu"}
        assert self.send(self.officer, path, **typed) == 303
        with self.app.app_context():
            made = db.session.scalars(select(CleanerAssessment.assessment_id)).one()
        return f"/desk/assessments/{made}"


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        product(lan, name="Giỏ mây")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    return Case(app, lan, office, at_desk(app, lan), at_desk(app, office))


def measure_path(case: Case) -> str:
    with case.app.app_context():
        return f"/desk/measures/{db.session.scalars(select(CleanerMeasure.measure_id)).one()}"


def check_path(case: Case) -> str:
    with case.app.app_context():
        made = db.session.scalars(select(CleanerIndicator.indicator_id)).one()
    return f"/desk/figures/{made}/check"


def test_from_the_visit_to_a_checked_figure(case: Case) -> None:
    found = page(case.officer, "/desk/assessments/new?q=htx+lan")
    assert f"/desk/assessments/new/{case.lan.producer_id}" in found
    at = case.opened()
    assert case.send(case.officer, f"{at}/measures/new", id=str(uuid4()), **MEASURE) == 303
    measure = measure_path(case)
    assert case.send(case.owner, measure, state="chosen", on="10/01/2026") == 303
    done = {"state": "done", "on": "20/01/2026", "evidence": "Hóa đơn 12"}
    assert case.send(case.owner, measure, **done) == 303
    assert case.send(case.owner, f"{at}/figures/new", id=str(uuid4()), **FIGURE) == 303
    assert "Cơ sở tự khai, chưa ai kiểm tra" in page(case.owner, at)
    assert case.send(case.officer, check_path(case), how="Xem sáu hóa đơn") == 303
    for reader in (case.owner, case.officer):
        said = page(reader, at)
        for words in ("Bịt khe lò sấy", "Đã làm 20/01/2026", "0,8 kWh/giỏ", "0,748 kWh/giỏ"):
            assert words in said
        assert "−6,50\u00a0%" in said
        assert "Xem sáu hóa đơn" in said
        assert "HTX Lan" in page(reader, "/desk/assessments")
        assert "−6.50%" in page(reader, f"{at}?lang=en", language="en")


def test_a_photo_shows_what_was_done_to_both_sides_and_nobody_else(case: Case) -> None:
    at = case.opened()
    assert case.send(case.officer, f"{at}/measures/new", id=str(uuid4()), **MEASURE) == 303
    measure = measure_path(case)
    assert case.send(case.owner, measure, state="chosen", on="10/01/2026") == 303
    done = {"state": "done", "on": "20/01/2026"}
    first = case.owner.post(measure, data=form(case.app, state="done", photo=photo("green")))
    assert first.status_code == 422  # no day
    (kept,) = re.findall(r'name="photos" value="([0-9a-f]{64})"', first.text)
    sent = form(case.app, **done, photos=kept)
    assert case.officer.post(measure, data=sent).status_code == 303
    with case.app.app_context():
        Runner(case.app, now).run_due()
    path = f"{measure}/photos/{kept}"
    for reader in (case.owner, case.officer):
        assert f'src="{path}"' in page(reader, measure)
        assert (reader.get(path).mimetype or "").startswith("image/")
        assert reader.get(f"{measure}/photos/{'0' * 64}").status_code == 404
    with case.app.app_context(), transaction():
        minh = business("Minh", role="owner")
    assert at_desk(case.app, minh).get(path).status_code == 404


def test_a_stranger_finds_nothing_whatever_was_sent(case: Case) -> None:
    at = case.opened()
    assert case.send(case.officer, f"{at}/measures/new", id=str(uuid4()), **MEASURE) == 303
    assert case.send(case.owner, f"{at}/figures/new", id=str(uuid4()), **FIGURE) == 303
    with case.app.app_context(), transaction():
        minh = business("Minh", role="owner")
    stranger = at_desk(case.app, minh)
    for path in (at, f"{at}/measures/new", f"{at}/figures/new", measure_path(case)):
        assert stranger.get(path).status_code == 404
        if path != at:
            assert case.send(stranger, path) == 404
            assert case.send(stranger, path, nonsense="x") == 404
    for path in (check_path(case), f"/desk/assessments/new/{case.lan.producer_id}"):
        for reader in (stranger, case.owner):
            assert reader.get(path).status_code == 404
            assert case.send(reader, path, how="Tôi tự kiểm tra") == 404
    assert "HTX Lan" not in page(stranger, "/desk/assessments")
    own = f"/desk/assessments/new/{case.office.producer_id}"
    assert case.officer.get(own).status_code == 404
    assert case.send(case.officer, own, id=str(uuid4())) == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"before_unit": "MJ/giỏ"}, "khác đơn vị"),
        ({"after_until": "30/07/2026"}, "Hai kỳ dài ngắn khác nhau: 184 và 180 ngày."),
        ({"after": "-1"}, "Không thể giảm quá 100 %."),
        ({"after": "0,1"}, "Thay đổi -88 % là ít gặp"),
        ({"after": "0,1234567"}, "nhiều nhất sáu chữ số thập phân"),
        ({"after": "nhiều"}, "Ghi một số"),
        ({"after_unit": ""}, "Bạn cần điền"),
        ({"before_from": "31/02/2025"}, ""),
        ({"name": "x" * 101}, "100"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    case: Case, changes: dict[str, str], words: str
) -> None:
    path = f"{case.opened()}/figures/new"
    typed = {"id": str(uuid4()), **FIGURE, **changes}
    answer = case.owner.post(path, data=form(case.app, **typed))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Hóa đơn điện"' in answer.text
    for value in changes.values():
        assert not value or value in answer.text
    with case.app.app_context():
        assert db.session.scalars(select(CleanerIndicator)).all() == []


def test_a_figure_that_lacks_something_says_so_and_offers_no_check(case: Case) -> None:
    at = case.opened()
    typed = {name: text for name, text in FIGURE.items() if name != "method"}
    assert case.send(case.owner, f"{at}/figures/new", id=str(uuid4()), **typed) == 303
    assert "Không hiển thị: thiếu cách đo." in page(case.owner, at)
    assert "/check" not in page(case.officer, at)
    assert case.send(case.officer, check_path(case), how="Xem") == 422


def test_what_is_typed_stays_text(case: Case) -> None:
    at = case.opened()
    typed = MEASURE | {"title": "<script>alert(1)</script>", "responsible": "<b>x</b>"}
    assert case.send(case.owner, f"{at}/measures/new", id=str(uuid4()), **typed) == 303
    for path in (at, measure_path(case)):
        said = page(case.owner, path)
        assert not re.search(r"<script>alert|<b>x", said)
