"""The list of recalls and drills by pages, the history of drills, the way back in a result."""

import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from flask import Flask

from tests.builders import Business, business
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import desk, issued, posted, waiting
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import acting, officer, soup_of
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.recalls import cases
from traceapp.recalls.cases import Suspicion
from traceapp.trace.facts import Ref
from traceapp.web import lists

LINE = '<td data-label="Case number">'


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def test_the_list_is_paged_and_found_with_or_without_accents(
    app: Flask, trade: Trade, office: Business
) -> None:
    greens = Ref(trade.minh.producer_id, trade.greens)
    with acting():
        start = datetime(2026, 11, 1, tzinfo=UTC)
        for number in range(lists.PAGE_SIZE + 2):
            about = Suspicion(greens, "batch", f"Mùi lạ {number}x")
            cases.open_case(officer(office), about, now=start + timedelta(hours=number))
    first = desk(app, office, "/desk/cases")
    assert first.count(LINE) == lists.PAGE_SIZE
    (following,) = re.findall(r'href="(\?[^"]*after=[^"]+)"', first)
    second = desk(app, office, "/desk/cases" + following.replace("&amp;", "&"))
    assert second.count(LINE) == 2
    assert "Mùi lạ 0x" in second
    assert desk(app, office, "/desk/cases?q=mui+la+51x").count(LINE) == 1
    for kind, count in (("recall", lists.PAGE_SIZE), ("drill", 0), ("open", lists.PAGE_SIZE)):
        assert desk(app, office, f"/desk/cases?kind={kind}").count(LINE) == count


def held(app: Flask, trade: Trade, leads: Business, set_apart: str) -> None:
    """Hold a drill to its end, in which its leader sets so much of his 180 kg apart."""
    status, case = posted(app, leads, "/desk/cases/drill")
    assert status == 303
    lots = {"lots.0.batch": str(trade.greens), "lots.0.sold": "0", "lots.0.set_apart": set_apart}
    assert posted(app, leads, case.replace("/cases/", "/recalls/"), **lots)[0] == 303
    assert posted(app, leads, f"{case}/ask", do="close", reason="Xong")[0] == 303
    second = colleague(trade.minh, "owner")
    assert posted(app, second, f"{case}/acts/{waiting(case)}", do="agree")[0] == 303


def test_the_history_of_drills_tells_time_and_what_was_accounted_for_and_draws_the_trend(
    app: Flask, trade: Trade
) -> None:
    leads = colleague(trade.minh, "owner")
    assert "No drill was held yet" in desk(app, leads, "/desk/cases/drills")
    held(app, trade, leads, "90")
    held(app, trade, leads, "180")
    shown = desk(app, leads, "/desk/cases/drills")
    assert shown.count(LINE) == 2
    assert '<svg class="days"' in shown
    rates = [float(one) for one in re.findall(r'"Accounted for">([\d.]+)', shown)]
    assert rates == [100, 50]
    assert desk(app, trade.hoa, "/desk/cases/drills").count(LINE) == 0


def test_a_drill_that_is_over_keeps_its_mark_in_the_list_and_in_the_book(
    app: Flask, trade: Trade
) -> None:
    leads = colleague(trade.minh, "owner")
    held(app, trade, leads, "110")
    listed = desk(app, leads, "/desk/cases")
    assert "Closed" in listed
    assert '<span class="tag amber">DRILL</span>' in listed
    assert "DRILL DT-" in desk(app, leads, "/desk/cases?format=csv")
    assert "DRILL DT-" in desk(app, leads, "/desk/audit")
    assert "DRILL DT-" in desk(app, leads, "/desk/audit?about=drill")


def test_the_result_goes_back_to_the_sources_too(
    app: Flask, trade: Trade, office: Business
) -> None:
    soup = soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens))
    case = issued(app, office, code_of(*soup))
    shown = desk(app, office, case)
    part = shown[shown.index("Back to its sources (1)") :][:600]
    assert "CN-1" in part
    assert "Xưởng Minh" in part
    db.session.rollback()
    with app.app_context():
        paper = signed_in(app, office).get(f"{case}/result.pdf").data
    pages = pypdfium2.PdfDocument(paper)
    text = "".join(one.get_textpage().get_text_range() for one in pages)
    assert "Ngược về nguồn" in text
    assert "CN-1" in text
