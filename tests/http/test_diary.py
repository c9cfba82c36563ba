"""The diary of a season as PDF: what stands in its tables, and for whom."""

from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business, batch, business, line, product, record
from tests.signing_in import signed_in
from traceapp.producers import operations
from traceapp.web.endpoints import transaction

SPRAY = {
    "product": "Chế phẩm Bt",
    "active_ingredient": "Bacillus thuringiensis",
    "target": "sâu tơ",
    "dose": "20 g/16 lít",
    "qty": 1.5,
    "phi_days": 3,
}


def text_of(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return " ".join(text.split())


def on(day: str, **more: Any) -> dict[str, Any]:
    return {"event_time": f"2026-11-{day}T05:40:00+07:00", **more}


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def season(app: Flask, lan: Business) -> str:
    """A season with a wrong record, its correction, a harvest and what became of it."""
    given = {"plot_id": str(lan.plot_id), "name": "Vụ đông", "crop": "Cải ngọt"}
    with transaction():
        season_id = operations.start_season(lan.producer_id, given | {"started_on": "2026-10-01"})
        at = {"season_id": str(season_id), "plot_id": str(lan.plot_id)}
        bought = {"item": "Phân gà ủ", "qty": 200, "qty_unit": "kg", "supplier": "Đại lý Hòa"}
        record(lan, "buy_input", **on("01", fields=bought))
        wrong = record(lan, "spray", **at, **on("10", fields=SPRAY | {"dose": "200 g"}))
        record(lan, "spray", **at, **on("10", fields=SPRAY, corrects=str(wrong.event_id)))
        cut = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", **at, **on("20", outputs=[line(cut, "410")]))
        gone = {"inputs": [line(cut, "118.5")], "fields": {"to_site": "Chợ Long Biên"}}
        record(lan, "ship", **on("21", **gone))
        record(lan, "ship", **on("21", inputs=[line(cut, "80")], fields={"to_site": "Bếp Hoa"}))
    return str(season_id)


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def test_the_diary_tells_what_was_done_bought_and_sold(desk: FlaskClient, season: str) -> None:
    answer = desk.get(f"/desk/seasons/{season}/diary.pdf?lang=vi")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    told = text_of(answer.data)
    for words in (
        *("Nhật ký sản xuất · Vụ đông", "HTX Đồng Xanh", "Phân gà ủ", "Đại lý Hòa", "200"),
        *("Chế phẩm Bt, Bacillus thuringiensis", "sâu tơ", "20 g/16 lít", "1,5"),
        *("CN-1", "410 kg", "118,5 kg", "Chợ Long Biên", "80 kg", "Bếp Hoa", "21/11/2026"),
    ):
        assert words in told


def test_what_was_corrected_is_counted_and_not_told(desk: FlaskClient, season: str) -> None:
    told = text_of(desk.get(f"/desk/seasons/{season}/diary.pdf?lang=en").data)
    assert "200 g" not in told
    assert "1, left out here" in told
    assert "a correction" in told


def test_the_page_of_a_season_leads_to_its_diary(desk: FlaskClient, season: str) -> None:
    page = desk.get(f"/desk/seasons/{season}").get_data(as_text=True)
    assert f'href="/desk/seasons/{season}/diary.pdf"' in page


def test_a_season_without_steps_has_a_diary_that_says_so(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    given = {
        "plot_id": str(lan.plot_id),
        "name": "Vụ mới",
        "crop": "Cải",
        "started_on": "2026-11-01",
    }
    with transaction():
        season_id = operations.start_season(lan.producer_id, given)
    told = text_of(desk.get(f"/desk/seasons/{season_id}/diary.pdf?lang=vi").data)
    assert "Chưa thu hoạch." in told
    assert told.count("Chưa ghi gì.") == 3


def test_another_producer_finds_no_diary(app: Flask, season: str) -> None:
    with transaction():
        tung = business("Tùng")
    assert signed_in(app, tung).get(f"/desk/seasons/{season}/diary.pdf").status_code == 404


def test_without_the_typeface_the_reader_is_told_what_to_do(
    app: Flask, desk: FlaskClient, season: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traceapp.batches.paper.faces.REGULAR", "gone.ttf")
    answer = desk.get(f"/desk/seasons/{season}/diary.pdf?lang=vi")
    assert answer.status_code == 503
    assert "Thiếu phông chữ để in." in answer.get_data(as_text=True)
