"""Letters by e-mail, against a real mail server on this machine."""

import email
import email.policy
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from flask import Flask
from sqlalchemy import select

from tests.conftest import AppMaker
from traceapp.database.engine import db
from traceapp.jobs import queries
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.mail import operations
from traceapp.mail.letter import Letter, address
from traceapp.mail.server import MailError, Server
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
PASSWORD = "the mail password"


@dataclass
class Box:
    """What the mail server took in, and what it says to the next letter."""

    letters: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 taken"
    taken_at: float = 0.0  # when the first letter came, by the machine's steady clock

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            read = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.taken_at = self.taken_at or time.monotonic()
            self.letters.append(read)
        return self.answer


@dataclass
class Post:
    """A mail server that runs: where, and its box."""

    place: str
    box: Box


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def mail_server(**options: Any) -> Iterator[Post]:
    box, port = Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield Post(f"127.0.0.1:{port}", box)
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as post:
        yield post


@pytest.fixture
def sending(make_app: AppMaker, post: Post) -> Iterator[Flask]:
    app = make_app(SMTP_URL=f"smtp://{post.place}", MAIL_FROM="no-reply@trace.example.vn")
    with app.app_context():
        yield app


def work(app: Flask, now: datetime = NOW) -> int:
    return Runner(app, lambda: now).run_due()


def test_a_letter_is_posted_with_its_deed_and_delivered_once(sending: Flask, post: Post) -> None:
    with transaction():
        assert operations.post("lan@example.vn", "Lời mời", "Chào Lan,\nmời bạn.\n", now=NOW)
    assert post.box.letters == []
    assert work(sending) == 1
    (letter,) = post.box.letters
    assert (letter["To"], letter["From"]) == ("lan@example.vn", "no-reply@trace.example.vn")
    assert letter["Subject"] == "Lời mời"
    assert "mời bạn" in letter.get_content()
    assert letter["Message-ID"].endswith("@trace.example.vn>")
    assert work(sending) == 0


def test_a_deed_that_is_undone_posts_nothing(sending: Flask, post: Post) -> None:
    def deed() -> None:
        with transaction():
            operations.post("lan@example.vn", "Lời mời", "x", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert work(sending) == 0
    assert post.box.letters == []


def test_a_delivered_letter_is_not_kept(sending: Flask) -> None:
    with transaction():
        operations.post("lan@example.vn", "Lời mời", "the secret link", now=NOW)
    work(sending)
    assert db.session.scalars(select(Job.payload)).all() == ["{}"]


def test_a_server_that_is_busy_is_asked_again_and_no_error_names_the_reader(
    sending: Flask, post: Post
) -> None:
    post.box.answer = "451 later, lan@example.vn"
    with transaction():
        operations.post("lan@example.vn", "Lời mời", "x", now=NOW)
    work(sending)
    (job,) = queries.unfinished()
    assert job.last_error == "MailError: SMTPDataError 451"
    db.session.rollback()
    post.box.answer = "250 taken"
    assert work(sending, datetime(2026, 11, 22, 5, 1, tzinfo=UTC)) == 1
    assert len(post.box.letters) == 1


def test_without_a_mail_server_nothing_is_posted(app: Flask) -> None:
    with transaction():
        assert operations.post("lan@example.vn", "Lời mời", "x", now=NOW) is None
    assert db.session.scalars(select(Job)).all() == []
    assert app


def test_letters_to_someone_who_is_forgotten_are_dropped(sending: Flask) -> None:
    with transaction():
        operations.post("lan@example.vn", "a", "x", now=NOW)
        operations.post("hoa@example.vn", "b", "x", now=NOW)
        operations.forget("lan@example.vn")
    (payload,) = db.session.scalars(select(Job.payload)).all()
    assert "hoa@example.vn" in payload
    assert sending


def test_no_name_breaks_out_of_a_header(sending: Flask, post: Post) -> None:
    subject = "HTX Lan\r\nBcc: everybody@example.vn\r\n\r\nother"
    with transaction():
        operations.post("lan@example.vn", subject, "x\r\n.\r\nMAIL FROM:<a@b.vn>\r\n", now=NOW)
    work(sending)
    (letter,) = post.box.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "HTX Lan Bcc: everybody@example.vn other"


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "lan", "lan@", "@example.vn", "lan@example", "a b@example.vn", "lan@exa mple.vn"),
        *("lan@example.vn\r\nBcc: x@example.vn", "lan@example.vn, hoa@example.vn", "x" * 255),
        *("<lan@example.vn>", "lân@example.vn"),
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        address(wrong)
    with pytest.raises(ValueError, match="not an address"):
        Letter("1", wrong, "a", "b").message("no-reply@trace.example.vn")


def test_the_command_sends_a_letter_and_says_so(sending: Flask, post: Post) -> None:
    done = sending.test_cli_runner().invoke(args=["mail", "test", "lan@example.vn"])
    assert (done.exit_code, done.output) == (0, "The mail server took the letter.\n")
    assert len(post.box.letters) == 1


def test_the_command_says_what_is_wrong_without_the_password(
    make_app: AppMaker, post: Post
) -> None:
    broken = f"smtp://lan:the-password@{post.place}"
    app = make_app(SMTP_URL=broken, MAIL_FROM="no-reply@trace.example.vn")
    done = app.test_cli_runner().invoke(args=["mail", "test", "lan@example.vn"])
    assert done.exit_code == 1
    assert "It was not sent: SMTPNotSupportedError." in done.output
    assert "the-password" not in done.output


def test_a_password_is_shown_to_the_server(make_app: AppMaker) -> None:
    seen: list[tuple[str, str]] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        seen.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)

    with mail_server(authenticator=check, auth_require_tls=False) as post:
        server = Server.parse(f"smtp://lan%40example.vn:the%20mail%20password@{post.place}")
        server.send(Letter("1", "hoa@example.vn", "a", "b").message("no-reply@trace.example.vn"))
    assert seen == [("lan@example.vn", PASSWORD)]
    assert len(post.box.letters) == 1


def test_a_server_elsewhere_gets_no_word_without_tls() -> None:
    assert Server.parse("smtp://mail.example.vn").security == "starttls"
    assert Server.parse("smtps://mail.example.vn").security == "tls"
    assert Server.parse("smtp://localhost:25").security == "none"


def test_a_server_that_offers_no_tls_is_not_spoken_to(post: Post) -> None:
    port = int(post.place.rpartition(":")[2])
    careful = Server("127.0.0.1", port, "starttls", "lan", PASSWORD)
    message = Letter("1", "hoa@example.vn", "a", "b").message("no-reply@trace.example.vn")
    with pytest.raises(MailError, match="SMTPNotSupportedError"):
        careful.send(message)
    assert post.box.letters == []
