"""An authority confirms which goods a certificate of somebody else covers; nobody his own."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tests.builders import LABEL, NOW, Business, business, product
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.lan import a_picture
from tests.signing_in import form
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.batches.product_changes import change_product
from traceapp.claims import green
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.jobs.runner import Runner
from traceapp.photos import operations as photos
from traceapp.producers import operations as producers
from traceapp.producers.certificate_models import (
    Certificate,
    CertificateConfirmation,
    CertificateWithdrawal,
)
from traceapp.producers.changes import set_certificate_pages
from traceapp.web.endpoints import transaction

GIVEN: dict[str, Any] = {
    "number": "NST 12",
    "scheme": "Nhãn sinh thái Việt Nam",
    "scheme_en": "Vietnam Ecolabel",
    "standard": "NXVN 01",
    "issuer": "Bộ",
    "scope": "Giỏ G-12",
    "issued_on": "2026-01-01",
    "is_public": True,
}


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's establishment with an eco-label's certificate, and an officer who may confirm it."""

    app: Flask
    lan: Business
    office: Business
    basket: UUID
    certificate_id: UUID
    photo: bytes

    def path(self, certificate_id: UUID | None = None) -> str:
        made = certificate_id or self.certificate_id
        return f"/desk/participants/{self.lan.producer_id}/certificates/{made}"

    def send(self, who: Business, path: str = "", **typed: str) -> tuple[int, str]:
        answer = at_desk(self.app, who).post(path or self.path(), data=form(self.app, **typed))
        return answer.status_code, answer.text

    def kept(self) -> list[tuple[UUID, UUID]]:
        with self.app.app_context():
            rows = db.session.scalars(select(CertificateConfirmation)).all()
            return [(one.product_id, one.by_producer_id) for one in rows]


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        office = business("Chi cục", kinds=("authority",), role="officer")
        basket = product(lan, role="finished", label=LABEL, name="Giỏ G-12")
        made, photo = certificate(lan)
    return Case(app, lan, office, basket, made, photo)


def certificate(owner: Business, *, pages: bool = True, **changes: str) -> tuple[UUID, bytes]:
    """Keep a certificate, with a photo of its page or without."""
    made = producers.add_certificate(owner.producer_id, GIVEN | changes)
    photo = photos.store(owner.producer_id, a_picture("green"), is_public=False, now=NOW)
    if pages:
        by = (owner.producer_id, owner.actor.member_id)
        set_certificate_pages(by, made, [photo], now=NOW)
    return made, photo


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Đã xác nhận cho Giỏ G-12"), ("en", "Confirmed for Giỏ G-12")]
)
def test_a_body_confirms_it_for_goods_and_both_sides_read_so(
    case: Case, language: str, words: str
) -> None:
    typed = {"products": str(case.basket), "how": "Đối chiếu sổ của Bộ"}
    assert case.send(case.office, **typed)[0] == 303
    assert case.kept() == [(case.basket, case.office.producer_id)]
    desk, own = at_desk(case.app, case.office), at_desk(case.app, case.lan)
    assert words in page(desk, f"{case.path()}?lang={language}", language=language)
    for said in (
        page(desk, f"/desk/participants/{case.lan.producer_id}"),
        page(own, "/desk/chains"),
    ):
        assert "Giỏ G-12" in said
        assert "Chi cục" in said
    assert "Giỏ G-12" not in page(desk, f"/desk/participants/{case.office.producer_id}")
    about = select(AuditEntry.producer_id).where(AuditEntry.act == "certificate.confirmed")
    assert case.send(case.office, **typed)[0] == 303  # again: nothing more
    assert len(case.kept()) == 1
    with case.app.app_context():
        books = sorted(db.session.scalars(about))
    assert books == sorted([case.lan.producer_id, case.office.producer_id])


def test_what_was_confirmed_is_never_changed(case: Case) -> None:
    case.send(case.office, products=str(case.basket), how="Xem bản gốc")
    with case.app.app_context():
        said = db.session.query(CertificateConfirmation)
        with pytest.raises(DatabaseError, match="append-only"):
            said.update({"how": "Khác"})
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            said.delete()


