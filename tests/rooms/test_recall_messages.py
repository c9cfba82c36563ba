"""What programs of holders hear of a recall, and which letters go out, act by act."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW as RECORDED
from tests.builders import Business, batch, business, line, product, record
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    ORDER,
    acting,
    colleague,
    found,
    greens,
    issued,
    officer,
    owner,
    soup_of,
)
from tests.rooms.test_recall_reminders import until
from tests.trade import Trade, tell
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.recalls import answering, cases
from traceapp.recalls.answering import Count
from traceapp.recalls.cases import Wish
from traceapp.recalls.notices import message_trail, messages, reminders
from traceapp.recalls.notices.letter_trail import Fate
from traceapp.trace.facts import Ref
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks.models import WebhookDelivery


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def hooked(by: Business) -> None:
    with acting():
        webhooks.enter((by.producer_id, by.actor.member_id), "https://1.1.1.1/", now=NOW)


def written() -> None:
    """Let the worker write what is owed, and send none of it."""
    db.session.rollback()
    for job in db.session.scalars(select(Job).where(Job.kind == messages.WRITE)).all():
        deed = messages.write_job(json.loads(job.payload), NOW)
        with acting():
            deed()
    db.session.rollback()


def heard(by: Business) -> list[dict[str, Any]]:
    """Give what was posted to somebody's program, the first first."""
    written()
    bodies = db.session.scalars(
        select(WebhookDelivery.body)
        .where(WebhookDelivery.producer_id == by.producer_id)
        .order_by(WebhookDelivery.delivery_id)
    )
    return [json.loads(body) for body in bodies]


def said(by: Business) -> list[tuple[str, list[str]]]:
    return [(one["kind"], [lot["batch_id"] for lot in one["lots"]]) for one in heard(by)]


def agreed(case: Ref, trade: Trade, office: Business) -> None:
    (act,) = found(case).waiting
    second = colleague(office, "owner" if office is trade.minh else "officer")
    with acting():
        cases.agree(case, act.act_id, second, "Không cần kiểm", now=LATER)


def work(app: Flask) -> None:
    Runner(app, lambda: RECORDED + timedelta(minutes=1)).run_due()


def test_a_holder_hears_what_is_recalled_and_nobody_else_does(
    trade: Trade, office: Business
) -> None:
    for one in (trade.hoa, office):
        hooked(one)
    case = issued(officer(office), greens(trade))
    (told,) = heard(trade.hoa)
    assert (told["kind"], told["is_drill"], told["lots_in_all"]) == ("recall.issued", False, 1)
    assert told["recall"]["reason"] == ORDER.reason
    assert told["recall"]["answer_at"].endswith(f"/desk/recalls/{case.id}")
    assert told["lots"][0]["batch_id"] == str(trade.greens)
    assert heard(office) == []


