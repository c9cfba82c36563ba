"""A shop labels what it received: as much as it took, under the code of whoever made it."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from tests.builders import Business, business, line, record
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.http.ordered_labels import ask, issue, issued, token_in
from tests.http.programs import Program
from tests.signing_in import signed_in, token_of
from tests.symbols import symbols
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.label_facts import label_budget_of
from traceapp.labels.models import LabelIssue
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

KG = {"pack__quantity": "1", "pack__uom": "kg"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Outside of its context, where one reader would stay for all."""
    return make_app(TRACEAPP_DEMO="1")


@dataclass(frozen=True)
class Sale:
    """Lan, who made 12.5 kg of greens, ships 10 kg of them bare to Hoa's shop."""

    app: Flask
    lan: Business
    hoa: Business
    batch: Ref
    code: str
    ship_id: UUID

    def received(self, kilograms: str, **told: str) -> None:
        """Let Hoa take so much, and tell of its condition, or of nothing."""
        got = line(self.batch.id, kilograms, producer_id=str(self.batch.producer_id))
        record(self.hoa, "receive", outputs=[got], ship_event_id=str(self.ship_id), fields=told)

    def left_at(self, holder: UUID) -> Decimal:
        with self.app.app_context():
            return Decimal(label_budget_of((holder, self.batch)).left) / 1_000_000


@pytest.fixture
def offered(app: Flask) -> Sale:
    with app.app_context(), transaction():
        lan, hoa = business("HTX Lan"), business("Quầy Hoa", kinds=("shop",))
        code = finished(lan)
        fact = codes.find(code)
        assert fact is not None
        ship = {"inputs": [line(fact.batch_id, "10")], "id": str(new_id())}
        fields = {"to_site": str(hoa.site_id), "doc_no": "PX-1"}
        sent = record(lan, "ship", **ship, fields=fields)
        return Sale(app, lan, hoa, Ref(fact.producer_id, fact.batch_id), code, sent.event_id)


@pytest.fixture
def sale(offered: Sale) -> Sale:
    with offered.app.app_context(), transaction():
        offered.received("8", condition="ok")
    return offered


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def program(app: Flask, who: Business, batch: Ref) -> Program:
    with app.app_context():
        return Program(app, who, batch.id, batch.id, token_of(who))


def test_a_shop_labels_what_it_took_and_no_more_and_leaves_the_makers_labels_alone(
    app: Flask, sale: Sale
) -> None:
    hoa, lan = sale.hoa, sale.lan
    at_shop, at_maker = at_desk(app, hoa), at_desk(app, lan)
    assert f"/desk/batches/{sale.code}/labels" in at_shop.get(f"/desk/batches/{sale.code}").text
    assert 'value="8"' in at_shop.get(f"/desk/batches/{sale.code}/labels?pack.quantity=1").text
    refused = issue(at_shop, sale.code, labels=9, **KG)
    assert refused.status_code == 422
    assert "8" in refused.text
    shown = issued(at_shop, sale.code, labels=6, **KG)
    assert (sale.left_at(hoa.producer_id), sale.left_at(lan.producer_id)) == (
        Decimal(2),
        Decimal("2.5"),
    )
    file = at_shop.get(f"{shown}/labels.pdf").data
    found = symbols(pypdfium2.PdfDocument(file)[0].render(scale=3).to_pil())
    assert {one.text for one in found} == {f"HTTP://LOCALHOST:8000/B/{sale.code}"}
    assert "6 tem" in at_shop.get(f"/desk/batches/{sale.code}").text
    assert "6 tem" not in at_maker.get(f"/desk/batches/{sale.code}").text
    assert at_maker.get(shown).status_code == 404


def test_what_came_with_the_makers_labels_gets_no_second_ones(app: Flask, offered: Sale) -> None:
    with app.app_context(), transaction():
        labels = {"labels": 14, "net": "0.5", "net_unit": "kg"}
        at = "2026-11-20T07:00:00+07:00"
        about = [{"batch_id": str(offered.batch.id)}]
        record(offered.lan, "print_labels", event_time=at, about=about, fields=labels)
        offered.received("8", condition="ok")
    assert offered.left_at(offered.hoa.producer_id) == 1  # seven of its eight bear labels
    assert issue(at_desk(app, offered.hoa), offered.code, labels=2, **KG).status_code == 422
    assert issue(at_desk(app, offered.hoa), offered.code, labels=1, **KG).status_code == 303


def test_who_can_issue_none_reads_why_and_who_can_void_them(app: Flask, offered: Sale) -> None:
    hoa, path = offered.hoa, f"/desk/batches/{offered.code}/labels"
    with app.app_context(), transaction():
        labels = {"labels": 25, "net": "0.5", "net_unit": "kg"}
        at, about = "2026-11-20T07:00:00+07:00", [{"batch_id": str(offered.batch.id)}]
        record(offered.lan, "print_labels", event_time=at, about=about, fields=labels)
        offered.received("8", condition="ok")
    shop = at_desk(app, hoa)
    told = shop.get(path).text
    assert "khi nhận đã có tem. Bên đã in tem hủy tem không dùng" in told
    assert "mở lần cấp ở bên dưới" not in told  # there is none
    assert "8 kg trong 8 kg đã có tem" in told
    maker = at_desk(app, offered.lan).get(path).text
    assert "mở lần cấp ở bên dưới" in maker
    assert "Đã cấp: 25 tem" in maker
    with app.app_context(), transaction():
        of = str(offered.batch.producer_id)
        record(hoa, "waste", inputs=[line(offered.batch.id, "2", producer_id=of)])
    told = shop.get(path).text
    assert "8 kg đã có tem; trừ phần mất và lấy mẫu thì có 6 kg. Không cấp thêm tem." in told


