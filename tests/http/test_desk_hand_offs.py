"""Two-sided hand-offs at the desk: offers, counting, disputes, agreement, refusals, strangers."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests import builders
from tests.builders import line
from tests.http.on_sale import code_of, finished
from tests.lan import a_picture
from tests.signing_in import form, signed_in
from tests.trade import Trade, numbers_in, tell
from traceapp.audit.models import AuditEntry
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Batch, Event
from traceapp.batches.queries import balance
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

EN = {"Accept-Language": "en"}


@pytest.fixture
def app(make_app: Any) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    made: Flask = make_app()
    return made


@pytest.fixture
def trade(app: Flask) -> Trade:
    with app.app_context():
        made = Trade()
        tell(made.minh, made.ship())
    return made


def desk(app: Flask, who: builders.Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def page_of(trade: Trade) -> str:
    return f"/desk/hand-offs/{trade.ship_id}"


def fill(app: Flask, page: TestResponse, **values: Any) -> dict[str, Any]:
    """Fill in the form of a receipt: what stands hidden or chosen there, and these values."""
    text = page.text
    hidden = dict(
        re.findall(r'type="hidden" name="(id|refusal_id|items\.\d\.batch)" value="([^"]*)"', text)
    )
    chosen = dict(
        re.findall(r'<select[^>]*name="([^"]*)"[^>]*>.*?value="([^"]*)" selected', text, re.DOTALL)
    )
    when = re.findall(
        r'name="event_time"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="event_time"', text
    )
    times = {"event_time": next(a or b for a, b in when)} if when else {}
    return form(app, **{**hidden, **chosen, **times, **values})


def receive(app: Flask, trade: Trade, kg: str, **values: Any) -> TestResponse:
    hoa = desk(app, trade.hoa)
    page = hoa.get(page_of(trade), headers=EN)
    given = fill(app, page, **{"items.0.quantity": kg, **values})
    given.pop("refusal_id", None)
    return hoa.post(f"{page_of(trade)}/receipt", data=given, headers=EN)


def state(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(HandOff.state)).one()


def test_an_offer_stands_in_the_list_and_on_the_first_page(app: Flask, trade: Trade) -> None:
    hoa = desk(app, trade.hoa)
    listed = hoa.get("/desk/hand-offs", headers=EN)
    assert listed.status_code == 200
    assert "Xưởng Minh" in listed.text
    assert "Not confirmed" in listed.text  # it left long before the test runs
    today = hoa.get("/desk", headers=EN)
    assert ", lot CN-1 on" in today.text
    assert page_of(trade) in today.text
    minh = desk(app, trade.minh).get("/desk", headers=EN)
    assert re.search("Quầy Hoa has not confirmed [^<]+, lot CN-1, sent on", minh.text)


def test_the_senders_figure_is_not_shown_before_the_receiver_counted(
    app: Flask, trade: Trade
) -> None:
    hoa = desk(app, trade.hoa)
    for path in (page_of(trade), "/desk/hand-offs", "/desk", "/desk/hand-offs?format=csv"):
        assert "120" not in numbers_in(hoa.get(path, headers=EN).text), path
    sent = desk(app, trade.minh).get(page_of(trade), headers=EN).text
    assert "120 kg" in sent
    assert "120" in numbers_in(sent)


def test_a_match_is_confirmed_with_one_figure(app: Flask, trade: Trade) -> None:
    answer = receive(app, trade, "120")
    assert answer.status_code == 303, answer.text
    assert state(app) == "matched"
    assert "Both sides agree" in desk(app, trade.minh).get(page_of(trade), headers=EN).text


def test_120_against_118_is_disputed_on_both_sides_and_settled_by_a_correction(
    app: Flask, trade: Trade
) -> None:
    assert receive(app, trade, "118", condition="ok", temp_c="4").status_code == 303
    assert state(app) == "disputed"
    for who in (trade.minh, trade.hoa):
        page = desk(app, who).get(page_of(trade), headers=EN).text
        assert "Figures differ" in page
        assert "120 kg" in page
        assert "118 kg" in page
        assert "−2 kg (−1.67%)" in page
        assert "Settle it" in desk(app, who).get("/desk", headers=EN).text
    with app.app_context():
        fixed = trade.ship("118", id=str(new_id()), corrects=str(trade.ship_id))
        tell(trade.minh, fixed)
    assert state(app) == "settled"
    for who in (trade.minh, trade.hoa):
        assert "Figures differ" not in desk(app, who).get(page_of(trade), headers=EN).text
        assert "Settle it" not in desk(app, who).get("/desk", headers=EN).text


def test_either_side_may_agree_with_the_other_and_both_figures_stay(
    app: Flask, trade: Trade
) -> None:
    receive(app, trade, "118")
    minh = desk(app, trade.minh)
    answer = minh.post(f"{page_of(trade)}/acceptance", data=form(app))
    assert answer.status_code == 303
    assert state(app) == "settled"
    page = minh.get(page_of(trade), headers=EN).text
    assert "120 kg" in page
    assert "118 kg" in page
    with app.app_context():
        assert "hand_off.accepted" in set(db.session.scalars(select(AuditEntry.act)))
    again = minh.post(f"{page_of(trade)}/acceptance", data=form(app))
    assert again.status_code == 404


def test_the_correction_of_a_receipt_keeps_its_shipment(app: Flask, trade: Trade) -> None:
    receive(app, trade, "118")
    hoa = desk(app, trade.hoa)
    page = hoa.get(page_of(trade), headers=EN).text
    link = re.search(r'href="(/desk/steps/new\?corrects=[^"]*)"', page)
    assert link is not None
    opened = hoa.get(link[1], headers=EN).text
    assert re.search(rf'value="{trade.ship_id}" selected', opened)


def test_an_empty_or_foolish_figure_is_told_beside_the_field(app: Flask, trade: Trade) -> None:
    for typed, words in (("", "Fill in this field"), ("-3", "negative"), ("many", "not a number")):
        answer = receive(app, trade, typed)
        assert answer.status_code == 422, typed
        assert words in answer.text, typed
        assert 'id="f-items-0-quantity"' in answer.text
    assert state(app) == "on_the_way"


def test_a_unit_that_does_not_fit_is_told(app: Flask, trade: Trade) -> None:
    answer = receive(app, trade, "3", **{"items.0.uom": "lít"})
    assert answer.status_code == 422


def test_the_same_form_sent_twice_is_one_receipt(app: Flask, trade: Trade) -> None:
    hoa = desk(app, trade.hoa)
    given = fill(app, hoa.get(page_of(trade), headers=EN), **{"items.0.quantity": "120"})
    given.pop("refusal_id", None)
    for _ in range(2):
        assert hoa.post(f"{page_of(trade)}/receipt", data=given).status_code in {303, 422}
    with app.app_context():
        receipts = db.session.scalars(select(Event).where(Event.step_kind == "receive")).all()
        assert len(receipts) == 1


@pytest.fixture
def two_lots(app: Flask) -> tuple[Trade, Any]:
    """Minh sent Hoa 120 kg of lot CN-1 and 50 kg of lot CN-2 together."""
    with app.app_context():
        made = Trade()
        with transaction():
            second = builders.batch(made.minh, builders.product(made.minh), "CN-2")
            builders.record(made.minh, "harvest", outputs=[line(second, "300")])
        tell(made.minh, made.ship(inputs=[line(made.greens, "120"), line(second, "50")]))
    return made, second


def arrived(app: Flask) -> dict[str, str | None]:
    """Give what the receiver recorded of each lot."""
    with app.app_context():
        lots = select(Batch.lot, HandOff.received_quantity).where(
            Batch.batch_id == HandOff.batch_id
        )
        return {row.lot: row.received_quantity for row in db.session.execute(lots)}


def test_a_figure_counts_for_its_own_lot_where_another_has_none(
    app: Flask, two_lots: tuple[Trade, Any]
) -> None:
    trade, _second = two_lots
    answer = receive(app, trade, "", **{"items.1.quantity": "50"})
    assert answer.status_code == 303, answer.text
    assert arrived(app) == {"CN-1": None, "CN-2": "50"}


def test_a_form_opened_before_a_colleague_answered_counts_no_lot_for_another(
    app: Flask, two_lots: tuple[Trade, Any]
) -> None:
    trade, _second = two_lots
    hoa = desk(app, trade.hoa)
    typed = {"items.0.quantity": "119", "items.1.quantity": "50"}
    given = fill(app, hoa.get(page_of(trade), headers=EN), **typed)
    given.pop("refusal_id", None)
    with app.app_context():
        tell(trade.hoa, trade.receive("118"))
    answer = hoa.post(f"{page_of(trade)}/receipt", data=given, headers=EN)
    assert answer.status_code == 422
    assert "Somebody answered for this batch meanwhile." in answer.text
    assert arrived(app) == {"CN-1": "118", "CN-2": None}


def test_a_photo_goes_with_the_receipt(app: Flask, trade: Trade) -> None:
    picture = (io.BytesIO(a_picture()), "nhan.png")
    assert receive(app, trade, "120", photo=picture).status_code == 303
    with app.app_context():
        (receipt,) = db.session.scalars(select(Event).where(Event.step_kind == "receive"))
        assert '"photos":["' in receipt.document


def test_a_photo_stays_with_a_receipt_that_is_not_kept_yet(app: Flask, trade: Trade) -> None:
    told = receive(app, trade, "-1", photo=(io.BytesIO(a_picture()), "nhan.png"))
    assert told.status_code == 422
    (sha256,) = re.findall(r'name="photos" value="([0-9a-f]{64})" checked', told.text)
    assert receive(app, trade, "120", photos=sha256).status_code == 303
    with app.app_context():
        (receipt,) = db.session.scalars(select(Event).where(Event.step_kind == "receive"))
        assert sha256 in receipt.document


def test_a_delivery_may_be_refused_with_a_reason(app: Flask, trade: Trade) -> None:
    hoa = desk(app, trade.hoa)
    hidden = fill(app, hoa.get(page_of(trade), headers=EN))["refusal_id"]
    empty = hoa.post(
        f"{page_of(trade)}/refusal", data=form(app, refusal_id=hidden, reason=" "), headers=EN
    )
    assert empty.status_code == 422
    given = form(app, refusal_id=hidden, reason="Rau dập hết")
    assert hoa.post(f"{page_of(trade)}/refusal", data=given).status_code == 303
    assert state(app) == "refused"
    today = desk(app, trade.minh).get("/desk", headers=EN).text
    assert re.search("did not take [^<]+, lot CN-1, sent on", today)
    for side in (hoa, desk(app, trade.minh)):
        assert "Rau dập hết" in side.get(page_of(trade), headers=EN).text  # the reason, as promised
    assert hoa.post(f"{page_of(trade)}/refusal", data=given).status_code == 404


def test_what_was_refused_comes_back_into_the_senders_stock_once(app: Flask, trade: Trade) -> None:
    hoa, minh = desk(app, trade.hoa), desk(app, trade.minh)
    assert "What came back" not in minh.get(page_of(trade), headers=EN).text
    hidden = fill(app, hoa.get(page_of(trade), headers=EN))["refusal_id"]
    refusal = form(app, refusal_id=hidden, reason="Rau dập hết")
    assert hoa.post(f"{page_of(trade)}/refusal", data=refusal).status_code == 303
    assert "What came back" not in hoa.get(page_of(trade), headers=EN).text
    page = minh.get(page_of(trade), headers=EN)
    assert "Quầy Hoa did not take it." in page.text
    assert "Weigh or count what is here again" in page.text
    given = fill(app, page, **{"items.0.quantity": "119", "condition": "ok"})
    given.pop("refusal_id", None)
    answer = minh.post(f"{page_of(trade)}/receipt", data=given, headers=EN)
    assert answer.status_code == 303, answer.text
    assert state(app) == "refused"
    with app.app_context():
        books = balance(trade.minh.producer_id, (trade.minh.producer_id, trade.greens))
    assert (books["returned_in"], books["stock"]) == (Decimal(119), Decimal(299))
    assert "What came back" not in minh.get(page_of(trade), headers=EN).text
    again = given | {"id": str(new_id())}
    assert minh.post(f"{page_of(trade)}/receipt", data=again).status_code == 404


def test_what_was_refused_may_come_back_in_parts_and_both_sides_see_the_rest(
    app: Flask, trade: Trade
) -> None:
    with app.app_context():
        tell(trade.hoa, trade.refuse())
    hoa, minh = desk(app, trade.hoa), desk(app, trade.minh)
    assert "Nothing of it is back yet." in minh.get(page_of(trade), headers=EN).text
    answer = take_back(app, minh, trade, "80")
    assert answer.status_code == 303, answer.text
    for side in (hoa, minh):
        page = side.get(page_of(trade), headers=EN).text
        assert "Back: 80 kg of 120 kg. Still out: 40 kg." in page
    assert "Still out: 40 kg." in minh.get("/desk", headers=EN).text
    assert take_back(app, minh, trade, "40").status_code == 303
    page = minh.get(page_of(trade), headers=EN).text
    assert "Back: 120 kg of 120 kg. Nothing is missing." in page
    assert "This is what came back" not in page
    assert "did not take" not in minh.get("/desk", headers=EN).text
    with app.app_context():
        books = balance(trade.minh.producer_id, (trade.minh.producer_id, trade.greens))
    assert (books["returned_in"], books["stock"]) == (Decimal(120), Decimal(300))


def test_a_part_that_came_back_is_corrected_and_counts_once(app: Flask, trade: Trade) -> None:
    with app.app_context():
        tell(trade.hoa, trade.refuse())
        back = {"outputs": [line(trade.greens, "120")], "ship_event_id": str(trade.ship_id)}
        first = builders.event(trade.minh, "receive", **back)
        tell(trade.minh, first)
    minh = desk(app, trade.minh)
    assert f"/desk/steps/new?corrects={first['id']}" in minh.get(page_of(trade), headers=EN).text
    with app.app_context():
        better = back | {"outputs": [line(trade.greens, "70")], "corrects": first["id"]}
        tell(trade.minh, builders.event(trade.minh, "receive", **better))
    page = minh.get(page_of(trade), headers=EN).text
    assert "Back: 70 kg of 120 kg. Still out: 50 kg." in page


def test_the_same_take_back_sent_twice_is_one(app: Flask, trade: Trade) -> None:
    with app.app_context():
        tell(trade.hoa, trade.refuse())
    minh = desk(app, trade.minh)
    given = fill(app, minh.get(page_of(trade), headers=EN), **{"items.0.quantity": "120"})
    for _ in range(2):
        assert minh.post(f"{page_of(trade)}/receipt", data=given).status_code == 303
    with app.app_context():
        books = balance(trade.minh.producer_id, (trade.minh.producer_id, trade.greens))
    assert books["returned_in"] == Decimal(120)


def take_back(app: Flask, sender: FlaskClient, trade: Trade, kg: str) -> TestResponse:
    given = fill(app, sender.get(page_of(trade), headers=EN), **{"items.0.quantity": kg})
    given.pop("refusal_id", None)
    return sender.post(f"{page_of(trade)}/receipt", data=given, headers=EN)


def test_a_scanned_batch_leads_its_receiver_to_the_delivery(app: Flask) -> None:
    with app.app_context():
        trade = Trade(on_sale=True)
        tell(trade.minh, trade.ship())
        with transaction():
            tung = builders.business("Tùng", kinds=("shop",), role="owner")
        code = code_of(trade.minh.producer_id, trade.greens)
    path = f"/desk/hand-offs/scan?code={code}"
    found = desk(app, trade.hoa).get(path)
    assert (found.status_code, found.location) == (303, page_of(trade))
    assert desk(app, trade.minh).get(path).location == "/desk/hand-offs"
    outsider = desk(app, tung)
    assert outsider.get(path).location == "/desk/hand-offs"
    assert outsider.get("/desk/hand-offs/scan?code=7K3M9QRT2X").location == "/desk/hand-offs"
    assert outsider.get("/desk/hand-offs/scan?code=x").status_code == 400
    assert app.test_client().get(path).location.startswith("/sign-in")


def test_the_page_behind_a_code_shows_its_receiver_the_way(app: Flask) -> None:
    with app.app_context(), transaction():
        code = finished(builders.business("HTX Lan"))
    page = app.test_client().get(f"/B/{code}", headers=EN).text
    assert f'href="/desk/hand-offs/scan?code={code}"' in page


def test_a_receipt_without_its_shipment_waits_in_sight_of_both(app: Flask) -> None:
    with app.app_context():
        trade = Trade()
        tell(trade.hoa, trade.receive("118"))
        (row,) = db.session.scalars(select(HandOff))
        path = f"/desk/hand-offs/{row.event_id}"
    assert "waits for the sender" in desk(app, trade.hoa).get(path, headers=EN).text
    assert "Record the shipment" in desk(app, trade.minh).get(path, headers=EN).text
    assert "Your shipment is not recorded" in desk(app, trade.minh).get("/desk", headers=EN).text


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("q=cai ngot", True),
        ("q=xuong minh", True),
        ("q=cn-1", True),
        ("q=khong co", False),
        ("state=not_confirmed", True),
        ("state=matched", False),
        ("side=incoming", True),
        ("side=outgoing", False),
    ],
)
def test_the_list_searches_and_filters(
    app: Flask, trade: Trade, query: str, *, is_there: bool
) -> None:
    page = desk(app, trade.hoa).get(f"/desk/hand-offs?{query}", headers=EN).text
    assert (page_of(trade) in page) == is_there


def test_the_list_downloads_and_has_an_empty_state(app: Flask, trade: Trade) -> None:
    table = desk(app, trade.minh).get("/desk/hand-offs?format=csv", headers=EN)
    assert table.mimetype == "text/csv"
    assert "CN-1" in table.text
    with app.app_context(), transaction():
        tung = builders.business("Tùng", kinds=("shop",), role="owner")
    assert "Nothing was handed over yet" in desk(app, tung).get("/desk/hand-offs", headers=EN).text


def test_many_states_are_one_list_to_pull_down_on_a_phone(app: Flask, trade: Trade) -> None:
    minh = desk(app, trade.minh)
    listed = minh.get("/desk/hand-offs?state=not_confirmed", headers=EN).text
    assert 'class="chips not-on-phone"' in listed
    assert re.search(r'class="field on-phone">.*?name="state"', listed, re.DOTALL)
    assert '<option value="not_confirmed" selected>' in listed
    assert listed.count('name="state"') == 1  # or the form would send the state twice
    few = minh.get("/desk/products?role=finished", headers=EN).text
    assert 'class="chips"' in few
    assert '<input type="hidden" name="role" value="finished">' in few


def test_a_stranger_finds_nothing(app: Flask, trade: Trade) -> None:
    with app.app_context(), transaction():
        tung = builders.business("Tùng", kinds=("shop",), role="owner")
    outsider = desk(app, tung)
    for path in ("", "/note"):
        assert outsider.get(page_of(trade) + path).status_code == 404
    for path in ("receipt", "refusal", "acceptance", "links", "links/revocation"):
        assert outsider.post(f"{page_of(trade)}/{path}", data=form(app)).status_code == 404


def test_the_receiver_makes_no_links_and_the_sender_receives_nothing(
    app: Flask, trade: Trade
) -> None:
    hoa, minh = desk(app, trade.hoa), desk(app, trade.minh)
    assert hoa.get(f"{page_of(trade)}/note").status_code == 404
    assert hoa.post(f"{page_of(trade)}/links", data=form(app)).status_code == 404
    assert minh.post(f"{page_of(trade)}/refusal", data=form(app, reason="x")).status_code == 404
    note = minh.get(f"{page_of(trade)}/note", headers=EN).text
    assert "120 kg" in note
    assert "<svg" in note
