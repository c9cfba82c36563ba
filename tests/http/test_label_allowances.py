"""An officer lets a holder issue more labels than goods: once, and why stays visible."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from werkzeug.test import TestResponse

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page
from tests.http.ordered_labels import ask, issue, issued
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.findings.label_facts import label_budget_of
from traceapp.labels import allowing
from traceapp.labels.models import LabelAllowance, LabelAllowanceWithdrawal, LabelIssue
from traceapp.producers.models import Commune, Producer, Province
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

REASON = "Tem cũ bị ướt cả cuộn"
WHY = "Đã tìm thấy cuộn tem còn khô"
FOR_GOODS = 25  # labels of 500 g for 12.5 kg


@dataclass(frozen=True, slots=True)
class Office:
    """Lan's greens, 12.5 kg, with her clerk and an officer at their browsers."""

    app: Flask
    lan: Business
    body: Business
    code: str
    clerk: FlaskClient
    officer: FlaskClient

    @property
    def path(self) -> str:
        """Give the address of the form."""
        return f"/desk/batches/{self.code}/more-labels"

    @property
    def batch(self) -> Ref:
        """Name the batch."""
        with self.app.app_context():
            fact = codes.find(self.code)
            assert fact is not None
            return Ref(fact.producer_id, fact.batch_id)

    def allow(self, labels: int = 10, *, by: FlaskClient | None = None, **typed: str) -> int:
        """Send the form."""
        values = {
            "id": str(uuid4()),
            "holder": str(self.lan.producer_id),
            "labels": str(labels),
            "quantity": "0,5",
            "uom": "kg",
            "reason": REASON,
        }
        sent = form(self.app, **values | typed)
        return (by or self.officer).post(self.path, data=sent).status_code

    def addresses(self) -> list[str]:
        """Give where what was allowed is taken back, as the office reads it on the page."""
        shown = page(self.officer, f"/desk/batches/{self.code}")
        return re.findall(r'href="([^"]+/withdraw)"', shown)

    def withdraw(self, path: str, reason: str = WHY, by: FlaskClient | None = None) -> TestResponse:
        """Send the form."""
        return (by or self.officer).post(path, data=form(self.app, reason=reason))

    def rows(self, read: Callable[[], Any]) -> Any:
        """Read something of the database."""
        with self.app.app_context():
            return read()


@pytest.fixture
def office(make_app: AppMaker) -> Office:
    """An office in the province where the greens were made."""
    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="clerk")
        body = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        code = finished(lan, name="Cải ngọt Đông Dư")
    with app.app_context():
        return Office(app, lan, body, code, signed_in(app, lan), signed_in(app, body))


def move_away(app: Flask, body: Business) -> None:
    """Let an office be in another province."""
    with app.app_context(), transaction():
        row = db.session.get_one(Producer, body.producer_id)
        at = {"latitude": 20.9, "longitude": 106.0}
        db.session.add(Province(name="Hưng Yên", kind="tỉnh", **at))
        db.session.flush()
        there = {"province": "Hưng Yên", "kind": "xã", "name": "Văn Giang"}
        db.session.add(Commune(**there, **at, legacy="[]"))
        db.session.flush()
        row.province, row.commune_kind, row.commune = "Hưng Yên", "xã", "Văn Giang"


def test_what_was_refused_is_issued_once_after_an_officer_allowed_it(office: Office) -> None:
    assert issue(office.clerk, office.code, labels=FOR_GOODS + 10).status_code == 422
    assert office.allow(10) == 303
    told = ask(office.clerk, office.code).text
    assert "Cơ quan quản lý cho in thêm 10 tem loại 0,5 kg" in told
    assert REASON in told
    assert f"labels={FOR_GOODS + 10}" in told
    shown = issued(office.clerk, office.code, labels=FOR_GOODS + 10)
    assert REASON in page(office.clerk, shown)
    assert "Cơ quan quản lý" in page(office.clerk, shown)
    assert issue(office.clerk, office.code, labels=1).status_code == 422
    (row,) = office.rows(lambda: db.session.scalars(select(LabelIssue)).all())
    assert (row.reason, row.allowance_id is not None) == (REASON, True)