def test_a_body_takes_it_back_and_so_it_stays_until_the_certificate_changes(case: Case) -> None:
    goods = str(case.basket)
    case.send(case.office, products=goods, how="Xem bản gốc")
    said = page(at_desk(case.app, case.office), case.path())
    assert f'name="withdrawn" value="{goods}"' in said
    assert f'name="products" value="{goods}"' not in said
    assert case.send(case.office, withdrawn=goods)[0] == 422  # without a reason
    assert case.send(case.office, withdrawn=goods, how="Bộ đã thu hồi")[0] == 303
    for _ in range(2):  # neither again nor back to what it was
        assert "Đã xác nhận cho Giỏ" not in page(at_desk(case.app, case.office), case.path())
        assert case.send(case.office, products=goods, how="Xem lại")[0] == 303
    assert case.send(case.office, withdrawn=goods, how="Bộ đã thu hồi")[0] == 404
    goods_of = {"name": "Giỏ mây", "family": "vegetable", "uom": "kg", "role": "finished"}
    given = goods_of | {"label": LABEL | {"use": {"vi": "Giỏ mây sinh thái", "en": None}}}
    with case.app.app_context():
        with pytest.raises(problem.InvalidInput), transaction():
            change_product(case.lan.actor, case.basket, given, version=None, now=NOW)
        db.session.remove()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.query(CertificateWithdrawal).delete()
        db.session.remove()
        with transaction():
            by = (case.lan.producer_id, case.lan.actor.member_id)
            set_certificate_pages(by, case.certificate_id, [case.photo], now=NOW)
    assert case.send(case.office, products=goods, how="Xem bản mới")[0] == 303
    assert "Đã xác nhận cho Giỏ" in page(at_desk(case.app, case.office), case.path())


@pytest.mark.parametrize("kinds", [("farm",), ("operator",)])
def test_only_an_authority_looks_at_certificates_of_others(
    case: Case, kinds: tuple[str, ...]
) -> None:
    with case.app.app_context(), transaction():
        hoa = business("Hoa", kinds=kinds, role="owner")
    for who in (hoa, case.lan):
        for path in (case.path(), f"{case.path()}/pages/{case.photo.hex()}"):
            assert at_desk(case.app, who).get(path).status_code == 404
        assert case.send(who, products=str(case.basket), how="Xem")[0] == 404
    assert case.kept() == []


def test_the_body_sees_its_pages_and_nothing_else_of_the_owner(case: Case) -> None:
    with case.app.app_context(), transaction():
        data = a_picture("red")
        other = photos.store(case.lan.producer_id, data, is_public=False, now=NOW)
    with case.app.app_context():
        Runner(case.app, lambda: NOW).run_due()
    officer = at_desk(case.app, case.office)
    shown = officer.get(f"{case.path()}/pages/{case.photo.hex()}")
    assert (shown.mimetype or "").startswith("image/")
    assert officer.get(f"{case.path()}/pages/{other.hex()}").status_code == 404


def test_without_pages_or_goods_nothing_is_asked(case: Case) -> None:
    asks = 'name="how"'
    officer = at_desk(case.app, case.office)
    assert asks in page(officer, case.path())
    with case.app.app_context(), transaction():
        bare, _ = certificate(case.lan, number="NST 10", pages=False)
        mai = business("HTX Mai", role="owner")
        idle, _ = certificate(mai)
    said = page(officer, case.path(bare))
    assert (asks in said, "Giấy chưa có bản chụp ở đây" in said) == (False, True)
    said = page(officer, f"/desk/participants/{mai.producer_id}/certificates/{idle}")
    assert (asks in said, "Cơ sở chưa có hàng bán ra nào" in said) == (False, True)


