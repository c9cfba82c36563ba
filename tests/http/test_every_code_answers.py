"""Every code that was ever minted answers with its page, whatever became of it or of its makers.

One table of all that may become of a code; each is walked in both languages, under every address
that a label of it may carry. A state of the code that is not in the table makes this red.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import LABEL, PLACE, Business, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import PICTURE, TEA, code_of, finished
from traceapp.accounts import phones
from traceapp.admission import erasure
from traceapp.batches import operations as batches
from traceapp.batches.models import Product
from traceapp.batches.operations import Actor
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import BatchCode
from traceapp.phone import reserve
from traceapp.producers import archiving
from traceapp.producers import operations as producers
from traceapp.producers.models import Producer
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation outside any context: the readers are nobody who writes."""
    return make_app()


NAME, LOT = "Trà nõn", "TR-01"
OFFICE = "Chi cục Hà Nội"


def sold(role: str = "owner", **changes: object) -> tuple[Business, str]:
    """A batch on sale of a product with a GTIN, so that both kinds of address lead to it."""
    lan = business("HTX Lan", role=role)
    return lan, finished(lan, LOT, name=NAME, gtin=TEA, **changes)


def in_state(state: CodeState, reason: str | None = None) -> Callable[[], str]:
    def make() -> str:
        _, code = sold()
        codes.set_state(code, state, actor=OFFICE, now=datetime.now(UTC), reason=reason)
        return code

    return make


def expired() -> str:
    return sold(expiry_date="2026-11-22")[1]


def bound_only() -> str:
    """Nobody has recorded anything of the batch yet."""
    lan = business("HTX Lan")
    goods = product(lan, name=NAME, role="finished", label=LABEL, photo_sha256=PICTURE, gtin=TEA)
    return code_of(lan.producer_id, batch(lan, goods, LOT, expiry_date="2126-11-26"))


def not_let_in() -> str:
    """The record is complete, and the producer was not let in."""
    lan = business("HTX Lan")
    producer_id = producers.register_producer(
        {
            **PLACE,
            "name": "Hộ Tư",
            "legal_form": "hộ kinh doanh",
            "kinds": ["farm"],
            "street": "Thôn 2",
        },
        now=datetime.now(UTC),
    )
    site_id = producers.add_site(producer_id, {**PLACE, "name": "Vườn", "kind": "field"})
    plot_id = producers.add_plot(
        producer_id, {"site_id": str(site_id), "name": "Thửa 1", "household_number": 1}
    )
    member_id = producers.add_member(producer_id, {"name": "Tư", "roles": ["owner"]})
    tu = Business(producer_id, site_id, plot_id, Actor(producer_id, member_id))
    code = finished(tu, LOT, name=NAME, gtin=TEA)
    by = (lan.producer_id, lan.actor.member_id)
    now = datetime.now(UTC)
    producers.decide_admission(producer_id, admitted=False, by=by, reason="x", now=now)
    return code


def held_by_a_phone() -> str:
    """Minted for a phone, and bound to no batch that any server has heard of."""
    lan, now = business("HTX Lan", role="owner"), datetime.now(UTC)
    member = (lan.producer_id, lan.actor.member_id)
    phone_id = new_id()
    made = phones.enrol(phones.invite(member, by=member, now=now).secret, phone_id, "A05", now=now)
    assert made is not None
    code = reserve.all_free((lan.producer_id, phone_id), now=now)[0]
    phones.revoke(lan.producer_id, phone_id, by=member, now=now)  # what it gave out stays
    return code


def moved() -> str:
    lan, code = sold()
    old = finished(lan, "TR-00", name=NAME)
    codes.move(old, code, actor="x", now=datetime.now(UTC))
    return old


def renamed() -> str:
    lan, code = sold()
    db.session.get_one(Producer, lan.producer_id).name = "HTX Lan Mới"
    return code


def of_an_erased_person() -> str:
    lan, code = sold("clerk")
    boss = producers.add_member(lan.producer_id, {"name": "Bà Chủ", "roles": ["owner"]})
    by, now = (lan.producer_id, boss), datetime.now(UTC)
    erasure.erase(by, lan.actor.member_id, now=now)
    return code


def put_away() -> str:
    lan, code = sold()
    row = db.session.query(Product).filter_by(gtin=TEA).one()
    by = (lan.producer_id, lan.actor.member_id)
    archiving.put_away(by, row, "product", now=datetime.now(UTC))
    return code


def corrected() -> str:
    """The only step of the batch was taken back by a correction."""
    lan = business("HTX Lan")
    goods = product(lan, name=NAME, role="finished", label=LABEL, photo_sha256=PICTURE, gtin=TEA)
    made = batch(lan, goods, LOT, expiry_date="2126-11-26")
    done = record(lan, "harvest", outputs=[line(made, "12.5")], plot_id=str(lan.plot_id))
    outputs = [line(made, "11")]
    corrects = str(done.event_id)
    record(lan, "harvest", outputs=outputs, plot_id=str(lan.plot_id), corrects=corrects)
    return code_of(lan.producer_id, made)


