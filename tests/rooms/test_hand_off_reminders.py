"""Word to a receiver who has not confirmed for a day: one letter, one message to each phone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.conftest import NOON, AppMaker
from tests.receiver import Receiver
from tests.rooms.test_mail import Post, mail_server
from tests.rooms.test_push import service
from tests.rooms.test_push_staff import switched_on
from tests.trade import Trade, numbers_in, tell
from traceapp.database.engine import db
from traceapp.handoffs import reminders
from traceapp.handoffs.models import HandOffReminder
from traceapp.jobs.runner import Runner
from traceapp.phone import goods
from traceapp.producers.models import Producer
from traceapp.web.endpoints import transaction

__all__ = ["service"]  # a fixture

TODAY = {"event_time": "2026-11-22T11:00:00+07:00"}  # an hour before it is recorded
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def sending(make_app: AppMaker, post: Post) -> Iterator[Flask]:
    app = make_app(SMTP_URL=f"smtp://{post.place}", MAIL_FROM="no-reply@trace.example.vn")
    with app.app_context():
        yield app


def trade_with_address() -> Trade:
    trade = Trade()
    with transaction():
        hoa = Producer.producer_id == trade.hoa.producer_id
        db.session.execute(update(Producer).where(hoa).values(email="hoa@example.vn"))
    return trade


def work(app: Flask, now: datetime) -> None:
    db.session.rollback()
    Runner(app, lambda: now).run_due()


def test_the_receiver_is_reminded_once_a_day_after_it_left(sending: Flask, post: Post) -> None:
    trade = trade_with_address()
    tell(trade.minh, trade.ship(**TODAY))
    work(sending, NOON + timedelta(hours=22))
    assert post.box.letters == []
    work(sending, TOMORROW)
    (letter,) = post.box.letters
    assert letter["To"] == "hoa@example.vn"
    assert "Xưởng Minh" in letter["Subject"]
    text = letter.get_content()
    assert "CN-1" in text
    assert f"/desk/hand-offs/{trade.ship_id}" in text
    assert "120" not in numbers_in(text)
    with transaction():
        reminders.remind((trade.minh.producer_id, trade.ship_id), TOMORROW + timedelta(days=1))
    work(sending, TOMORROW + timedelta(days=1))
    assert len(post.box.letters) == 1


def test_a_corrected_shipment_is_the_same_shipment(sending: Flask, post: Post) -> None:
    trade = trade_with_address()
    tell(trade.minh, trade.ship(**TODAY))
    fixed = trade.ship("119", id=str(trade.other_id), corrects=str(trade.ship_id), **TODAY)
    tell(trade.minh, fixed)
    work(sending, TOMORROW)
    assert len(post.box.letters) == 1


def test_a_shipment_that_left_later_than_first_said_is_missed_later(
    sending: Flask, post: Post
) -> None:
    trade = trade_with_address()
    tell(trade.minh, trade.ship(event_time="2026-11-21T13:00:00+07:00"))
    later = trade.ship(id=str(trade.other_id), corrects=str(trade.ship_id), **TODAY)
    tell(trade.minh, later)
    work(sending, NOON + timedelta(hours=2))
    assert post.box.letters == []
    work(sending, TOMORROW)
    assert len(post.box.letters) == 1


def test_who_answered_meanwhile_hears_nothing(sending: Flask, post: Post) -> None:
    trade = trade_with_address()
    tell(trade.minh, trade.ship(**TODAY))
    tell(trade.hoa, trade.receive("120"))
    work(sending, TOMORROW)
    assert post.box.letters == []


def test_without_an_address_nothing_is_sent_and_nothing_fails(sending: Flask, post: Post) -> None:
    trade = Trade()
    tell(trade.minh, trade.ship(**TODAY))
    work(sending, TOMORROW)
    assert post.box.letters == []
    assert db.session.query(HandOffReminder).count() == 0


def test_what_was_sent_long_ago_reminds_nobody_today(sending: Flask, post: Post) -> None:
    trade = trade_with_address()
    tell(trade.minh, trade.ship(event_time="2026-10-01T08:00:00+07:00"))
    work(sending, TOMORROW)
    assert post.box.letters == []


def test_phones_of_the_receiver_are_told_once_where_there_is_no_address(
    make_app: AppMaker, service: Receiver
) -> None:
    with make_app(OUTBOUND_PRIVATE_ALLOWED=service.allowed).app_context() as context:
        trade = Trade()
        told = {
            by.producer_id: switched_on(context.app, by, service, name)[1]
            for by, name in ((trade.hoa, "hoa"), (trade.minh, "minh"))
        }
        tell(trade.minh, trade.ship(**TODAY))
        fixed = trade.ship("119", id=str(trade.other_id), corrects=str(trade.ship_id), **TODAY)
        tell(trade.minh, fixed)
        for later in (TOMORROW - timedelta(hours=2), TOMORROW, TOMORROW + timedelta(days=1)):
            work(context.app, later)
        (message,) = told[trade.hoa.producer_id].read()
        assert message["title"] == "Hàng đã tới chưa?"
        assert message["body"].startswith("Xưởng Minh ghi là đã giao cho bạn lúc 22/11/2026 11:00")
        (coming,) = goods.shipments(trade.hoa.producer_id, TOMORROW)
        assert message["url"] == f"/app/#/log/receive/{coming['event_id']}"
        assert "119" not in numbers_in(message["body"])
        assert told[trade.minh.producer_id].read() == []
        assert db.session.query(HandOffReminder).count() == 1
