"""Under Today a holder reads for a week that a recall ended or let his lots go."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.builders import Business
from tests.http.test_desk_cases import code, desk, issued, office, posted, trade
from tests.http.test_past_recalls import agree, let_go
from tests.rooms.test_recall_cases import soup_of
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.desk.recalls.recall_words import TOLD_FOR
from traceapp.recalls.notices import endings
from traceapp.trace.facts import Ref

__all__ = ["code", "office", "trade"]

TOLD = {
    "close": "Chi cục closed recall",
    "release": "Chi cục released all goods of recall",
    "narrow": "Chi cục let lots that you have or had go from recall",
}


def today(app: Flask, who: Business) -> set[str]:
    shown = desk(app, who, "/desk")
    return {kind for kind, words in TOLD.items() if words in shown}


@pytest.mark.parametrize("kind", ["close", "release"])
def test_the_end_is_told_to_who_has_the_goods_and_to_nobody_else(
    app: Flask, trade: Trade, office: Business, code: str, kind: str
) -> None:
    case = issued(app, office, code)
    assert today(app, trade.hoa) == set()
    posted(app, office, f"{case}/ask", do=kind, reason="Xong")
    agree(app, office, case, kind)
    assert today(app, trade.hoa) == today(app, trade.minh) == {kind}
    assert case.replace("/cases/", "/recalls/") in desk(app, trade.hoa, "/desk")
    assert today(app, office) == set()
    desk(app, trade.hoa, case.replace("/cases/", "/recalls/"))


def test_it_is_told_for_a_week(app: Flask, trade: Trade, office: Business, code: str) -> None:
    case = issued(app, office, code)
    posted(app, office, f"{case}/ask", do="close", reason="Xong")
    agree(app, office, case, "close")
    db.session.rollback()
    ended = datetime.now(UTC)
    (one,) = endings.lately(trade.hoa.producer_id, ended - TOLD_FOR)
    assert (one.kind, one.actor) == ("close", "Chi cục")
    assert endings.lately(trade.hoa.producer_id, ended) == []


def test_who_had_a_lot_that_was_let_go_is_told(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    case = issued(app, office, code)
    soup = soup_of(trade.minh, Ref(trade.minh.producer_id, trade.greens))
    let_go(app, office, case, soup)
    assert today(app, trade.minh) == {"narrow"}
    assert today(app, trade.hoa) == set()
