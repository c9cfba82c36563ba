"""Stopping the sale of a lot in one tap: codes, labels, deliveries and holders, and its lifting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import Business, batch, business, event, line, product, record
from tests.http.on_sale import code_of, finished, page
from tests.signing_in import form, signed_in
from tests.trade import Trade, tell
from traceapp.audit.models import AuditEntry
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.database.engine import db
from traceapp.desk.attention import KEPT
from traceapp.findings import attempts
from traceapp.phone import goods
from traceapp.producers import operations as producers
from traceapp.producers.models import Membership
from traceapp.recalls.stops import lifting, stopping
from traceapp.recalls.stops.models import SaleStop
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.languages import pick

UNSAFE = "stop:unsafe"
LOT = "CN-7"
TOLD = f"stopped the sale of lot {LOT}"


@pytest.fixture
def trade(app: Flask) -> Trade:
    """Minh's greens are on sale, and Hoa buys of them."""
    made = Trade()
    with transaction():
        fact = codes.find(finished(made.minh, LOT))
        assert fact is not None
        made.greens = fact.batch_id
        record(made.minh, "harvest", outputs=[line(made.greens, "300")])
    return made


@pytest.fixture
def code(trade: Trade) -> str:
    return code_of(trade.minh.producer_id, trade.greens)


def joined(name: str, **facts: Any) -> Business:
    db.session.rollback()
    with transaction():
        return business(name, **facts)


def colleague(of: Business, role: str = "clerk") -> Business:
    db.session.rollback()
    with transaction():
        member_id = producers.add_member(of.producer_id, {"name": "Chị Tư", "roles": [role]})
    return replace(of, actor=Actor(of.producer_id, member_id))


def posted(app: Flask, who: Business, path: str, **values: Any) -> tuple[int, str]:
    """Send a form at the desk as somebody; give the status and the text."""
    db.session.rollback()
    with app.app_context():
        answer = signed_in(app, who).post(path, data=form(app, **values))
    g.pop(KEPT, None)
    return answer.status_code, answer.text


def stop(app: Flask, who: Business, code: str, reason: str = UNSAFE) -> int:
    return posted(app, who, f"/desk/batches/{code}/stop", reason=reason)[0]


def allow(app: Flask, who: Business, code: str, reason: str = "Đã kiểm tra") -> tuple[int, str]:
    db.session.rollback()
    (stop_id,) = db.session.scalars(select(SaleStop.stop_id).order_by(SaleStop.stopped_at).limit(1))
    path = f"/desk/batches/{code}/allow-sale"
    return posted(app, who, path, stop=str(stop_id), reason=reason)


def desk(app: Flask, who: Business, path: str) -> str:
    db.session.rollback()
    with app.app_context():
        return page(signed_in(app, who), path, language="en")


def state(trade: Trade, batch_id: UUID | None = None) -> CodeState:
    db.session.rollback()
    fact = codes.of_batch(trade.minh.producer_id, batch_id or trade.greens)
    assert fact is not None
    return fact.state


def refusals(by: Business, message: dict[str, Any]) -> set[str]:
    db.session.rollback()
    with transaction():
        verdict = attempts.judge(by.actor, capturing.read(message), now=datetime.now(UTC))
    return {one.rule for one in verdict.findings if one.blocks}


def shopper(client: FlaskClient, code: str, language: str = "vi") -> str:
    return page(client, f"/B/{code}", language=language)


def test_what_was_typed_stays_where_the_sale_may_not_be_allowed_yet(
    app: Flask, trade: Trade, code: str
) -> None:
    assert stop(app, trade.minh, code) == 303
    assert allow(app, trade.minh, code, "Nhầm lô, xin bán lại")[0] == 303
    for reason in ("", "Gọi mãi không ai nghe"):
        status, told = allow(app, trade.minh, code, reason)
        assert status == 422
        assert 'action="/sign-out"' in told
        assert 'role="alert"' in told
        assert reason in told


