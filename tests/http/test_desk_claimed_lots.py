"""At the desk nobody reads the lot of goods that he only says to have received."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import builders
from tests.builders import Business, line
from tests.http.programs import API
from tests.signing_in import signed_in, token_of
from tests.trade import Trade, tell, words_in
from traceapp.phone import goods
from traceapp.web.endpoints import transaction

LOT = "KIN-7788"
EN = {"Accept-Language": "en"}


@pytest.fixture
def app(make_app: Any) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    made: Flask = make_app()
    return made


@pytest.fixture
def trade(app: Flask) -> Trade:
    """Hoa says that she received 30 kg of Minh's loose greens; nobody sent her any."""
    with app.app_context():
        made = Trade()
        with transaction():
            made.greens = builders.batch(made.minh, builders.product(made.minh, name="Kín"), LOT)
            builders.record(made.minh, "harvest", outputs=[line(made.greens, "300")])
        tell(made.hoa, made.receive("30", ship_event_id=None))
    return made


def desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def pages(app: Flask, trade: Trade, who: Business) -> Iterator[str]:
    """Give what the desk and a phone tell of the goods that somebody has in hand."""
    reader = desk(app, who)
    batch = f"/desk/batches/{trade.greens}"
    for path in ("/desk/batches", "/desk/batches?format=csv", batch, "/desk/steps"):
        answer = reader.get(path, headers=EN)
        assert answer.status_code == 200, path
        yield answer.text
    choices = reader.get("/desk/steps/new?kind=ship", headers=EN).text
    yield re.sub(r"<input[^>]*>", "", choices)
    with app.app_context():
        yield str(goods.batches(who.producer_id))


def finds(app: Flask, who: Business, path: str) -> bool:
    return "Kín" in desk(app, who).get(f"{path}?q={LOT}", headers=EN).text


def test_the_lot_of_claimed_goods_is_nowhere_told(app: Flask, trade: Trade) -> None:
    for text in pages(app, trade, trade.hoa):
        assert LOT not in text
        assert "Kín" in text
    assert not finds(app, trade.hoa, "/desk/batches")
    assert not finds(app, trade.hoa, "/desk/steps")


def test_who_tries_to_sell_more_than_she_says_to_have_is_not_told_the_lot(
    app: Flask, trade: Trade
) -> None:
    says = line(trade.greens, "90", producer_id=str(trade.minh.producer_id))
    sale = builders.event(trade.hoa, "sell", inputs=[says])
    with app.app_context():
        headers = token_of(trade.hoa)
    answer = app.test_client().post(f"{API}/attempts", json=sale, headers=headers)
    (over,) = answer.get_json()["findings"]
    assert over["message"].startswith("Lô …: ")


def test_a_friend_to_whom_she_sends_them_on_reads_it_no_more(app: Flask, trade: Trade) -> None:
    with app.app_context():
        with transaction():
            friend = builders.business("Bà Tư", kinds=("shop",))
        says = line(trade.greens, "5", producer_id=str(trade.minh.producer_id))
        fields = {"to_site": str(friend.site_id), "doc_no": "X-1"}
        sent = tell(trade.hoa, builders.event(trade.hoa, "ship", inputs=[says], fields=fields))
    today = desk(app, friend).get("/desk", headers=EN).text
    note = desk(app, trade.hoa).get(f"/desk/hand-offs/{sent}/note", headers=EN)
    assert note.status_code == 200
    for text in (today, note.text):
        assert LOT not in text
        assert "Kín" in text
        assert "None" not in words_in(text)


def test_once_the_goods_were_sent_to_her_she_reads_it(app: Flask, trade: Trade) -> None:
    with app.app_context():
        tell(trade.minh, trade.ship())
    for text in pages(app, trade, trade.hoa):
        assert LOT in text
    assert finds(app, trade.hoa, "/desk/batches")
    assert finds(app, trade.hoa, "/desk/steps")


def test_an_authority_reads_every_lot(app: Flask, trade: Trade) -> None:
    with app.app_context(), transaction():
        office = builders.business("Chi cục", kinds=("authority",), role="officer")
    assert finds(app, office, "/desk/batches")
    assert LOT in desk(app, office).get(f"/desk/batches/{trade.greens}", headers=EN).text
