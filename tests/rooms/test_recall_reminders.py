"""Holders are reminded of a recall they have not answered: when, how often, and never after."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.rooms.test_mail import Post, mail_server
from tests.rooms.test_recall_cases import NOW, acting, colleague, found, greens, issued, officer
from tests.trade import SHIPPED, Trade
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.producers.models import Producer
from traceapp.recalls import answering, cases
from traceapp.recalls.answering import Count
from traceapp.recalls.cases import ANSWERED_WITHIN, Wish
from traceapp.recalls.notices import reminders
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks.models import WebhookDelivery

DUE = NOW + ANSWERED_WITHIN
HALF = NOW + ANSWERED_WITHIN / 2
WEEK = timedelta(days=7)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def sending(make_app: AppMaker, post: Post) -> Iterator[Flask]:
    app = make_app(SMTP_URL=f"smtp://{post.place}", MAIL_FROM="no-reply@trace.example.vn")
    with app.app_context():
        yield app


@pytest.fixture
def trade(sending: Flask) -> Trade:
    made = Trade.delivered()
    with acting():
        for one, email in ((made.hoa, "hoa@example.vn"), (made.minh, "minh@example.vn")):
            db.session.get_one(Producer, one.producer_id).email = email
        db.session.execute(delete(Job))
    return made


@pytest.fixture
def case(trade: Trade) -> Ref:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    return issued(officer(office), greens(trade))


def until(app: Flask, now: datetime) -> None:
    db.session.rollback()
    Runner(app, lambda: now).run_due()


def told(post: Post, to: str) -> list[str]:
    """Give the subjects of the letters somebody got, without the host."""
    subjects = [str(one["Subject"]) for one in post.box.letters if one["To"] == to]
    return [one.partition(": ")[2] for one in subjects]


def answered(case: Ref, by: Business, batch: Ref, now: datetime) -> None:
    with acting():
        count = Count(batch, Decimal(8), Decimal(110))
        member = Ref(by.producer_id, by.actor.member_id)
        answering.acknowledge(case, member, count, now=now)


def test_who_has_not_answered_is_reminded_before_and_after_the_deadline_once_each(
    sending: Flask, post: Post, trade: Trade, case: Ref
) -> None:
    with acting():
        hoa = (trade.hoa.producer_id, trade.hoa.actor.member_id)
        webhooks.enter(hoa, "https://hoa.invalid/", now=NOW)
    number = found(case).number
    until(sending, HALF - timedelta(seconds=1))
    assert told(post, "hoa@example.vn") == [f"Thu hồi {number}"]
    for at in (HALF, HALF, DUE, DUE + timedelta(hours=1)):
        until(sending, at)
    first, second = f"Nhắc lần 1: Thu hồi {number}", f"Nhắc lần 2: Thu hồi {number}"
    assert told(post, "hoa@example.vn")[1:] == [first, second]
    assert told(post, "minh@example.vn")[1:] == [first, second]
    db.session.rollback()
    kinds = db.session.scalars(select(WebhookDelivery.kind).order_by(WebhookDelivery.delivery_id))
    assert list(kinds) == ["recall.reminder", "recall.reminder"]
    assert reminders.reminded(case)[trade.hoa.producer_id] == reminders.Reminded(2, DUE)
    text = post.box.letters[-1].get_content()
    assert "Chi cục" in text
    assert f"/desk/recalls/{case.id}" in text
    assert "Chưa trả lời: lô CN-1." in text.splitlines()
    assert "gửi thay Chi cục" in text


def test_an_answer_ends_it_for_its_holder_alone(
    sending: Flask, post: Post, trade: Trade, case: Ref
) -> None:
    answered(case, trade.hoa, greens(trade), NOW)
    for days in range(12):
        until(sending, DUE + timedelta(days=days))
    assert len(told(post, "hoa@example.vn")) == 1
    assert len(told(post, "minh@example.vn")) == 1 + 2 + 7


def test_reminders_end_a_week_after_the_deadline(
    sending: Flask, post: Post, trade: Trade, case: Ref
) -> None:
    at = HALF
    while at < DUE + 3 * WEEK:
        until(sending, at)
        at += timedelta(hours=12)
    assert len(told(post, "hoa@example.vn")) == 1 + 2 + 7
    db.session.rollback()
    assert reminders.reminded(case)[trade.hoa.producer_id].last_at == DUE + WEEK


@pytest.mark.parametrize("kind", ["close", "release"])
def test_nobody_is_reminded_after_the_end(
    sending: Flask, post: Post, trade: Trade, case: Ref, kind: str
) -> None:
    until(sending, HALF)
    lead = found(case).acts[0].by
    of = Business(lead.producer_id, trade.hoa.site_id, trade.hoa.plot_id, trade.hoa.actor)
    second = colleague(of)
    with acting():
        by = Actor(lead, is_authority=True)
        cases.ask(case, by, Wish(kind, "Xong"), now=HALF)
    (act,) = found(case).waiting
    with acting():
        cases.agree(case, act.act_id, second, "Không cần kiểm", now=HALF)
    for days in range(3):
        until(sending, DUE + timedelta(days=days))
    reminders_sent = [one for one in told(post, "hoa@example.vn") if one.startswith("Nhắc lần")]
    assert len(reminders_sent) == 1


def test_a_drill_is_marked_in_its_reminders(sending: Flask, post: Post, trade: Trade) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    drill = issued(officer(office), greens(trade), is_drill=True)
    until(sending, HALF)
    subject = told(post, "hoa@example.vn")[-1]
    assert subject == f"Nhắc lần 1: Diễn tập thu hồi {found(drill).number}"
    assert "DIỄN TẬP, không thu hồi thật" in post.box.letters[-1].get_content()


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=30)))
def test_reminders_come_in_order_and_are_bounded(given_time: timedelta) -> None:
    deadline = NOW + given_time
    due = [reminders.due_at(NOW, deadline, number) for number in range(20)]
    times = [one for one in due if one is not None]
    assert times == sorted(set(times))
    assert NOW < times[0] < times[1] == deadline
    assert times[-1] == deadline + WEEK
    assert due == [*times, *([None] * (20 - len(times)))]


def recalls_told(post: Post) -> list[str]:
    """Leave out the letter that asks whether the delivery came."""
    return [one for one in told(post, "cho@example.vn") if "Thu hồi" in one]


def test_who_only_waits_for_goods_is_reminded_though_their_sender_answered(
    sending: Flask, post: Post, trade: Trade
) -> None:
    with acting():
        shop = business("Quầy Chờ", kinds=("shop",), role="owner")
        db.session.get_one(Producer, shop.producer_id).email = "cho@example.vn"
        webhooks.enter((shop.producer_id, shop.actor.member_id), "https://cho.invalid/", now=NOW)
        fields = SHIPPED | {"to_site": str(shop.site_id)}
        batches.record_event(trade.minh.actor, trade.ship(id=str(new_id()), fields=fields), now=NOW)
        office = business("Chi cục", kinds=("authority",), role="officer")
    case = issued(officer(office), greens(trade))
    for one in (trade.minh, trade.hoa):
        answered(case, one, greens(trade), NOW)
    until(sending, HALF)
    number = found(case).number
    assert recalls_told(post) == [f"Thu hồi {number}", f"Nhắc lần 1: Thu hồi {number}"]
    assert len(told(post, "minh@example.vn")) == 1
    db.session.rollback()
    kinds = list(db.session.scalars(select(WebhookDelivery.kind)))
    assert sorted(kinds) == ["recall.issued", "recall.reminder"]
    with acting():
        count = Count(greens(trade), Decimal(0), Decimal(0))
        member = Ref(shop.producer_id, shop.actor.member_id)
        answering.acknowledge(case, member, count, now=HALF)
    until(sending, DUE)
    assert len(recalls_told(post)) == 2