def test_the_code_says_it_first_who_and_why_in_both_languages(
    app: Flask, client: FlaskClient, trade: Trade, code: str
) -> None:
    assert "Ngừng bán" not in shopper(client, code)
    assert stop(app, trade.minh, code) == 303
    assert state(trade) is CodeState.SALE_STOPPED
    for language in ("vi", "en"):
        text = shopper(client, code, language)
        banner = text[text.index('class="banner') :][:900]
        words = STOP_REASONS[UNSAFE]
        assert "Xưởng Minh" in banner
        assert pick(words.document(), language) in banner
    told = client.get(f"/B/{code}?lang=en", headers={"Accept": "application/json"}).get_json()
    assert told["state"]["state"] == "sale_stopped"
    assert told["state"]["reason"] == STOP_REASONS[UNSAFE].en


def test_each_reason_is_one_tap_on_the_page_for_the_maker_the_shop_and_an_officer(
    app: Flask, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    officer = joined("Chi cục", kinds=("authority",), role="officer")
    for who in (trade.minh, colleague(trade.minh, "owner"), trade.hoa, officer):
        told = desk(app, who, f"/desk/batches/{code}")
        asked = told[told.index("stop-sale") :].partition("</form>")[0]
        assert [one for one in STOP_REASONS if f'name="reason" value="{one}"' in asked] == [
            *STOP_REASONS
        ]
        assert "<details" not in told[: told.index("stop-sale")].rpartition("</details>")[2]
    assert "stop-sale" not in desk(
        app, colleague(trade.minh, "field_worker"), f"/desk/batches/{code}"
    )
    stop(app, trade.minh, code)
    assert "stop-sale" not in desk(app, trade.minh, f"/desk/batches/{code}")


def test_labels_deliveries_sales_and_makings_stop_and_throwing_away_does_not(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    taken: dict[str, Any] = {"inputs": [line(trade.greens, "10")]}
    about: dict[str, Any] = {"about": [{"batch_id": str(trade.greens)}]}
    with transaction():
        other = batch(trade.minh, product(trade.minh), "CN-2")
    made = taken | {"outputs": [line(other, "9")]}
    labels = about | {"fields": {"labels": 1, "net": "1", "net_unit": "kg"}}
    asked = {"ship": taken, "sell": taken, "pack": made, "print_labels": labels}
    for kind, changes in asked.items():
        assert "sale_stopped" in refusals(trade.minh, event(trade.minh, kind, **changes)), kind
    assert not refusals(trade.minh, event(trade.minh, "waste", **taken))
    text = desk(app, trade.minh, f"/desk/batches/{code}/labels")
    assert "The sale of this batch is stopped." in text


def test_whoever_has_some_of_it_is_told_and_may_not_sell_it(
    app: Flask, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    assert TOLD not in desk(app, trade.hoa, "/desk")
    stop(app, trade.minh, code)
    assert f"Xưởng Minh {TOLD}" in desk(app, trade.hoa, "/desk")
    sale = event(trade.hoa, "sell", inputs=[line(trade.greens, "1", **of_minh(trade))])
    assert refusals(trade.hoa, sale) == {"sale_stopped"}
    assert "Stop its sale now" in desk(app, trade.hoa, f"/desk/batches/{code}")


def test_whoever_only_waits_for_it_reads_it_today_in_the_list_and_on_the_delivery(
    app: Flask, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    delivery = f"/desk/hand-offs/{trade.ship_id}"
    assert "Sale stopped" not in desk(app, trade.hoa, "/desk/hand-offs")
    stop(app, trade.minh, code)
    today = desk(app, trade.hoa, "/desk")
    assert f"Xưởng Minh {TOLD}" in today
    assert "Some of it is on its way to you." in today
    assert f'href="{delivery}"' in today[today.index(TOLD) :][:600]
    for side in (trade.hoa, trade.minh):
        assert "Sale stopped" in desk(app, side, "/desk/hand-offs")
        assert f"Xưởng Minh {TOLD}" in desk(app, side, delivery)
    assert "You may receive it and set it apart" in desk(app, trade.hoa, delivery)
    assert "Sale stopped" in desk(app, trade.hoa, "/desk/hand-offs?format=csv")
    tell(trade.hoa, trade.receive())
    assert "on its way to you" not in desk(app, trade.hoa, "/desk")
    allow(app, colleague(trade.minh), code)
    assert "Sale stopped" not in desk(app, trade.hoa, delivery)
    assert TOLD not in desk(app, trade.hoa, "/desk")


def test_an_officers_stop_is_read_by_who_sent_all_of_it_and_what_others_made_of_it_is_marked(
    app: Flask, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    with transaction():
        theirs = batch(trade.hoa, product(trade.hoa), "HOA-1")
    taken = line(trade.greens, "5", **of_minh(trade))
    tell(trade.hoa, event(trade.hoa, "pack", inputs=[taken], outputs=[line(theirs, "5")]))
    lan = joined("Quán Lan", kinds=("shop",))
    fields = {"to_site": str(lan.site_id), "doc_no": "PX-8"}
    sent = event(trade.hoa, "ship", inputs=[line(theirs, "5")], fields=fields)
    tell(trade.hoa, sent)
    stop(app, joined("Chi cục", kinds=("authority",), role="officer"), code)
    assert f"Chi cục {TOLD}" in desk(app, trade.minh, "/desk")
    assert "Your lot HOA-1 was made from it." in desk(app, lan, "/desk")
    told = desk(app, lan, f"/desk/hand-offs/{sent['id']}")
    assert "whose sale Chi cục stopped" in told
    assert "These goods may be sold." in told


def of_minh(trade: Trade) -> dict[str, str]:
    return {"producer_id": str(trade.minh.producer_id)}


def test_a_shop_stops_its_own_sale_of_anothers_goods_and_their_producer_is_told(
    app: Flask, client: FlaskClient, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    assert stop(app, trade.hoa, code, "stop:complaint") == 303
    sale = event(trade.hoa, "sell", inputs=[line(trade.greens, "1", **of_minh(trade))])
    assert refusals(trade.hoa, sale) == {"sale_stopped"}
    assert not refusals(trade.minh, event(trade.minh, "sell", inputs=[line(trade.greens, "1")]))
    assert state(trade) is CodeState.ACTIVE
    assert "Quầy Hoa" not in shopper(client, code).partition("<main")[2][:600]
    assert f"Quầy Hoa {TOLD}" in desk(app, trade.minh, "/desk")


def test_what_the_producer_made_of_it_stops_too_and_what_others_made_does_not(
    app: Flask, trade: Trade, code: str
) -> None:
    db.session.rollback()
    with transaction():
        own = batch(trade.minh, product(trade.minh), "GÓI-1")
        record(
            trade.minh,
            "pack",
            inputs=[line(trade.greens, "20")],
            outputs=[line(own, "20")],
        )
        theirs = batch(trade.hoa, product(trade.hoa), "HOA-1")
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    taken = line(trade.greens, "5", **of_minh(trade))
    tell(trade.hoa, event(trade.hoa, "pack", inputs=[taken], outputs=[line(theirs, "5")]))
    stop(app, trade.minh, code)
    assert "sale_stopped" in refusals(
        trade.minh, event(trade.minh, "sell", inputs=[line(own, "1")])
    )
    assert not refusals(trade.hoa, event(trade.hoa, "sell", inputs=[line(theirs, "1")]))
    assert TOLD in desk(app, trade.hoa, "/desk")


def test_only_a_second_person_allows_its_sale_again_and_the_reason_stays(
    app: Flask, client: FlaskClient, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    assert allow(app, trade.hoa, code)[0] == 404
    assert allow(app, colleague(trade.minh), code, "Mẫu lưu vẫn tốt")[0] == 303
    assert state(trade) is CodeState.ACTIVE
    assert "Mẫu lưu vẫn tốt" in desk(app, trade.minh, f"/desk/batches/{code}")
    assert not refusals(trade.minh, event(trade.minh, "sell", inputs=[line(trade.greens, "1")]))
    assert allow(app, colleague(trade.minh), code)[0] == 404  # it is over
    acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {"sale.stopped", "sale.allowed"} <= acts


def asked(by: Business, code: str, *, minutes: int) -> None:
    """Ask so many minutes ago to allow the sale of a lot again."""
    db.session.rollback()
    fact, stop_id = codes.find(code), db.session.scalars(select(SaleStop.stop_id)).one()
    assert fact is not None
    batch = Ref(by.producer_id, fact.batch_id)
    who = stopping.Actor(Ref(by.producer_id, by.actor.member_id), is_authority=False)
    db.session.rollback()
    with transaction():
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        assert not lifting.lift(batch, stop_id, who, "Bấm nhầm", now=at)


def test_whoever_tapped_by_mistake_asks_colleagues_and_officers(
    app: Flask, trade: Trade, code: str
) -> None:
    office = joined("Chi cục", kinds=("authority",), role="officer")
    stop(app, trade.minh, code)
    at_page = desk(app, trade.minh, f"/desk/batches/{code}")
    assert "Ask to allow its sale again" in at_page
    asks = "asks to allow the sale of lot CN-7 again"
    assert asks not in desk(app, office, "/desk")
    assert allow(app, trade.minh, code, "Bấm nhầm lô")[0] == 303
    assert state(trade) is CodeState.SALE_STOPPED
    for second in (office, colleague(trade.minh)):
        assert asks in desk(app, second, "/desk")
    assert asks not in desk(app, trade.hoa, "/desk")
    assert asks not in desk(app, trade.minh, "/desk")
    told = desk(app, trade.minh, f"/desk/batches/{code}")
    assert "Bấm nhầm lô" in told
    assert "you may allow it alone from" in told
    assert "/allow-sale" not in told  # nothing is typed that would be refused
    status, text = allow(app, trade.minh, code)
    assert status == 422
    assert "một mình" in text
    assert state(trade) is CodeState.SALE_STOPPED
    assert allow(app, office, code)[0] == 303
    assert asks not in desk(app, office, "/desk")


@pytest.mark.parametrize(("minutes", "status"), [(29, 422), (31, 303)])
def test_where_nobody_answers_for_half_an_hour_whoever_asked_goes_on_alone(
    app: Flask, trade: Trade, code: str, minutes: int, status: int
) -> None:
    stop(app, trade.minh, code)
    asked(trade.minh, code, minutes=minutes)
    told = "Nobody answered for 30 minutes" in desk(app, trade.minh, f"/desk/batches/{code}")
    assert told is (status == 303)
    assert allow(app, trade.minh, code, "Đã gọi cán bộ, không ai nghe")[0] == status
    assert (state(trade) is CodeState.ACTIVE) is (status == 303)


def test_a_colleague_who_does_not_agree_stops_it_once_more_and_nobody_lifts_that_alone(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    other = colleague(trade.minh)
    assert "stop-sale" not in desk(app, other, f"/desk/batches/{code}")
    asked(trade.minh, code, minutes=31)
    assert "stop-sale" in desk(app, other, f"/desk/batches/{code}")
    assert stop(app, other, code) == 303
    assert stop(app, other, code) == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SaleStop)) == 2
    assert allow(app, trade.minh, code)[0] == 303
    assert state(trade) is CodeState.SALE_STOPPED


def test_nobody_goes_on_alone_after_a_check_that_failed(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    asked(trade.minh, code, minutes=31)
    other = colleague(trade.minh)
    about = {
        "about": [{"batch_id": str(trade.greens)}],
        "event_time": datetime.now(UTC).isoformat(),
    }
    tell(other, event(other, "inspect", fields={"scope": "mùi", "result": "fail"}, **about))
    status, text = allow(app, trade.minh, code)
    assert status == 422
    assert "không đạt" in text
    assert state(trade) is CodeState.SALE_STOPPED


def test_two_sign_ins_with_one_telephone_are_one_person(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    db.session.rollback()
    with transaction():
        given = {"name": "Minh", "roles": ["clerk"], "phone": "+84 912 345 678"}
        member_id = producers.add_member(trade.minh.producer_id, given)
        db.session.get_one(
            Membership, (trade.minh.producer_id, trade.minh.actor.member_id)
        ).phone = "0912 345 678"
    twice = replace(trade.minh, actor=Actor(trade.minh.producer_id, member_id))
    assert allow(app, twice, code)[0] == 303  # asks, as who stopped it would
    assert state(trade) is CodeState.SALE_STOPPED
    assert allow(app, twice, code)[0] == 422
    assert allow(app, colleague(trade.minh), code)[0] == 303
    assert state(trade) is CodeState.ACTIVE


def test_the_phone_of_whoever_has_it_knows_that_it_may_not_be_sold(
    app: Flask, trade: Trade, code: str
) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    stop(app, trade.minh, code)
    db.session.rollback()
    (told,) = goods.batches(trade.hoa.producer_id)
    assert told["held"]
    assert told["held_because"] == STOP_REASONS[UNSAFE].document()


def test_whoever_stopped_it_may_allow_it_once_somebody_else_recorded_a_passed_check(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    about = {
        "about": [{"batch_id": str(trade.greens)}],
        "event_time": datetime.now(UTC).isoformat(),
    }
    by_self = event(trade.minh, "inspect", fields={"scope": "mùi", "result": "pass"}, **about)
    tell(trade.minh, by_self)
    assert allow(app, trade.minh, code)[0] == 303  # asks
    assert allow(app, trade.minh, code)[0] == 422
    other = colleague(trade.minh)
    failed = event(other, "inspect", fields={"scope": "mùi", "result": "fail"}, **about)
    tell(other, failed)
    assert allow(app, trade.minh, code)[0] == 422
    tell(other, event(other, "inspect", fields={"scope": "mùi", "result": "pass"}, **about))
    assert allow(app, trade.minh, code)[0] == 303
    assert state(trade) is CodeState.ACTIVE


def test_an_officer_stops_any_lot_and_its_producer_cannot_undo_that(
    app: Flask, trade: Trade, code: str
) -> None:
    office = joined("Chi cục An toàn thực phẩm", kinds=("authority",), role="officer")
    assert stop(app, office, code, "stop:supplier") == 303
    assert state(trade) is CodeState.SALE_STOPPED
    assert allow(app, colleague(trade.minh, "owner"), code)[0] == 404
    assert allow(app, colleague(office, "officer"), code)[0] == 303
    assert state(trade) is CodeState.ACTIVE


def test_a_second_tap_changes_nothing_and_a_stranger_or_a_field_worker_may_not(
    app: Flask, trade: Trade, code: str
) -> None:
    stranger = joined("HTX Khác")
    assert stop(app, stranger, code) == 404
    assert stop(app, trade.hoa, code) == 404  # has none of it
    assert stop(app, colleague(trade.minh, "field_worker"), code) == 404
    assert stop(app, trade.minh, code, "nonsense") == 422
    assert stop(app, trade.minh, code) == 303
    assert stop(app, trade.minh, code) == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SaleStop)) == 1


def test_goods_that_a_rule_holds_are_on_hold_when_their_sale_is_allowed(
    app: Flask, trade: Trade, code: str
) -> None:
    stop(app, trade.minh, code)
    sprayed = {"plot_id": str(trade.minh.plot_id), "event_time": "2026-11-20T05:00:00+07:00"}
    told_late = {"product": "Abamectin", "phi_days": 7}
    tell(trade.minh, event(trade.minh, "spray", fields=told_late, **sprayed))
    assert state(trade) is CodeState.SALE_STOPPED
    assert allow(app, colleague(trade.minh), code)[0] == 303
    assert state(trade) is CodeState.HELD