def test_more_than_was_allowed_and_other_sizes_are_refused(office: Office) -> None:
    office.allow(10)
    for wish in (
        {"labels": FOR_GOODS + 11},
        {"labels": 131, "pack__quantity": "0.1"},
        {"labels": 14, "pack__quantity": "1"},
    ):
        assert issue(office.clerk, office.code, **wish).status_code == 422
    assert issue(office.clerk, office.code, labels=FOR_GOODS).status_code == 303  # needs none of it
    assert issue(office.clerk, office.code, labels=10).status_code == 303


def test_it_stays_on_the_page_of_the_lot_for_both_and_in_both_books(office: Office) -> None:
    office.allow(10)
    issued(office.clerk, office.code, labels=FOR_GOODS + 10)
    for reader in (office.clerk, office.officer):
        shown = page(reader, f"/desk/batches/{office.code}")
        assert shown.count(REASON) == 2  # what was allowed, and what was issued for it
        assert "Cơ quan quản lý" in shown
    entries = office.rows(
        lambda: db.session.execute(
            select(AuditEntry.producer_id, AuditEntry.by_member_id, AuditEntry.detail).where(
                AuditEntry.act == allowing.ACT
            )
        ).all()
    )
    assert {entry.producer_id for entry in entries} == {
        office.lan.producer_id,
        office.body.producer_id,
    }
    assert {entry.by_member_id for entry in entries} == {office.body.actor.member_id}
    assert {entry.detail for entry in entries} == {'{"number":10}'}
    with office.app.app_context():
        assert (
            label_budget_of((office.lan.producer_id, office.batch)).left < 0
        )  # marked, not hidden


def test_the_same_form_twice_allows_once_and_it_ends_after_a_week(office: Office) -> None:
    again = str(uuid4())
    assert [office.allow(10, id=again) for _ in range(2)] == [303, 303]
    count = select(func.count()).select_from(LabelAllowance)
    assert office.rows(lambda: db.session.scalar(count)) == 1
    given = {
        "id": uuid4(),
        "holder": office.lan.producer_id,
        "labels": 500,
        "quantity": Decimal(1),
        "uom": "kg",
        "reason": REASON,
    }
    by = Ref(office.body.producer_id, office.body.actor.member_id)
    past = datetime.now(UTC) - allowing.USABLE_FOR - timedelta(minutes=1)
    batch = office.batch
    with office.app.app_context(), transaction():
        allowing.allow(batch, given, by, now=past)
    wish = {"labels": 100, "pack__quantity": "1"}
    assert issue(office.clerk, office.code, **wish).status_code == 422


def test_only_an_officer_at_home_allows_and_what_is_wrong_is_said(office: Office) -> None:
    assert office.allow(by=office.clerk) == 404
    assert office.allow(0) == 422
    assert office.allow(reason=" ") == 422
    assert office.allow(quantity="1", uom="l") == 422
    assert office.allow(holder=str(uuid4())) == 404
    move_away(office.app, office.body)
    assert office.allow() == 422
    count = select(func.count()).select_from(LabelAllowance)
    assert office.rows(lambda: db.session.scalar(count)) == 0
    assert office.officer.get("/desk/batches/7K3M9QRT2X/more-labels").status_code == 404


def test_what_is_unused_is_taken_back_once_and_cannot_be_issued_then(office: Office) -> None:
    office.allow(10)
    (path,) = office.addresses()
    asked = page(office.officer, path)
    assert "HTX Lan" in asked
    assert REASON in asked
    assert office.withdraw(path, " ").status_code == 422
    assert [office.withdraw(path).status_code for _ in range(2)] == [303, 303]
    (row,) = office.rows(lambda: db.session.scalars(select(LabelAllowanceWithdrawal)).all())
    assert (row.reason, row.by_member_id) == (WHY, office.body.actor.member_id)
    assert office.addresses() == []
    assert "cho in thêm 10 tem" not in ask(office.clerk, office.code).text
    assert issue(office.clerk, office.code, labels=FOR_GOODS + 10).status_code == 422
    assert office.allow(10) == 303  # another one
    issued(office.clerk, office.code, labels=FOR_GOODS + 10)


