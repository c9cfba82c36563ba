"""Chains at the desk and in public: join, sign with a photo, accept; strangers find nothing."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.lan import a_picture
from tests.signing_in import form
from traceapp.audit.models import AuditEntry
from traceapp.chains.models import ChainStep, Commitment, CommitmentStep, Support
from traceapp.database.engine import Base, db
from traceapp.jobs.runner import Runner
from traceapp.photos.models import Photo
from traceapp.web.endpoints import transaction

TEXT = {"year": str(datetime.now(UTC).year), "text": "Chúng tôi cam kết phân loại rác."}
JOIN = {"chain": "home_appliances", "on_day": "05/01/2026"}
SIGNED = {"signed_on": "06/01/2026", "signer": "Bà Lan", "signer_role": "Chủ hộ"}
HELP = {"kind": "visit", "on_day": "07/01/2026", "given_by": "Đội tư vấn", "note": "Xem lò"}


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's establishment and the body of the programme, both at their browsers."""

    app: Flask
    lan: Business
    owner: FlaskClient
    officer: FlaskClient

    def send(self, by: FlaskClient, path: str, **typed: object) -> int:
        shown = by.get(path).get_data(as_text=True)
        hidden = dict(re.findall(r'type="hidden" name="(id|text_id)" value="([^"]+)"', shown))
        return by.post(path, data=form(self.app, **(hidden | typed))).status_code

    def count(self, table: type[Base]) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table)) or 0

    def joined(self) -> None:
        assert self.send(self.officer, "/desk/commitments/text", **TEXT) == 303
        assert self.send(self.owner, "/desk/chains/join", **JOIN) == 303

    def signed(self) -> str:
        """Let Lan sign with a photo; gives where the commitment is."""
        self.joined()
        paper = (io.BytesIO(a_picture("green")), "giay.png")
        assert self.send(self.owner, "/desk/commitments/new", **SIGNED, photo=paper) == 303
        with self.app.app_context():
            made: UUID = db.session.scalars(select(Commitment.commitment_id)).one()
        return f"/desk/commitments/{made}"

    def public(self) -> str:
        self.app.extensions["page_cache"]._read_at = float("-inf")
        return page(self.app.test_client(), f"/producers/{self.lan.producer_id}")


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    return Case(app, lan, at_desk(app, lan), at_desk(app, office))


def test_from_joining_to_a_commitment_that_everybody_reads(case: Case) -> None:
    assert "Chuỗi" not in case.public()
    at = case.signed()
    said = case.public()
    assert "Chuỗi: Đồ gia dụng" in said
    assert "Tham gia từ 05/01/2026" in said
    assert "đã ký cam kết" not in said.lower(), "nobody has accepted it yet"
    waiting = page(case.officer, "/desk/participants?commitment=waiting")
    assert "HTX Lan" in waiting
    assert "Chúng tôi cam kết phân loại rác." in page(case.officer, at)
    assert case.send(case.officer, f"{at}/answer", do="accept", note="Đủ chữ ký") == 303
    assert "Đủ chữ ký" in page(case.owner, at)
    for words in ("Đã ký cam kết", "06/01/2026", "Cơ quan quản lý", "cam kết phân loại rác"):
        assert words in case.public()
    assert "Bà Lan" not in case.public()
    reader = case.app.test_client()
    chain = page(reader, "/programme/chains/home_appliances")
    assert "HTX Lan" in chain
    assert "06/01/2026" in chain
    assert "HTX Lan" not in page(reader, "/programme/chains/safe_food")
    assert "/programme/chains/home_appliances" in page(reader, "/programme")
    document = reader.get(
        f"/producers/{case.lan.producer_id}", headers={"Accept": "application/json"}
    ).get_json()
    assert document["chains"] == [{"chain": "home_appliances", "since": "2026-01-05"}]
    assert document["commitment"]["signed_on"] == "2026-01-06"
    assert "signer" not in document["commitment"]
    assert case.send(case.owner, f"{at}/withdraw", note="Đổi chủ") == 303
    assert "đã ký cam kết" not in case.public().lower()
    with case.app.app_context():
        acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {"chain.joined", "commitment.signed", "commitment.withdrawn"} <= acts


