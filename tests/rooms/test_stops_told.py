"""Whoever has, sent or waits for goods is told that their sale was stopped, and allowed again."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import NOW, business, line, record
from tests.rooms.test_mail import Post
from tests.rooms.test_recall_cases import acting, colleague, greens, officer, owner, soup_of
from tests.rooms.test_recall_messages import heard, hooked
from tests.rooms.test_recall_reminders import post, sending, told, trade, until
from tests.trade import Trade, tell
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.recalls.stops import lifting, stopping
from traceapp.recalls.stops.queries import stops_on
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

__all__ = ["post", "sending", "trade"]

UNSAFE = "stop:unsafe"
SOON = NOW + timedelta(minutes=1)
STOPPED, ALLOWED = "Ngừng bán lô CN-1", "Cho bán lại lô CN-1"


def stop(batch: Ref, by: Actor) -> None:
    with acting():
        stopping.stop(batch, by, UNSAFE, now=NOW)


def allow(batch: Ref, by: Actor) -> None:
    db.session.rollback()
    (one,) = (one for one in stops_on(batch, asks=by.member.producer_id) if one.lift is None)
    with acting():
        assert lifting.lift(batch, one.stop.id, by, "Đã kiểm", now=SOON)


def work(app: Flask) -> None:
    db.session.rollback()
    Runner(app, lambda: SOON).run_due()


@pytest.fixture
def moving(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Trade:
    """Minh sent 120 kg of 300 kg of greens to Hoa; nobody received them yet."""
    monkeypatch.setattr("traceapp.webhooks.operations.send", lambda *_, **__: "500")
    made = Trade(on_sale=True)
    tell(made.minh, made.ship())
    for one in (made.minh, made.hoa):
        hooked(one)
    return made


def lots_of(message: dict[str, Any]) -> list[str]:
    return [one["lot"] for one in message["lots"]]


def test_who_only_waits_for_the_goods_hears_of_the_stop_and_of_its_end(
    app: Flask, moving: Trade
) -> None:
    stop(greens(moving), owner(moving.minh))
    work(app)
    (message,) = heard(moving.hoa)
    assert (message["kind"], lots_of(message), message["lots_in_all"]) == (
        "sale.stopped",
        ["CN-1"],
        1,
    )
    told = {"lot", "actor", "stopped_at", "read_at", "reason", "reason_told", "reason_told_en"}
    assert message["stop"].keys() == told  # as docs/integrators/webhooks.md shows it
    assert message["stop"]["actor"] == "Xưởng Minh"
    assert message["stop"]["reason"] == UNSAFE
    assert message["lots"][0]["batch_id"] == str(moving.greens)
    allow(greens(moving), colleague(moving.minh, "clerk"))
    work(app)
    assert [one["kind"] for one in heard(moving.hoa)] == ["sale.stopped", "sale.allowed"]
    assert heard(moving.minh) == []  # who acts is not told of it


def test_who_sent_all_of_it_on_is_told_by_an_officers_stop(app: Flask, moving: Trade) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
        record(moving.minh, "waste", inputs=[line(moving.greens, "180")])
        stranger = business("Quầy Xa", kinds=("shop",))
    hooked(stranger)
    stop(greens(moving), officer(office))
    work(app)
    for side in (moving.minh, moving.hoa):
        assert [one["stop"]["actor"] for one in heard(side)] == ["Chi cục"]
    assert heard(stranger) == []


def test_what_was_made_of_it_is_named_and_another_stop_stays(app: Flask, moving: Trade) -> None:
    tell(moving.hoa, moving.receive("120"))
    soup = soup_of(moving.hoa, greens(moving))
    stop(greens(moving), owner(moving.minh))
    work(app)
    (message,) = heard(moving.hoa)
    assert {one["batch_id"] for one in message["lots"]} == {str(moving.greens), str(soup.id)}
    second = colleague(moving.minh, "clerk")
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    stop(greens(moving), officer(office))
    allow_first(greens(moving), second)
    work(app)
    kinds = [one["kind"] for one in heard(moving.hoa)]
    assert kinds == ["sale.stopped", "sale.stopped"]  # nothing may be sold yet


def allow_first(batch: Ref, by: Actor) -> None:
    db.session.rollback()
    own = (one for one in stops_on(batch) if one.by.producer_id == by.member.producer_id)
    with acting():
        assert lifting.lift(batch, next(own).stop.id, by, "Đã kiểm", now=SOON)


def test_a_shops_own_stop_is_told_to_the_producer_alone(app: Flask, moving: Trade) -> None:
    tell(moving.hoa, moving.receive("120"))
    stop(greens(moving), owner(moving.hoa))
    work(app)
    assert [one["stop"]["actor"] for one in heard(moving.minh)] == ["Quầy Hoa"]
    assert heard(moving.hoa) == []


def test_letters_go_by_a_real_mail_server(sending: Flask, post: Post, trade: Trade) -> None:
    stop(greens(trade), owner(trade.minh))
    until(sending, SOON)
    assert [one for one in told(post, "hoa@example.vn") if STOPPED in one]
    text = next(one for one in post.box.letters if STOPPED in str(one["Subject"])).get_content()
    assert "Xưởng Minh đã ngừng bán lô CN-1" in text
    allow(greens(trade), colleague(trade.minh, "clerk"))
    until(sending, SOON)
    assert [one for one in told(post, "hoa@example.vn") if ALLOWED in one]
    assert not [one for one in told(post, "minh@example.vn") if "lô CN-1" in one]