NOT_YET = ("Mã này chưa được đưa vào dùng", "This code is not in use yet")
# What became of a code: how, what its page says first in each language, whether it tells origin.
WAYS: dict[str, tuple[Callable[[], str], tuple[str, str], bool]] = {
    "active": (in_state(CodeState.ACTIVE), (NAME, NAME), True),
    "not_activated": (bound_only, NOT_YET, False),
    "held": (
        in_state(CodeState.HELD, "chờ"),
        ("Lô hàng này đang bị giữ lại", "This batch is being held back"),
        True,
    ),
    "sale_stopped": (
        in_state(CodeState.SALE_STOPPED),
        (f"{OFFICE} ngừng bán lô hàng này", f"Sale stopped by {OFFICE}"),
        True,
    ),
    "expired": (
        expired,
        ("Đã quá hạn sử dụng 22/11/2026", "Past its use-by date 22/11/2026"),
        True,
    ),
    "suspended": (
        in_state(CodeState.SUSPENDED, "x"),
        (f"{OFFICE} tạm dừng", f"Suspended by {OFFICE}"),
        True,
    ),
    "recalled": (
        in_state(CodeState.RECALLED, "x"),
        (f"{OFFICE} thu hồi lô hàng này", f"Recalled by {OFFICE}"),
        True,
    ),
    "voided": (
        in_state(CodeState.VOIDED),
        ("Tem này đã bị hủy", "This label was cancelled"),
        False,
    ),
    "moved": (moved, (NAME, NAME), True),
    "not let in": (not_let_in, NOT_YET, False),
    "held by a phone": (held_by_a_phone, NOT_YET, False),
    "renamed producer": (renamed, ("HTX Lan Mới", "HTX Lan Mới"), True),
    "erased person": (of_an_erased_person, (NAME, NAME), True),
    "product put away": (put_away, (NAME, NAME), True),
    "corrected": (corrected, (NAME, NAME), True),
}


def test_the_table_holds_every_state_of_a_code() -> None:
    assert {state.value for state in CodeState} <= WAYS.keys()


@pytest.mark.parametrize("way", WAYS)
def test_a_code_always_answers_with_its_page(app: Flask, way: str) -> None:
    make, words, tells_origin = WAYS[way]
    with app.app_context(), transaction():
        code = make()
    readable = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    addresses = [f"/B/{code}", f"/b/{code.lower()}/", f"/B/{code}/21/X1", f"/B/{code}/chain"]
    if way not in {"held by a phone", "moved"}:
        addresses.append(f"/01/{TEA}/10/{LOT}")
    for language, said in zip(("vi", "en"), words, strict=True):
        reader = app.test_client()
        for address in addresses:
            for turn in ("made", "kept"):
                headers = {"Accept-Language": language}
                answer = reader.get(address, headers=headers, follow_redirects=True)
                assert answer.status_code == 200, (address, turn)
                assert f'<html lang="{language}">' in answer.text
                assert said in answer.text, (address, language)
                if way != "moved" and not (tells_origin and "/chain" in address):
                    assert readable in answer.text, address
                assert (NAME in answer.text) == tells_origin, (address, turn)
        assert reader.get(f"/B/{code}/report").status_code == 200


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"moved"}))
def test_a_program_reads_the_same_state(app: Flask, way: str) -> None:
    make, _, tells_origin = WAYS[way]
    with app.app_context(), transaction():
        code = make()
    answer = app.test_client().get(f"/B/{code}", headers={"Accept": "application/json"})
    told = answer.get_json()
    assert answer.status_code == 200
    assert told["code"] == code
    expected = way if way in set(CodeState) else "active" if tells_origin else "not_activated"
    assert told["state"]["state"] == expected
    assert ("product" in told) == tells_origin


def test_a_code_of_a_phone_shows_the_batch_as_soon_as_it_is_given_to_one(app: Flask) -> None:
    with app.app_context(), transaction():
        code = held_by_a_phone()
    assert NOT_YET[1] in page(app, code)
    with app.app_context(), transaction():
        _bind(code)
    assert NAME in page(app, code)


def page(app: Flask, code: str) -> str:
    return app.test_client().get(f"/B/{code}", headers={"Accept-Language": "en"}).text


def _bind(code: str) -> UUID:
    """Give a batch, complete in every fact, the code that a phone had written on its crate."""
    minh = business("Minh")
    goods = product(minh, name=NAME, role="finished", label=LABEL, photo_sha256=PICTURE)
    given = {"product_id": str(goods), "lot": LOT, "uom": "kg", "expiry_date": "2126-11-26"}
    made = batches.register_batch(
        minh.producer_id, given, now=datetime.now(UTC), code=BatchCode.parse(code)
    )
    record(minh, "harvest", outputs=[line(made, "12.5")], plot_id=str(minh.plot_id))
    return made
