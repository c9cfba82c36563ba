"""The dossier of a lot: its paper and its ZIP, what stands in them, and for whom."""

import csv
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.conftest import AppMaker
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


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


def at(hour: int, day: str = "21") -> str:
    return f"2026-11-{day}T{hour:02}:00:00+07:00"


@pytest.fixture
def chain(app: Flask) -> Chain:
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
        tung = business("Người ngoài")
        officer = business("Chi cục", kinds=("authority",), role="officer")
        return Chain(lan, minh, hoa, tung, officer, str(leaves), str(bags))


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


def all_text(reader: FlaskClient, batch_id: str) -> str:
    """Give everything a reader gets of a dossier, in one text."""
    files = zip_of(reader, batch_id)
    files.pop("dossier.pdf")
    page = reader.get(f"/desk/batches/{batch_id}/dossier").text
    told = "\n".join(one.decode("utf-8") for one in files.values())
    return f"{page}\n{told}\n{pdf_of(reader, batch_id)}\n{pdf_of(reader, batch_id, 'en')}"


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_paper_tells_lot_quantities_lineage_steps_and_hand_offs(
    app: Flask, chain: Chain
) -> None:
    told = pdf_of(desk(app, chain.minh), chain.bags)
    for words in (
        *("Hồ sơ lô CN-T", "Cải ngọt túi", "Xưởng Minh", "68,25 kg", "28,25 kg", "40 kg"),
        *("Cải ngọt rời", "HTX Đồng Xanh", "70 kg", "Quầy Hoa", "21/11/2026 09:00"),
    ):
        assert words in told
    english = pdf_of(desk(app, chain.minh), chain.bags, "en")
    assert "Dossier of lot CN-T" in english
    assert "68.25 kg" in english


def test_the_zip_holds_what_its_list_says(app: Flask, chain: Chain) -> None:
    files = zip_of(desk(app, chain.minh), chain.bags)
    for language in ("vi", "en"):
        readme = files[f"README.{language}.md"].decode("utf-8")
        listed = dict(re.findall(r"- `([^`]+)`: `([0-9a-f]{64})`", readme))
        assert listed.keys() == {name for name in files if not name.startswith("README")}
        assert all(hashlib.sha256(files[name]).hexdigest() == listed[name] for name in listed)
    ledger = [(row["account"], row["quantity"]) for row in rows_of(files["ledger.csv"])]
    assert ledger == [("made", "68.25"), ("shipped", "-40")]
    steps = {row["step_kind"]: row for row in rows_of(files["events.csv"])}
    assert steps["pack"]["event_time"] == "2026-11-21T09:00:00+07:00"
    assert steps["pack"]["quantity"] == "68.25"
    assert steps["harvest"]["quantity"] == ""  # Lan's own figure
    family = json.loads(files["lineage.json"])
    assert [edge["quantity"] for edge in family["edges"]] == ["70"]
    assert {row["lot"] for row in rows_of(files["lineage.csv"])} == {"CN-T", "CN-A"}


def test_what_others_keep_to_themselves_is_in_no_file(app: Flask, chain: Chain) -> None:
    hidden = (DOSE, ELSEWHERE, "11.375", "11,375", "100.5", "100,5")
    own = all_text(desk(app, chain.lan), chain.leaves)
    assert [one for one in hidden if one not in own] == []
    for who, batch_id in (
        *((chain.minh, chain.leaves), (chain.minh, chain.bags)),
        (chain.hoa, chain.bags),
    ):
        told = all_text(desk(app, who), batch_id)
        assert [one for one in hidden if one in told] == []
    shop = all_text(desk(app, chain.hoa), chain.bags)
    assert not {"68.25", "68,25", "28.25", "28,25"} & set(re.findall(r"[\d.,]+", shop))


def test_an_officer_gets_the_lot_of_any_producer_with_all_amounts(app: Flask, chain: Chain) -> None:
    officer = desk(app, chain.officer)
    told = pdf_of(officer, chain.leaves)
    for words in (ELSEWHERE, "11,375 kg", "100,5 kg", "Xưởng Minh"):
        assert words in told
    assert DOSE not in told
    ledger = rows_of(zip_of(officer, chain.leaves)["ledger.csv"])
    assert {row["holder"] for row in ledger} == {"HTX Đồng Xanh", "Xưởng Minh"}


@pytest.mark.parametrize("file", ["dossier", "dossier.pdf", "dossier.zip"])
def test_who_has_nothing_of_it_gets_nothing(app: Flask, chain: Chain, file: str) -> None:
    tung, hoa = desk(app, chain.tung), desk(app, chain.hoa)
    for batch_id in (chain.leaves, chain.bags):
        assert tung.get(f"/desk/batches/{batch_id}/{file}").status_code == 404
    assert hoa.get(f"/desk/batches/{chain.leaves}/{file}").status_code == 404
    assert hoa.get(f"/desk/batches/{chain.bags}/{file}").status_code == 200


def test_the_page_of_a_batch_leads_to_its_dossier(app: Flask, chain: Chain) -> None:
    reader = desk(app, chain.minh)
    page = reader.get(f"/desk/batches/{chain.bags}").text
    address = re.search(r'href="(/desk/batches/[^"]+/dossier)"', page)
    assert address is not None
    told = reader.get(f"{address[1]}?lang=vi").text
    assert "68,25 kg" in told
    assert "dossier.zip" in told
