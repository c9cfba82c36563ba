"""Word by push to phones of staff: of stops and recalls that concern their producer's goods."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business, business
from tests.phones import VirtualPhone, phone_of
from tests.push_service import Browser
from tests.receiver import Receiver, status
from tests.rooms.test_push import allow, kept, sending, service, stop, work
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    acting,
    colleague,
    found,
    greens,
    issued,
    owner,
    soup_of,
)
from tests.trade import Trade
from traceapp.accounts import phones
from traceapp.codes import operations as code_operations
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.push import operations, queries
from traceapp.recalls import cases
from traceapp.recalls.cases import Wish

__all__ = ["sending", "service"]  # fixtures

PATH = "/phones/me/push"


@pytest.fixture
def trade(sending: Flask) -> Trade:
    assert sending
    made = Trade.delivered()
    fact = codes.of_batch(*greens(made))
    assert fact is not None
    with acting():
        code_operations.set_state(fact.code, CodeState.ACTIVE, actor="x", now=NOW)
    return made


def switched_on(
    app: Flask, by: Business, service: Receiver, name: str, language: str = "vi"
) -> tuple[VirtualPhone, Browser]:
    """Give a phone of somebody of a business who wants to be told."""
    phone, browser = phone_of(app, by), Browser(service, name)
    answer = phone.ask("POST", PATH, json=browser.told(language))
    assert answer.status_code == 201, answer.text
    return phone, browser


def said(browser: Browser) -> list[tuple[str, str]]:
    return [(one["title"], one["body"]) for one in browser.read()]


def test_staff_who_hold_recalled_goods_are_told_each_act_once(
    sending: Flask, trade: Trade, service: Receiver
) -> None:
    _, hoa = switched_on(sending, trade.hoa, service, "hoa")
    _, minh = switched_on(sending, trade.minh, service, "minh", "en")
    case = issued(owner(trade.minh), greens(trade))
    work(sending)
    ((title, body),) = said(hoa)
    assert title == "Thu hồi TH-2026-001"
    assert body.startswith("Xưởng Minh thu hồi hàng bạn có, đã bán hoặc sắp nhận: Dư lượng")
    assert hoa.read()[0]["url"] == f"/desk/recalls/{case.id}"
    assert hoa.read()[0]["stays"] is True
    ((title, body),) = said(minh)
    assert (title, body[:18]) == ("Recall TH-2026-001", "Xưởng Minh recalls")
    with acting():
        cases.ask(case, owner(trade.minh), Wish("release", "Đạt"), now=NOW)
    (act,) = (one for one in found(case).waiting if one.kind == "release")
    second = colleague(trade.minh, "owner")
    with acting():
        cases.agree(case, act.act_id, second, "Không cần kiểm", now=LATER)
    work(sending)
    assert [title for title, _ in said(hoa)] == ["Thu hồi TH-2026-001", "Hết thu hồi TH-2026-001"]
    work(sending)
    assert len(service.taken) == 4


def test_a_drill_is_told_to_staff_and_marked_in_both_languages(
    sending: Flask, trade: Trade, service: Receiver
) -> None:
    _, hoa = switched_on(sending, trade.hoa, service, "hoa")
    _, tom = switched_on(sending, trade.minh, service, "tom", "en")
    case = issued(owner(trade.minh), greens(trade), is_drill=True)
    with acting():
        cases.ask(case, owner(trade.minh), Wish("close", "Xong"), now=NOW)
    (act,) = (one for one in found(case).waiting if one.kind == "close")
    second = colleague(trade.minh, "owner")
    with acting():
        cases.agree(case, act.act_id, second, "Xong", now=LATER)
    work(sending)
    assert len(said(hoa)) == len(said(tom)) == 2
    assert all(title.startswith("DIỄN TẬP · ") for title, _ in said(hoa))
    assert all(title.startswith("DRILL · ") for title, _ in said(tom))
    assert said(tom)[-1][1] == "Xưởng Minh ended the drill."


def test_a_stop_and_its_end_come_to_whoever_has_the_goods_or_what_was_made_of_them(
    sending: Flask, trade: Trade, service: Receiver
) -> None:
    _, hoa = switched_on(sending, trade.hoa, service, "hoa")
    soup_of(trade.hoa, greens(trade))
    stop(trade)
    allow(trade)
    work(sending)
    assert said(hoa) == [
        (
            "Ngừng bán: Cải ngọt",
            "Xưởng Minh ngừng bán: Nghi không an toàn (mùi lạ, hư hỏng, nhiễm bẩn).",
        ),
        ("Được bán lại: Cải ngọt", "Xưởng Minh cho bán lại: Đã kiểm tra."),
    ]
    assert hoa.read()[0]["url"].startswith("/B/")


def test_who_is_not_concerned_is_told_nothing(
    sending: Flask, trade: Trade, service: Receiver
) -> None:
    with acting():
        other = business("HTX khác")
    _, far = switched_on(sending, other, service, "far")
    issued(owner(trade.minh), greens(trade))
    stop(trade)
    work(sending)
    assert said(far) == []


def test_a_revoked_phone_and_one_switched_off_are_told_no_more(
    sending: Flask, trade: Trade, service: Receiver
) -> None:
    revoked, browser = switched_on(sending, trade.hoa, service, "revoked")
    off, other = switched_on(sending, trade.hoa, service, "off")
    by = (trade.hoa.producer_id, trade.hoa.actor.member_id)
    with acting():
        phones.revoke(trade.hoa.producer_id, UUID(revoked.phone_id), by=by, now=NOW)
    assert off.ask("POST", f"{PATH}/forget", json={}).get_json() == {"is_told": False}
    issued(owner(trade.minh), greens(trade))
    work(sending)
    assert said(browser) == said(other) == []
    with acting():
        assert operations.forget_old(NOW) == 1
    assert kept() == []


def test_a_phone_that_is_gone_is_forgotten_and_many_are_told_in_parts(
    sending: Flask, trade: Trade, service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_PHONES", 2)
    browsers = [switched_on(sending, trade.hoa, service, f"p{number}")[1] for number in range(5)]
    service.answers = [status(410)]
    issued(owner(trade.minh), greens(trade))
    work(sending)
    assert [len(one.taken) for one in browsers] == [1] * 5
    assert len(kept()) == 4


def test_only_a_phone_switches_it_on(sending: Flask, trade: Trade, service: Receiver) -> None:
    told: dict[str, Any] = Browser(service, "x").told()
    client = sending.test_client()
    assert client.post(f"/api/v1{PATH}", json=told).status_code == 401
    assert client.post(f"/api/v1{PATH}/forget").status_code == 401
    assert trade
