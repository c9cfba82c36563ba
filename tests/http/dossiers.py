"""A chain of four businesses for tests of dossiers: who made, packed, sold, and looks on."""

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import Any

import pypdfium2
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.signing_in import signed_in
from traceapp.web.endpoints import transaction

ELSEWHERE, ELSEWHERE_KG = "Quầy Kín Xóm Ngoài", "11.375"
DOSE = "Liều kín 77 g"


@dataclass
class Chain:
    """Lan harvests and sends to Minh, who packs and sends to Hoa; Tung has nothing of it."""

    lan: Business
    minh: Business
    hoa: Business
    tung: Business
    officer: Business
    leaves: str
    bags: str
    mixed: str


def at(hour: int, day: str = "21") -> str:
    return f"2026-11-{day}T{hour:02}:00:00+07:00"


def make_chain(app: Flask) -> Chain:
    with app.app_context(), transaction():
        lan, minh = business("HTX Đồng Xanh"), business("Xưởng Minh", kinds=("processor",))
        hoa = business("Quầy Hoa", kinds=("shop",))
        leaves = batch(lan, product(lan, name="Cải ngọt rời"), "CN-A")
        packed = product(minh, name="Cải ngọt túi", role="finished", label=LABEL)
        bags = batch(minh, packed, "CN-T")
        ground = {"plot_id": str(lan.plot_id)}
        spray = {"product": "Bt", "dose": DOSE, "target": "sâu", "qty": 1, "phi_days": 3}
        record(lan, "spray", **ground, event_time=at(6, "10"), fields=spray)
        record(lan, "harvest", **ground, event_time=at(5), outputs=[line(leaves, "100.5")])
        sent = _send(lan, line(leaves, "80"), str(minh.site_id), 6)
        _send(lan, line(leaves, ELSEWHERE_KG), ELSEWHERE, 7)
        theirs = line(leaves, "80", producer_id=str(lan.producer_id))
        record(minh, "receive", outputs=[theirs], ship_event_id=sent, event_time=at(8))
        used = [theirs | {"quantity": "70"}]
        record(minh, "pack", inputs=used, outputs=[line(bags, "68.25")], event_time=at(9))
        sent = _send(minh, line(bags, "40"), str(hoa.site_id), 10)
        got = line(bags, "40", producer_id=str(minh.producer_id))
        record(hoa, "receive", outputs=[got], ship_event_id=sent, event_time=at(11))
        mixed = batch(minh, product(minh, name="Rau trộn"), "CN-M")
        both = [theirs | {"quantity": "5"}, line(bags, "3")]
        record(minh, "mix", inputs=both, outputs=[line(mixed, "8")], event_time=at(12))
        tung = business("Người ngoài")
        officer = business("Chi cục", kinds=("authority",), role="officer")
        return Chain(lan, minh, hoa, tung, officer, str(leaves), str(bags), str(mixed))


def _send(by: Business, goods: dict[str, Any], to: str, hour: int) -> str:
    fields = {"to_site": to, "doc_no": "PX-7"}
    return str(record(by, "ship", inputs=[goods], fields=fields, event_time=at(hour)).event_id)


def desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def pdf_of(reader: FlaskClient, batch_id: str, language: str = "vi") -> str:
    answer = reader.get(f"/desk/batches/{batch_id}/dossier.pdf?lang={language}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    pages = pypdfium2.PdfDocument(answer.data)
    return " ".join(" ".join(p.get_textpage().get_text_range() for p in pages).split())


def zip_of(reader: FlaskClient, batch_id: str) -> dict[str, bytes]:
    answer = reader.get(f"/desk/batches/{batch_id}/dossier.zip?lang=vi")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