def test_the_photo_is_private_until_the_establishment_shows_it(case: Case) -> None:
    at = case.signed()
    with case.app.app_context():
        Runner(case.app, lambda: datetime.now(UTC)).run_due()
    assert case.send(case.officer, f"{at}/answer", do="accept") == 303
    for reader in (case.owner, case.officer):
        assert reader.get(f"{at}/photo").mimetype in {"image/jpeg", "image/webp"}
    assert "/media/" not in case.public()
    assert case.send(case.officer, f"{at}/paper", public="yes") == 404
    assert case.send(case.owner, f"{at}/paper", public="yes") == 303
    (name,) = set(re.findall(r'href="[^"]*(/media/[^"]+)"', case.public()))
    assert case.app.test_client().get(name).status_code == 200
    assert case.send(case.owner, f"{at}/paper", public="no") == 303
    assert "/media/" not in case.public()
    assert case.app.test_client().get(name).status_code == 404


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_or_sent_is_lost(case: Case) -> None:
    case.joined()
    paper = (io.BytesIO(a_picture("green")), "giay.png")
    shown = case.owner.get("/desk/commitments/new").get_data(as_text=True)
    hidden = dict(re.findall(r'type="hidden" name="(id|text_id)" value="([^"]+)"', shown))
    typed = hidden | {"signed_on": "06/01/2126", "signer_role": "Chủ hộ", "photo": paper}
    answer = case.owner.post("/desk/commitments/new", data=form(case.app, **typed))
    assert answer.status_code == 422
    assert re.search(r'id="f-signer"[^>]*aria-invalid="true"', answer.text)
    assert 'value="Chủ hộ"' in answer.text
    (kept,) = re.findall(r'name="photos" value="([0-9a-f]{64})" checked', answer.text)
    assert case.count(Commitment) == 0
    typed = hidden | {"signed_on": "06/01/2126", "signer": "Bà Lan", "signer_role": "Chủ hộ"}
    answer = case.owner.post("/desk/commitments/new", data=form(case.app, **typed, photos=kept))
    assert answer.status_code == 422
    assert re.search(r'id="f-signed_on"[^>]*aria-invalid="true"', answer.text)
    assert case.count(Commitment) == 0
    typed |= {"signed_on": "06/01/2026", "photos": kept}
    assert case.owner.post("/desk/commitments/new", data=form(case.app, **typed)).status_code == 303
    assert case.count(Photo) == 1
    assert case.send(case.owner, "/desk/chains/join", **JOIN) == 422
    assert case.send(case.owner, "/desk/chains/join", chain="other", on_day="05/01/2026") == 422
    assert case.count(ChainStep) == 1


def test_a_stranger_finds_nothing_whatever_was_sent(case: Case) -> None:
    at = case.signed()
    with case.app.app_context(), transaction():
        minh = business("Minh", role="owner")
    stranger = at_desk(case.app, minh)
    lan = f"/desk/participants/{case.lan.producer_id}"
    for path in (at, f"{at}/photo", lan, f"{lan}/support", "/desk/participants"):
        assert stranger.get(path).status_code == 404, path
    for path in (f"{at}/withdraw", f"{at}/answer", f"{at}/paper", f"{lan}/support"):
        for typed in ({}, {"note": "x" * 9000}, {"do": "accept", "public": "yes"}):
            answer = stranger.post(path, data=form(case.app, **typed))
            assert answer.status_code == 404, path
    assert case.count(CommitmentStep) == case.count(Support) == 0
    assert case.send(case.officer, "/desk/commitments/new", **SIGNED) == 404
    assert case.send(case.owner, f"{at}/answer", do="accept") == 404
    assert case.app.test_client().get(f"/programme/chains/{uuid4()}").status_code == 404


def test_both_sides_read_the_help_that_was_given_and_shoppers_do_not(case: Case) -> None:
    case.joined()
    at = f"/desk/participants/{case.lan.producer_id}"
    assert case.send(case.officer, f"{at}/support", **HELP) == 303
    assert case.send(case.officer, f"{at}/support", **(HELP | {"on_day": "07/01/2126"})) == 422
    for reader, path in ((case.officer, at), (case.owner, "/desk/chains")):
        said = page(reader, path)
        assert "Đội tư vấn" in said
        assert "Xem lò" in said
        assert "Support visit" in page(reader, f"{path}?lang=en", language="en")
    assert "Đội tư vấn" not in case.public()
    assert case.count(Support) == 1