def test_whoever_recalls_keeps_what_is_owed_and_the_worker_writes_it_once(
    app: Flask, trade: Trade, office: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(trade.hoa)
    case = issued(officer(office), greens(trade))
    owed = select(WebhookDelivery.body).where(WebhookDelivery.producer_id == trade.hoa.producer_id)
    db.session.rollback()
    assert db.session.scalars(owed).all() == [""]
    assert [one.fate for one in message_trail.last_of_each(case)] == [Fate.WAITING]
    (told,) = heard(trade.hoa)
    assert told["occurred_at"] == NOW.isoformat(timespec="seconds")
    sent: list[bytes] = []

    def refusing(_address: str, _headers: Any, body: bytes, **_: Any) -> str:
        sent.append(body)
        return "500"

    monkeypatch.setattr("traceapp.webhooks.operations.send", refusing)
    for minutes in (1, 3):
        written()  # a job that comes twice writes nothing anew
        until(app, NOW + timedelta(minutes=minutes))
    assert len(sent) > 1
    assert [json.loads(body) for body in set(sent)] == [told]


def test_a_message_tells_of_the_moment_of_its_act_though_it_is_written_after_others(
    trade: Trade, office: Business
) -> None:
    hooked(trade.hoa)
    case = issued(officer(office), greens(trade))
    with acting():
        reminders.remind(case, 0, NOW + timedelta(hours=12))
    with acting():
        count = Count(greens(trade), Decimal(8), Decimal(110))
        member = Ref(trade.hoa.producer_id, trade.hoa.actor.member_id)
        answering.acknowledge(case, member, count, now=NOW + timedelta(hours=13))
    with acting():
        cases.ask(case, officer(office), Wish("release", "Đạt"), now=NOW)
    act = next(one for one in found(case).waiting if one.kind == "release")
    second, at = colleague(office), NOW + timedelta(hours=14)
    with acting():
        cases.agree(case, act.act_id, second, "Không cần kiểm", now=at)
    lot = [str(trade.greens)]
    assert said(trade.hoa) == [
        ("recall.issued", lot),
        ("recall.reminder", lot),
        ("recall.released", lot),
    ]


def test_a_drill_is_marked_as_one(trade: Trade) -> None:
    hooked(trade.hoa)
    case = issued(owner(trade.minh), greens(trade), is_drill=True)
    with acting():
        cases.ask(case, owner(trade.minh), Wish("close", "Xong"), now=NOW)
    agreed(case, trade, trade.minh)
    assert [one["is_drill"] for one in heard(trade.hoa)] == [True, True]
    assert [one["kind"] for one in heard(trade.hoa)] == ["recall.issued", "recall.closed"]
    rows = db.session.scalars(select(WebhookDelivery.about)).all()
    assert all(one.startswith("DIỄN TẬP ") for one in rows)


def test_each_act_tells_of_the_lots_it_is_about(trade: Trade, office: Business) -> None:
    hooked(trade.hoa)
    soup = soup_of(trade.hoa, greens(trade))
    case = issued(officer(office), greens(trade))
    agreed(case, trade, office)
    with acting():
        cases.ask(case, officer(office), Wish("narrow", "Đạt", (soup,)), now=NOW)
    agreed(case, trade, office)
    with acting():
        cases.ask(case, officer(office), Wish("release", "Đạt"), now=NOW)
    agreed(case, trade, office)
    assert said(trade.hoa) == [
        ("recall.issued", [str(trade.greens)]),
        ("recall.widened", [str(soup.id)]),
        ("recall.narrowed", [str(soup.id)]),
        ("recall.released", [str(trade.greens)]),
    ]


def test_what_joins_later_and_own_lots_of_a_widening_are_told(
    app: Flask, trade: Trade, office: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(trade.hoa)
    hooked(trade.minh)
    case = issued(officer(office), greens(trade))
    before = len(said(trade.minh))
    own = soup_of(trade.minh, greens(trade))
    monkeypatch.setattr("traceapp.webhooks.operations.send", lambda *_, **__: "500")
    work(app)
    assert said(trade.minh)[before:] == [("recall.widened", [str(own.id)])]
    with acting():
        other = soup_of_nothing(trade)
    with acting():
        cases.widen(case, officer(office), [other], "Cùng dây chuyền", now=LATER)
    assert said(trade.minh)[-1] == ("recall.widened", [str(other.id)])
    work(app)
    assert len(said(trade.minh)) == before + 2


def test_who_only_waits_for_the_goods_hears_of_each_act_too(office: Business) -> None:
    trade = Trade(on_sale=True)  # Hoa has none of them yet
    hooked(trade.hoa)
    tell(trade.minh, trade.ship())
    with acting():
        other = soup_of_nothing(trade)
        to = {"to_site": str(trade.hoa.site_id), "doc_no": "PX-9"}
        record(trade.minh, "ship", inputs=[line(other.id, "3")], fields=to)
    case = issued(officer(office), greens(trade))
    with acting():
        cases.widen(case, officer(office), [other], "Cùng dây chuyền", now=LATER)
        cases.ask(case, officer(office), Wish("narrow", "Đạt", (other,)), now=LATER)
    agreed(case, trade, office)
    with acting():
        cases.ask(case, officer(office), Wish("release", "Đạt"), now=LATER)
    agreed(case, trade, office)
    assert said(trade.hoa) == [
        ("recall.issued", [str(trade.greens)]),
        ("recall.widened", [str(other.id)]),
        ("recall.narrowed", [str(other.id)]),
        ("recall.released", [str(trade.greens)]),
    ]


def soup_of_nothing(trade: Trade) -> Ref:
    """Let Minh have another lot, made of nothing recalled."""
    made = batch(trade.minh, product(trade.minh, name="Rau khác"), "R-9")
    record(trade.minh, "harvest", outputs=[line(made, "5")])
    return Ref(trade.minh.producer_id, made)