def test_what_was_taken_back_stays_told_to_both_and_in_both_books(office: Office) -> None:
    office.allow(10)
    (path,) = office.addresses()
    office.withdraw(path)
    told = ("Thu lại, không được in nữa: 10 tem × 0,5 kg", "Cơ quan quản lý thu lại")
    for reader in (office.clerk, office.officer):
        shown = page(reader, f"/desk/batches/{office.code}")
        assert [words in shown for words in (*told, REASON, WHY)] == [True] * 4
    shown = page(office.officer, f"/desk/batches/{office.code}", language="en")
    assert "Taken back, not to be printed: 10 labels × 0.5 kg" in shown
    assert "taken back by Cơ quan quản lý" in shown
    assert WHY in ask(office.clerk, office.code).text  # the history where labels are ordered
    books = select(AuditEntry.producer_id, AuditEntry.by_member_id).where(
        AuditEntry.act == allowing.WITHDRAWN
    )
    officer = office.body.actor.member_id
    both = {(office.lan.producer_id, officer), (office.body.producer_id, officer)}
    assert set(office.rows(lambda: db.session.execute(books).all())) == both


def test_what_was_issued_or_is_over_is_not_taken_back(office: Office) -> None:
    office.allow(10)
    (path,) = office.addresses()
    shown = issued(office.clerk, office.code, labels=FOR_GOODS + 3)
    answer = office.withdraw(path)
    assert answer.status_code == 422
    assert "đã được cấp" in answer.text
    assert REASON in page(office.clerk, shown)
    assert office.addresses() == []
    ended = uuid4()
    given = {"id": ended, "holder": office.lan.producer_id, "labels": 5, "reason": REASON}
    given |= {"quantity": Decimal(1), "uom": "kg"}
    past = datetime.now(UTC) - allowing.USABLE_FOR - timedelta(minutes=1)
    by, batch = Ref(office.body.producer_id, office.body.actor.member_id), office.batch
    with office.app.app_context(), transaction():
        allowing.allow(batch, given, by, now=past)
    assert office.withdraw(f"{path.rsplit('/', 2)[0]}/{ended}/withdraw").status_code == 422
    count = select(func.count()).select_from(LabelAllowanceWithdrawal)
    assert office.rows(lambda: db.session.scalar(count)) == 0


def test_who_may_not_allow_takes_nothing_back(office: Office) -> None:
    office.allow(10)
    (path,) = office.addresses()
    assert office.withdraw(path, by=office.clerk).status_code == 404
    assert "/withdraw" not in page(office.clerk, f"/desk/batches/{office.code}")
    with office.app.app_context(), transaction():
        colleague = business("Chi cục khác", kinds=("authority",), role="officer")
        other = finished(office.lan, name="Rau muống")
    with office.app.app_context():
        colleagues = signed_in(office.app, colleague)
    elsewhere = path.replace(office.code, other)
    for strange in (elsewhere, f"{path.rsplit('/', 2)[0]}/{uuid4()}/withdraw"):
        assert office.officer.get(strange).status_code == 404
        assert office.withdraw(strange, "").status_code == 404
    move_away(office.app, office.body)
    assert office.withdraw(path).status_code == 422
    assert office.withdraw(path, by=colleagues).status_code == 303


def test_what_was_allowed_is_never_edited(office: Office) -> None:
    office.allow(10)
    (path,) = office.addresses()
    office.withdraw(path)
    for deed in (
        *("UPDATE label_allowance SET labels = 99", "DELETE FROM label_allowance"),
        "UPDATE label_allowance_withdrawal SET reason = 'x'",
        "DELETE FROM label_allowance_withdrawal",
    ):
        with office.app.app_context(), pytest.raises(DatabaseError, match="append-only"):
            db.session.connection().exec_driver_sql(deed)
