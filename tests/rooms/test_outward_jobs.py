"""A worker whose webhooks wait for servers that do not answer: a letter does not wait with them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.receiver import Receiver, receiver, trickle
from tests.rooms.test_mail import mail_server
from tests.rooms.test_worker import environ_of, running, wait_until
from traceapp.database.engine import db
from traceapp.jobs.worker import OUTWARD
from traceapp.mail import operations as mail
from traceapp.web.endpoints import transaction
from traceapp.webhooks import operations, queries

FROM = "no-reply@trace.example.vn"
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
                wait_until(lambda: len(there.taken) >= OUTWARD)  # as many as wait at once
                with transaction():
                    mail.post("holder@example.vn", "Thu hồi", "Để riêng", now=datetime.now(UTC))
                wait_until(lambda: bool(post.box.letters), SOON_S)
                assert len(there.taken) == OUTWARD
                assert [tries(one) for one in makers] == [0] * (OUTWARD + 1)
                wait_until(lambda: len(there.taken) > OUTWARD)  # the last has its turn, too