def test_nobody_confirms_his_own(case: Case) -> None:
    with case.app.app_context(), transaction():
        made, _ = certificate(case.office)
        own = product(case.office, role="finished", label=LABEL)
    path = f"/desk/participants/{case.office.producer_id}/certificates/{made}"
    status, said = case.send(case.office, path, products=str(own), how="Xem")
    assert status == 422
    assert "Không ai xác nhận giấy chứng nhận của chính cơ sở mình" in said
    assert case.kept() == []


def test_without_pages_goods_or_days_in_force_it_is_refused(case: Case) -> None:
    status, said = case.send(case.office, how="Xem")
    assert (status, "Chưa chọn hàng nào" in said) == (422, True)
    assert case.send(case.office, products=str(uuid4()), how="Xem")[0] == 404
    assert case.send(case.office, products=str(case.basket))[0] == 422  # how is not said
    with case.app.app_context(), transaction():
        ended, _ = certificate(case.lan, number="NST 11", expires_on="2026-02-01")
        to_come, _ = certificate(case.lan, number="NST 13", issued_on="2126-02-01")
        bare, _ = certificate(case.lan, number="NST 10", pages=False)
    for made, words in (
        *((ended, "không còn hoặc chưa có hiệu lực"), (to_come, "không còn hoặc chưa có hiệu lực")),
        (bare, "chưa có bản chụp"),
    ):
        status, said = case.send(case.office, case.path(made), products=str(case.basket), how="Xem")
        assert (status, words in said) == (422, True), words
    assert case.kept() == []


def test_whose_eco_label_ended_is_told_to_change_the_texts(case: Case) -> None:
    case.send(case.office, products=str(case.basket), how="Xem bản gốc")
    goods = {"name": "Giỏ mây", "family": "vegetable", "uom": "kg", "role": "finished"}
    with case.app.app_context(), transaction():
        given = goods | {"label": LABEL | {"use": {"vi": "Giỏ sinh thái", "en": None}}}
        change_product(case.lan.actor, case.basket, given, version=None, now=NOW)
    says = "không còn nhãn sinh thái nào"
    assert says not in page(at_desk(case.app, case.lan), "/desk")
    with case.app.app_context(), transaction():
        key = (case.lan.producer_id, case.certificate_id)
        db.session.get_one(Certificate, key).expires_on = date(2026, 1, 2)
    said = page(at_desk(case.app, case.lan), "/desk")
    assert says in said
    assert f'href="/desk/products/{case.basket}"' in said


@pytest.mark.parametrize(
    "scheme", [*green.ECO_LABELS, "NHÃN SINH THÁI", "Chứng nhận xanh Việt Nam"]
)
def test_a_body_is_told_of_eco_labels_that_it_may_confirm(case: Case, scheme: str) -> None:
    with case.app.app_context(), transaction():
        mai = business("HTX Mai", role="owner")
        product(mai, role="finished", label=LABEL)
        made, _ = certificate(mai, scheme=scheme, scheme_en="Label", standard="NXVN 01")
        for number, changes in enumerate(({"expires_on": "2026-02-01"}, {"scheme": "VietGAP"})):
            plain: dict[str, Any] = {
                "scheme": "VietGAP",
                "scheme_en": "VietGAP",
                "standard": "TCVN 11892-1",
            }
            certificate(mai, **(plain | {"number": f"VG {number}"} | changes))
        certificate(mai, number="NST 9", pages=False)
    officer = at_desk(case.app, case.office)
    path = f"/desk/participants/{mai.producer_id}/certificates/{made}"
    is_one = green.is_basis(fold(scheme))
    said = page(officer, "/desk")
    assert (f'href="{path}"' in said) is is_one
    assert said.count("chưa ai xác nhận:") == 1 + is_one  # of Lan, and of Mai
    assert f'href="{case.path()}"' in said
    case.send(case.office, products=str(case.basket), how="Xem bản gốc")
    assert f'href="{case.path()}"' not in page(officer, "/desk")
    assert "chưa ai xác nhận:" not in page(at_desk(case.app, case.lan), "/desk")
