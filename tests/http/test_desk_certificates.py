"""Certificates at the desk: adding, pages from photos and PDFs, changing, and bad files."""

import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.builders import Business, business
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.photos import documents
from traceapp.photos.models import Photo
from traceapp.producers import operations
from traceapp.producers.certificate_models import Certificate, CertificateFile
from traceapp.web.endpoints import transaction

NEW = "/desk/certificates/new"
VIETGAP = {
    "scheme": "VietGAP",
    "number": "VG-2026-01",
    "standard": "TCVN 11892-1:2017",
    "issuer": "Trung tâm chứng nhận (mẫu)",
    "scope": "Rau ăn lá, 2 ha",
    "issued_on": "01/03/2026",
    "is_public": "yes",
}


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def pdf(pages: int) -> bytes:
    file = io.BytesIO()
    sheets = [Image.new("RGB", (200, 280), (n * 20 % 255, 90, 60)) for n in range(pages)]
    sheets[0].save(file, "PDF", save_all=True, append_images=sheets[1:])
    return file.getvalue()


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def certificates() -> list[Certificate]:
    db.session.rollback()
    found = list(db.session.scalars(select(Certificate)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_a_certificate_is_added_with_the_pages_of_a_pdf_as_private_pictures(
    app: Flask, desk: FlaskClient
) -> None:
    sent = form(app, **VIETGAP, file=(io.BytesIO(pdf(3)), "vietgap.pdf"))
    answer = desk.post(NEW, data=sent)
    assert (answer.status_code, answer.location) == (303, "/desk/certificates")
    (saved,) = certificates()
    assert (saved.number, saved.scheme_en, saved.is_public) == ("VG-2026-01", "VietGAP", True)
    assert len(db.session.scalars(select(CertificateFile)).all()) == 3
    rows = db.session.execute(select(Photo.media_type, Photo.is_public)).all()
    assert {tuple(row) for row in rows} == {("image/jpeg", False)}
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert set(acts) == {"certificate.added", "certificate.files"}
    assert "VG-2026-01" in page_of(desk.get("/desk/certificates?q=viet+gap"))


def test_pages_are_kept_or_left_out_when_it_is_changed(app: Flask, desk: FlaskClient) -> None:
    files = [(io.BytesIO(jpeg()), "a.jpg"), (io.BytesIO(jpeg((1, 2, 3))), "b.jpg")]
    desk.post(NEW, data=form(app, **VIETGAP, file=files))
    (saved,) = certificates()
    pages = [sha.hex() for sha in db.session.scalars(select(CertificateFile.sha256))]
    db.session.rollback()
    address = f"/desk/certificates/{saved.certificate_id}"
    shown = page_of(desk.get(address))
    assert shown.count('name="pages"') == 2
    version = shown.split('name="version" value="')[1].split('"')[0]
    changed = VIETGAP | {"version": version, "pages": [pages[1]], "expires_on": "2027-03-01"}
    assert desk.post(address, data=form(app, **changed)).status_code == 303
    assert [sha.hex() for sha in db.session.scalars(select(CertificateFile.sha256))] == [pages[1]]
    db.session.rollback()
    stale = desk.post(address, data=form(app, **changed | {"issuer": "Người khác"}))
    assert stale.status_code == 412
    assert "Trung tâm chứng nhận (mẫu)" in page_of(stale)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("long.pdf", pdf(11)),
        ("damaged.pdf", pdf(2)[:300]),
        ("empty.pdf", b"%PDF-1.7\n"),
        ("note.txt", b"Hello"),
    ],
)
def test_a_refused_file_is_named_and_nothing_typed_is_lost(
    app: Flask, desk: FlaskClient, name: str, data: bytes
) -> None:
    answer = desk.post(NEW, data=form(app, **VIETGAP, file=(io.BytesIO(data), name)))
    page = page_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-file"' in page
    assert name in page
    assert 'value="VG-2026-01"' in page
    assert certificates() == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"number": ""}, "#f-number"),
        ({"issued_on": "xưa"}, "#f-issued_on"),
        ({"expires_on": "2026-01-01"}, "#f-expires_on"),
        ({"stars": "9"}, "#f-stars"),
        ({"issuer": ["a", "b"]}, "#f-issuer"),
        ({"owner": "x"}, ""),
    ],
)
def test_bad_input_is_refused_at_its_field(
    app: Flask, desk: FlaskClient, changes: dict[str, Any], place: str
) -> None:
    answer = desk.post(NEW, data=form(app, **VIETGAP | changes))
    assert answer.status_code == 422
    assert f'href="{place}"' in page_of(answer) or not place
    assert certificates() == []


def test_what_belongs_to_others_is_as_if_it_did_not_exist(app: Flask, desk: FlaskClient) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa")
        given = VIETGAP | {"scheme": "CANARY", "scheme_en": "x", "issued_on": "2026-03-01"}
        theirs = operations.add_certificate(hoa.producer_id, given | {"is_public": True})
    for certificate_id in (theirs, UUID(int=7)):
        address = f"/desk/certificates/{certificate_id}"
        assert desk.get(address).status_code == 404
        assert desk.post(address, data=form(app, **VIETGAP, version="1")).status_code == 404
    assert desk.post(NEW, data=form(app, **VIETGAP, pages="ab" * 32)).status_code == 404
    assert "CANARY" not in page_of(desk.get("/desk/certificates"))
    assert len(certificates()) == 1


def test_a_page_that_takes_too_long_to_draw_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SECONDS", 0.001)
    with pytest.raises(documents.RefusedDocument):
        documents.pages(pdf(1))
