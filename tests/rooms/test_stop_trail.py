"""Whoever stopped a sale reads who was told of it, by which way, and whether it arrived."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import Business, business, line, record
from tests.http.on_sale import code_of, page
from tests.rooms.test_recall_cases import acting, greens, issued, officer, owner, soup_of
from tests.rooms.test_recall_messages import agreed, hooked
from tests.rooms.test_recall_reminders import post, sending, trade
from tests.rooms.test_recall_trail import office, refusing
from tests.rooms.test_recall_trail import seen as letters_of
from tests.rooms.test_stops_told import SOON, allow, stop
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.producers.models import Producer
from traceapp.recalls.notices import letter_trail, message_trail
from traceapp.recalls.notices.letter_trail import Fate
from traceapp.recalls.stops.models import SaleStop
from traceapp.trace.facts import Ref

__all__ = ["office", "post", "refusing", "sending", "trade"]


@pytest.fixture
def kitchen(trade: Trade) -> Business:
    """A kitchen without address that waits for soup which Hoa made of the greens."""
    soup = soup_of(trade.hoa, greens(trade))
    with acting():
        made = business("Bếp Tư", kinds=("shop",))
        db.session.get_one(Producer, made.producer_id).email = None
        to = {"to_site": str(made.site_id), "doc_no": "PX-7"}
        record(trade.hoa, "ship", inputs=[line(soup.id, "5")], fields=to)
    return made


def work(app: Flask) -> None:
    db.session.rollback()
    Runner(app, lambda: SOON).run_due()


def seen(app: Flask, who: Business, trade: Trade, language: str = "en") -> str:
    code = code_of(trade.minh.producer_id, trade.greens)
    db.session.rollback()
    with app.app_context():
        return page(signed_in(app, who), f"/desk/batches/{code}", language=language)


def last_stop() -> Ref:
    db.session.rollback()
    row = db.session.scalars(select(SaleStop).order_by(SaleStop.stopped_at.desc())).first()
    assert row is not None
    return Ref(row.producer_id, row.stop_id)


@pytest.mark.usefixtures("refusing", "kitchen")
def test_who_stopped_reads_who_was_told_and_who_was_not_reached(
    sending: Flask, trade: Trade, office: Business
) -> None:
    hooked(trade.hoa)
    stop(greens(trade), owner(trade.minh))
    assert "is being told now" in seen(sending, trade.minh, trade)
    work(sending)
    told = seen(sending, trade.minh, trade)
    assert "is being told now" not in told
    assert "Letters to holders (2)" in told
    assert "not taken: the mail server refuses their address (550)" in told
    assert "Message to their program: " in told
    assert "Last: the stopped sale" in told
    assert "Quầy Hoa" in told
    assert told.index("Letters to holders") < told.index("Why may it be sold again?")
    assert "Bếp Tư" not in told  # it has what Hoa made
    assert "by others: 1, not reached: 1" in told
    told = seen(sending, office, trade)
    assert "Bếp Tư" in told
    assert "No e-mail address is known." in told
    assert "Letters to holders" not in seen(sending, trade.hoa, trade)


@pytest.mark.usefixtures("kitchen")
def test_what_arrived_is_told_and_so_is_the_end(sending: Flask, trade: Trade) -> None:
    hooked(trade.hoa)
    stop(greens(trade), owner(trade.minh))
    work(sending)
    ref = last_stop()
    fates = {str(one.holder.vi): one.fate for one in letter_trail.last_of_each(ref)}
    assert fates == {"Quầy Hoa": Fate.DELIVERED, "Bếp Tư": Fate.NO_ADDRESS}
    assert [one.holder.vi for one in message_trail.last_of_each(ref)] == ["Quầy Hoa"]
    with acting():
        office = business("Chi cục khác", kinds=("authority",), role="officer")
    allow(greens(trade), officer(office))
    work(sending)
    kinds = {one.kind for one in letter_trail.last_of_each(ref)}
    assert kinds == {"allowed"}
    assert "Last: the sale allowed again" in seen(sending, trade.minh, trade)


def test_a_shops_own_stop_is_told_to_the_producer_and_the_shop_reads_it(
    sending: Flask, trade: Trade
) -> None:
    stop(greens(trade), owner(trade.hoa))
    work(sending)
    told = seen(sending, trade.hoa, trade)
    assert "Letters to holders (1)" in told
    assert "Letter: taken by the mail server" in told
    assert "Letters to holders" not in seen(sending, trade.minh, trade)


@pytest.mark.usefixtures("refusing", "kitchen")
def test_a_producer_who_leads_a_recall_is_not_told_who_has_what_others_made(
    sending: Flask, trade: Trade, office: Business
) -> None:
    case = issued(owner(trade.minh), greens(trade))
    agreed(case, trade, office)
    work(sending)
    told, whole = (letters_of(sending, one, case) for one in (trade.minh, office))
    assert "Bếp Tư" not in told
    assert "by others: 1, not reached: 1" in told
    assert "Bếp Tư" in whole
