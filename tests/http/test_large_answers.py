"""A holder of many lots answers a page at a time; what was sent stays, the next page follows."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.builders import Business
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import desk, issued, office, posted, trade
from tests.http.test_recall_kin import packed
from tests.security.forms import forms_on
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.desk.recalls import recall_views
from traceapp.recalls.case_models import RecallAcknowledgement

__all__ = ["office", "trade"]

BAGS, PAGE = 7, 3
HERE = "/"


@pytest.fixture
def asked(app: Flask, trade: Trade, office: Business, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let Minh hold the greens and bags of them; give where he answers."""
    monkeypatch.setattr(recall_views, "PAGE", PAGE)
    packed(trade, BAGS)
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))
    return case.replace("/cases/", "/recalls/")


def typed(shown: str) -> dict[str, str]:
    """Read the lots of a page as they would be sent."""
    sent = next(one for where, one in forms_on(shown, HERE).items() if where.startswith("?"))
    return {name: value for name, value in sent.items() if name.startswith("lots.")}


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(RecallAcknowledgement)) or 0


def test_each_page_is_kept_and_the_next_follows_until_none_waits(
    app: Flask, trade: Trade, asked: str
) -> None:
    at, sizes = asked, []
    while True:
        shown = desk(app, trade.minh, at)
        sent = typed(shown)
        batches = [name for name in sent if name.endswith(".batch")]
        sizes.append(len(batches))
        status, led = posted(app, trade.minh, at, **sent, note="Kho lạnh")
        assert status == 303
        assert kept() == sum(sizes)
        if led == at:
            break
        assert "Kho lạnh</textarea>" in desk(app, trade.minh, led)
        at = led
    assert sizes == [3, 3, 2]
    assert at.endswith("?from=6")
    assert asked not in desk(app, trade.minh, "/desk")


def test_a_refused_page_keeps_what_was_typed_and_stays_where_it_was(
    app: Flask, trade: Trade, asked: str
) -> None:
    at = f"{asked}?from={PAGE}"
    shown = desk(app, trade.minh, at)
    assert f"Lots 4 to 6 of {BAGS + 1}" in shown
    sent = typed(shown) | {"lots.1.set_apart": "99999", "lots.0.sold": "0.25"}
    status, told = posted(app, trade.minh, at, **sent, note="Kho 2")
    assert (status, kept()) == (422, 0)
    for value in ('value="99999"', 'value="0.25"', "Kho 2</textarea>"):
        assert value in told
    again = typed(told)
    assert {n: v for n, v in again.items() if n.endswith("batch")} == {
        n: v for n, v in sent.items() if n.endswith("batch")
    }


def turning(at: str, sent: dict[str, str], shown: str, first: int) -> dict[str, Any]:
    """Give what a button that turns the page sends."""
    kept = [unescape(one) for one in re.findall(r'name="kept" value="([^"]+)"', shown)]
    assert f'value="turn:{first}"' in shown
    return {**sent, "kept": kept, "do": f"turn:{first}"}


def test_what_was_typed_stays_when_the_page_is_turned_and_is_sent_from_any_page(
    app: Flask, trade: Trade, asked: str
) -> None:
    shown = desk(app, trade.minh, asked)
    sent = typed(shown) | {"lots.1.sold": "0.25", "lots.1.set_apart": "x"}
    sent |= {"note": "Kho lạnh 2"}
    status, third = posted(app, trade.minh, asked, **turning(asked, sent, shown, 6))
    assert (status, kept()) == (200, 0)
    assert "Còn số liệu của 1 lô ở trang khác" in third
    assert "Kho lạnh 2</textarea>" in third
    on_third = typed(third) | {"lots.0.sold": "0.5", "lots.0.set_apart": "0.5"}
    at = f"{asked}?from=6"
    back = turning(at, on_third | {"note": "Kho lạnh 3"}, third, 0)
    status, first = posted(app, trade.minh, at, **back)
    assert (status, kept()) == (200, 0)
    for value in ('value="0.25"', 'value="x"', "Kho lạnh 3</textarea>"):
        assert value in first
    whole = typed(first) | {"lots.1.set_apart": "0.75", "note": "Kho lạnh 3"}
    travelling = turning(at, whole, first, 3) | {"do": ""}
    assert len(travelling["kept"]) == 1
    status, _led = posted(app, trade.minh, asked, **travelling)
    assert status == 303
    assert kept() == PAGE + 1  # the page, and the one lot that was typed on another
    told = desk(app, trade.minh, at)
    assert 'value="0.5"' in told


def test_a_fault_on_a_page_that_is_not_open_shows_that_page_and_loses_nothing(
    app: Flask, trade: Trade, asked: str
) -> None:
    shown = desk(app, trade.minh, asked)
    sent = typed(shown) | {"lots.2.set_apart": "99999"}
    _status, second = posted(app, trade.minh, asked, **turning(asked, sent, shown, 3))
    at = f"{asked}?from=3"
    travelling = turning(at, typed(second), second, 0) | {"do": ""}
    status, told = posted(app, trade.minh, at, **travelling)
    assert (status, kept()) == (422, PAGE)  # the page that was open is sent
    assert 'value="99999"' in told
    assert typed(told)["lots.2.batch"] == sent["lots.2.batch"]
    again = typed(told) | {"lots.2.set_apart": "0"}
    assert posted(app, trade.minh, asked, **again)[0] == 303
    assert kept() == 2 * PAGE


@pytest.mark.parametrize("junk", ["x", "[", "[1,2,3]", '["a","b"]', "[" * 9999, '["a","1","2"]'])
def test_what_never_was_typed_is_no_figure(app: Flask, trade: Trade, asked: str, junk: str) -> None:
    sent = typed(desk(app, trade.minh, asked))
    assert posted(app, trade.minh, asked, **sent, kept=junk)[0] == 303
    assert kept() == PAGE


@pytest.mark.parametrize("start", ["8", "999999999", "-1", "x"])
def test_a_page_that_is_none_is_the_first(app: Flask, trade: Trade, asked: str, start: str) -> None:
    assert f"Lots 1 to 3 of {BAGS + 1}" in desk(app, trade.minh, f"{asked}?from={start}")


def test_few_lots_are_no_pages(app: Flask, trade: Trade, office: Business) -> None:
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))
    assert "What you type stays" not in desk(app, trade.hoa, case.replace("/cases/", "/recalls/"))
