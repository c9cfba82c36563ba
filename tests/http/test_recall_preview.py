"""Before a recall is issued: what its figures count, and what they leave out, simply said."""

import re

import pytest
from flask import Flask

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import desk, issued, opened
from tests.rooms.test_recall_cases import acting
from tests.rooms.test_stalls import open_stall, put_on
from tests.trade import Trade
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def told(page: str) -> str:
    """Give the words of the section about what is counted."""
    section = page[page.index("What these figures count") :]
    return re.sub(r"<[^>]+>|\s+", " ", section[: section.index("</section>")])


def in_boxes(trade: Trade) -> None:
    """Hoa packs some of the greens in boxes of which nobody knows the weight."""
    with acting():
        boxes = product(trade.hoa, name="Hộp rau", role="finished", label=LABEL, uom="khay")
        made = batch(trade.hoa, boxes, "H-1", uom="khay")
        taken = line(trade.greens, "18", producer_id=str(trade.minh.producer_id))
        record(trade.hoa, "pack", inputs=[taken], outputs=[line(made, "40", "khay")])


def test_the_officer_reads_what_is_counted_and_what_is_not(
    app: Flask, trade: Trade, office: Business
) -> None:
    code = code_of(trade.minh.producer_id, trade.greens)
    in_boxes(trade)
    with acting():
        to = {"to_site": "Chợ Mơ", "doc_no": "PX-2"}
        record(trade.minh, "ship", inputs=[line(trade.greens, "30")], fields=to)
        codes.set_state(code, CodeState.ACTIVE, actor="traceapp", now=NOW)
    put_on(trade.hoa, open_stall(trade.hoa), code)
    path = f"/desk/batches/{code}/case"
    for page in (desk(app, office, path), desk(app, office, opened(app, office, code))):
        words = told(page)
        for part in (
            *("Lots: 2. Holders who have, had or wait for some: 2, shops among them: 1.",),
            *("250 kg in stock, 30 kg on its way and 0 kg sold: 280 kg, each kilogram once.",),
            *("1 of the lots is of another producer and waits for a second person.",),
            *("40 trays kept in pieces",),
            *("1 shop wrote neither a sale nor a count",),
            *("1 stall sells from these lots loose",),
            *("1 delivery went to a buyer who is not here",),
        ):
            assert part in words, (part, words)
    issued_page = desk(app, office, issued(app, office, code))
    assert "What these figures count" not in issued_page


def test_a_shop_that_counted_as_much_as_it_got_is_not_said_to_have_counted_nothing(
    app: Flask, trade: Trade, office: Business
) -> None:
    path = f"/desk/batches/{code_of(trade.minh.producer_id, trade.greens)}/case"
    assert "1 shop wrote neither a sale nor a count" in told(desk(app, office, path))
    with acting():
        about = [{"producer_id": str(trade.minh.producer_id), "batch_id": str(trade.greens)}]
        counted = {"counted": 118, "counted_unit": "kg"}
        record(trade.hoa, "stock_count", about=about, fields=counted)
    assert "wrote neither a sale nor a count" not in told(desk(app, office, path))


def test_where_the_books_tell_all_it_says_so_and_others_books_stay_theirs(
    app: Flask, trade: Trade, office: Business
) -> None:
    code = code_of(trade.minh.producer_id, trade.greens)
    in_boxes(trade)
    with acting():
        sold = line(trade.greens, "1", producer_id=str(trade.minh.producer_id))
        record(trade.hoa, "sell", inputs=[sold])
    words = told(desk(app, trade.minh, f"/desk/batches/{code}/case"))
    assert "By the books nothing is left out." in words
    assert "180 kg in stock" in words
