"""A worker whose webhooks wait for servers that do not answer: a letter does not wait with them."""

from collections.abc import Collection
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.receiver import Receiver, receiver, status, trickle
from tests.rooms.test_mail import mail_server
from tests.rooms.test_worker import environ_of, running, wait_until
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.operations import Claim
from traceapp.jobs.turns import Turns
from traceapp.jobs.worker import OUTWARD
from traceapp.mail import operations as mail
from traceapp.web.endpoints import transaction
from traceapp.webhooks import operations, queries
from traceapp.webhooks.models import WebhookDelivery
from traceapp.webhooks.operations import Message

FROM = "no-reply@trace.example.vn"
LAN, MINH, HOA, DONE = (new_id() for _ in range(4))
STARTED_S = 60.0
SOON_S = 5.0  # half of what a webhook may take


@pytest.fixture
def postgresql_url(postgresql_copy: str) -> str:
    """A database that no worker has seen: the first wake-up makes its own tables."""
    return postgresql_copy


def told(name: str, there: Receiver) -> Business:
    """Make a producer whose program has a message on its way."""
    of = business(name, role="owner")
    member = (of.producer_id, of.actor.member_id)
    operations.enter(member, there.address, now=datetime.now(UTC))
    operations.send_trial(member, now=datetime.now(UTC))
    return of


def tries(of: Business) -> int:
    db.session.rollback()
    found: int = queries.last_deliveries(of.producer_id)[0].tries
    return found


def test_a_letter_does_not_wait_for_programs_that_do_not_answer(
    make_app: AppMaker, tmp_path: Path
) -> None:
    with receiver(tmp_path) as there, mail_server() as post:
        there.answers = [trickle] * (2 * OUTWARD)
        settings = {
            "SMTP_URL": f"smtp://{post.place}",
            "MAIL_FROM": FROM,
            "OUTBOUND_PRIVATE_ALLOWED": there.allowed,
        }
        app = make_app(**settings)
        environ = environ_of(app) | settings | {"SSL_CERT_FILE": str(there.certificate)}
        with app.app_context():
            with transaction():
                makers = [told(f"Lan {number}", there) for number in range(OUTWARD + 1)]
            with running("-m", "traceapp.jobs.worker", environ=environ):
                wait_until(lambda: len(there.taken) >= OUTWARD, STARTED_S)
                with transaction():
                    mail.post("holder@example.vn", "Thu hồi", "Để riêng", now=datetime.now(UTC))
                wait_until(lambda: bool(post.box.letters), SOON_S)
                assert len(there.taken) == OUTWARD
                assert [tries(one) for one in makers] == [0] * (OUTWARD + 1)
                wait_until(lambda: len(there.taken) > OUTWARD)  # the last has its turn, too


SLOW, QUICK = "/slow", "/quick"


def by_path(handler: BaseHTTPRequestHandler) -> None:
    (trickle if handler.path == SLOW else status(200))(handler)


def with_address(name: str, there: Receiver, path: str) -> Business:
    """Make a producer whose program takes messages at a path there."""
    of = business(name, role="owner")
    address = f"https://{there.allowed}{path}"
    operations.enter((of.producer_id, of.actor.member_id), address, now=datetime.now(UTC))
    return of


def posted(of: Business, count: int) -> None:
    for number in range(count):
        message = Message("recall.issued", f"TH-{number}", {"number": number})
        operations.post(of.producer_id, message, now=datetime.now(UTC))


def delivered(of: Business) -> int:
    db.session.rollback()
    is_of = (WebhookDelivery.producer_id == of.producer_id, WebhookDelivery.state == "delivered")
    return db.session.scalar(select(func.count()).select_from(WebhookDelivery).where(*is_of)) or 0


def test_a_producer_whose_program_hangs_holds_up_no_other(
    make_app: AppMaker, tmp_path: Path
) -> None:
    with receiver(tmp_path) as there:
        there.answers = [by_path] * (9 * OUTWARD)
        settings = {"OUTBOUND_PRIVATE_ALLOWED": there.allowed}
        app = make_app(**settings)
        environ = environ_of(app) | settings | {"SSL_CERT_FILE": str(there.certificate)}

        def hanging() -> int:
            return sum(one.path == SLOW for one in there.taken)

        with app.app_context():
            with transaction():
                hangs, answers = (with_address(one, there, one) for one in (SLOW, QUICK))
                posted(hangs, 2 * OUTWARD)
            with running("-m", "traceapp.jobs.worker", environ=environ):
                wait_until(lambda: bool(hanging()), STARTED_S)
                with transaction():
                    posted(answers, OUTWARD)
                wait_until(lambda: delivered(answers) == OUTWARD)
                assert hanging() < OUTWARD  # one at a time, for as long as it may take
                wait_until(lambda: hanging() > 1)  # and the next in its turn


def test_whoever_had_a_turn_waits_for_all_others() -> None:
    turns, due = Turns(), [*(LAN,) * 3, *(MINH,) * 2, HOA, None]
    order: list[UUID | None] = []

    def ask(besides: Collection[UUID]) -> Claim | None:
        whose = next((one for one in due if one not in besides), DONE)
        if whose is DONE:
            return None
        due.remove(whose)
        return Claim(new_id(), "x", "{}", 1, whose)

    while (claimed := turns.take(ask)) is not None:
        order.append(claimed.whose)
        turns.end(claimed)
    assert order == [LAN, MINH, HOA, None, LAN, MINH, LAN]
