"""The dossier of a lot: its paper and its ZIP, what stands in them, and for whom."""

import hashlib
import json
import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import NOW, business
from tests.conftest import AppMaker
from tests.http.dossiers import DOSE, ELSEWHERE, Chain, desk, make_chain, pdf_of, rows_of, zip_of
from traceapp.recalls import case_queries, cases, drills
from traceapp.recalls.cases import Order, Suspicion, Wish
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


@pytest.fixture
def chain(app: Flask) -> Chain:
    return make_chain(app)


def all_text(reader: FlaskClient, batch_id: str) -> str:
    """Give everything a reader gets of a dossier, in one text."""
    files = zip_of(reader, batch_id)
    files.pop("dossier.pdf")
    page = reader.get(f"/desk/batches/{batch_id}/dossier").text
    told = "\n".join(one.decode("utf-8") for one in files.values())
    return f"{page}\n{told}\n{pdf_of(reader, batch_id)}\n{pdf_of(reader, batch_id, 'en')}"


def test_the_paper_tells_lot_quantities_lineage_steps_and_hand_offs(
    app: Flask, chain: Chain
) -> None:
    told = pdf_of(desk(app, chain.minh), chain.bags)
    for words in (
        *("Hồ sơ lô CN-T", "Cải ngọt túi", "Xưởng Minh", "68,25 kg", "25,25 kg", "40 kg"),
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
    assert ledger == [("made", "68.25"), ("shipped", "-40"), ("used", "-3")]
    steps = {row["step_kind"]: row for row in rows_of(files["events.csv"])}
    assert steps["pack"]["event_time"] == "2026-11-21T09:00:00+07:00"
    assert steps["pack"]["quantity"] == "68.25"
    assert steps["harvest"]["quantity"] == ""  # Lan's own figure
    family = json.loads(files["lineage.json"])
    assert {edge["quantity"] for edge in family["edges"]} == {"70", "3"}
    assert {row["lot"] for row in rows_of(files["lineage.csv"])} == {"CN-T", "CN-A", "CN-M"}


def test_the_paper_tells_recalls_and_drills_and_what_became_of_them(
    app: Flask, chain: Chain
) -> None:
    with app.app_context(), transaction():
        offices = [
            business(name, kinds=("authority",), role="officer") for name in ("Chi cục", "Sở")
        ]
    first, second = (
        Actor(Ref(of.producer_id, of.actor.member_id), is_authority=True) for of in offices
    )
    bags = Ref(chain.minh.producer_id, UUID(chain.bags))
    with app.app_context(), transaction():
        order = Order("Dư lượng", "high", "Mang trả", "Chi cục")
        case = cases.open_case(first, Suspicion(bags, "lab_result", "Nghi dư lượng"), now=NOW)
        cases.open_case(first, Suspicion(bags, "batch", "Chưa phát"), now=NOW)
        cases.issue(case, first, order, [bags], now=NOW)
        drills.start(second, bags, Order("Thử", "low", "Không", "Sở"), now=NOW)
    told = pdf_of(desk(app, chain.minh), chain.bags)
    for words in ("do Chi cục: Dư lượng", "DIỄN TẬP", "do Sở: Thử", "Đang chạy"):
        assert words in told
    assert "Chưa phát" not in told
    with app.app_context(), transaction():
        cases.ask(case, first, Wish("close", "Đã thu đủ"), now=NOW)
        found = case_queries.find(case)
        assert found is not None
        (asked,) = (act for act in found.waiting if act.kind == "close")
        cases.agree(case, asked.act_id, second, "", now=NOW)
    assert "Đóng lúc" in pdf_of(desk(app, chain.minh), chain.bags)


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
    assert not {"68.25", "68,25", "25.25", "25,25"} & set(re.findall(r"[\d.,]+", shop))


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
