"""A lot that a shopper reported, with its producer, an authority and their browsers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.http.on_sale import finished
from tests.signing_in import form, signed_in
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Producer
from traceapp.public.operations import Receipt, receive_report
from traceapp.questions import operations
from traceapp.questions.models import Question
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

ASKED = "Vì sao miến có mùi lạ?"
ANSWERED = "Kho bị dột hôm thứ ba."


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's lot that somebody reported, with everybody around it at a browser."""

    app: Flask
    lan: Business
    office: Business
    code: str
    batch: Ref
    report: Receipt
    officer: FlaskClient
    owner: FlaskClient

    def ask(self, text: str = ASKED, *, by: FlaskClient | None = None, **typed: str) -> int:
        """Send the form of a question about the report."""
        path = f"/desk/batches/{self.code}/questions/new?report={self.report.number}"
        values = form(self.app, **{"id": str(uuid4()), "text": text} | typed)
        return (by or self.officer).post(path, data=values).status_code

    def answer(self, text: str, *, by: FlaskClient | None = None) -> int:
        """Send the form of an answer to the only question."""
        values = form(self.app, text=text)
        return (by or self.owner).post(self.path, data=values).status_code

    @property
    def path(self) -> str:
        """Give the page of the only question."""
        with self.app.app_context():
            return f"/desk/questions/{db.session.scalars(select(Question.question_id)).one()}"

    def asked_ago(self, ago: timedelta, *, report_id: UUID | None = None) -> UUID:
        """Ask some time ago."""
        given = {"id": uuid4(), "text": ASKED}
        by, now = Ref(self.office.producer_id, self.office.actor.member_id), datetime.now(UTC)
        with self.app.app_context(), transaction():
            return operations.ask(self.batch, given, by, report_id=report_id, now=now - ago)

    def member(self, role: str, of: Business) -> FlaskClient:
        """Give a browser of one more person of a body."""
        with self.app.app_context(), transaction():
            given = {"name": f"{role} {uuid4().hex[:4]}", "roles": [role]}
            member_id = producers.add_member(of.producer_id, given)
        actor = type(of.actor)(of.producer_id, member_id)
        return at_desk(self.app, Business(of.producer_id, of.site_id, of.plot_id, actor))


def reported(app: Flask) -> Case:
    """Report a lot of Lan's."""
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        db.session.get_one(Producer, lan.producer_id).email = "lan@example.vn"
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        code = finished(lan)
        batch_id = db.session.scalars(select(Batch.batch_id)).one()
        told = {"code": f"B/{code}", "kind": "spoiled", "text": "miến mốc", "area": None}
        report = receive_report(told, language="vi", now=datetime.now(UTC), is_demo=False)
    batch = Ref(lan.producer_id, batch_id)
    browsers = at_desk(app, office), at_desk(app, lan)
    return Case(app, lan, office, code, batch, report, *browsers)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    """Give a browser in which the person of a business is signed in."""
    with app.app_context():
        return signed_in(app, who)