def test_who_has_no_goods_reads_that_there_is_nothing_to_label(app: Flask, sale: Sale) -> None:
    with app.app_context(), transaction():
        of = str(sale.batch.producer_id)
        record(sale.hoa, "waste", inputs=[line(sale.batch.id, "8", producer_id=of)])
    told = at_desk(app, sale.hoa).get(f"/desk/batches/{sale.code}/labels").text
    assert "Ở đây không có hàng của lô này để dán tem." in told
    assert "đã có tem hết" not in told


def test_labels_come_along_with_a_shipment_that_was_corrected_after_it_arrived(
    app: Flask, offered: Sale
) -> None:
    lan, hoa = offered.lan, offered.hoa
    with app.app_context(), transaction():
        labels = {"labels": 25, "net": "0.5", "net_unit": "kg"}
        at, about = "2026-11-20T07:00:00+07:00", [{"batch_id": str(offered.batch.id)}]
        record(lan, "print_labels", event_time=at, about=about, fields=labels)
        offered.received("8", condition="ok")
        ship = {"inputs": [line(offered.batch.id, "9")], "corrects": str(offered.ship_id)}
        fields = {"to_site": str(hoa.site_id), "doc_no": "PX-2"}
        record(lan, "ship", **ship, fields=fields)
    assert offered.left_at(hoa.producer_id) == 0


def test_labels_of_received_goods_are_voided_and_give_room_again(app: Flask, sale: Sale) -> None:
    hoa = sale.hoa
    at_shop = at_desk(app, hoa)
    shown = issued(at_shop, sale.code, labels=8, **KG)
    asked = at_shop.get(f"{shown}/void").text
    form = {"id": str(new_id()), "first": "7", "last": "8", "reason": "Tem ướt"}
    answer = at_shop.post(f"{shown}/void", data=form | token_in(asked))
    assert answer.status_code == 303
    assert sale.left_at(hoa.producer_id) == 2


def test_what_somebody_has_never_had_in_hand_he_cannot_label(app: Flask, sale: Sale) -> None:
    with app.app_context(), transaction():
        stranger = business("Quầy Lạ", kinds=("shop",))
    desk = at_desk(app, stranger)
    assert ask(desk, sale.code).status_code == 404
    assert issue(desk, sale.code).status_code == 404
    assert desk.get(f"/desk/batches/{sale.code}/card.pdf").status_code == 404


def test_goods_that_are_only_on_their_way_are_not_labelled_yet(app: Flask, offered: Sale) -> None:
    assert ask(at_desk(app, offered.hoa), offered.code).status_code == 404


def test_what_the_receiver_has_not_told_is_asked_of_him_before_he_orders(
    app: Flask, offered: Sale
) -> None:
    with app.app_context(), transaction():
        offered.received("8")
    shown = ask(at_desk(app, offered.hoa), offered.code).text
    assert "Nhận hàng" in shown
    assert "Tình trạng" in shown
    assert "Cấp tem" not in shown


def test_a_program_labels_received_goods_by_their_id(app: Flask, sale: Sale) -> None:
    body = {"labels": 5, "stock": "a4-24", "pack": {"quantity": "1", "uom": "kg"}}
    with app.app_context(), transaction():
        stranger = business("Quầy Lạ", kinds=("shop",))
    made, refused = (
        program(app, who, sale.batch).post(f"/batches/{sale.batch.id}/label-issues", body)
        for who in (sale.hoa, stranger)
    )
    assert (made.status_code, refused.status_code) == (201, 404)
    said = made.get_json()
    assert said["batch_producer_id"] == str(sale.batch.producer_id)
    assert said["batch_id"] == str(sale.batch.id)
    for writer, status in (("pdf", 200), ("csv", 200), ("zpl", 422)):
        link = said["links"][writer].removeprefix("/api/v1")
        assert program(app, sale.hoa, sale.batch).get(link).status_code == status


def test_a_version_back_keeps_the_issues_of_own_goods_and_what_every_label_stands_for(
    app: Flask, sale: Sale
) -> None:
    issued(at_desk(app, sale.hoa), sale.code, labels=6, **KG)
    issued(at_desk(app, sale.lan), sale.code, labels=2, **KG)
    with app.app_context():
        db.session.remove()
        downgrade(revision="0053")
        upgrade()
        (kept,) = db.session.scalars(select(LabelIssue))
        assert (kept.producer_id, kept.batch, kept.labels) == (sale.lan.producer_id, sale.batch, 2)
    assert sale.left_at(sale.hoa.producer_id) == Decimal(2)
    assert sale.left_at(sale.lan.producer_id) == Decimal("0.5")
