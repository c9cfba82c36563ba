"""The desk's page of a trace: drawing and table say the same, to those it is for."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.signing_in import signed_in
from tests.trade import Trade, words_in
from traceapp.batches.models import Batch
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.trace.drawing.folding import MOST_BOXES
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan harvests two lots, mixes them and packs them."""
    with app.app_context(), transaction():
        lan = business("HTX Đồng Xanh", role="owner")
        loose = product(lan, name="Cải ngọt rời", name_en="Loose greens")
        packed = product(
            lan, name="Cải ngọt túi", name_en="Bagged greens", role="finished", label=LABEL
        )
        first, second = batch(lan, loose, "CN-A"), batch(lan, loose, "CN-B")
        bags = batch(lan, packed, "CN-T")
        record(lan, "harvest", outputs=[line(first, "75")])
        record(lan, "harvest", outputs=[line(second, "25")])
        sources = [line(first, "60"), line(second, "20")]
        record(lan, "pack", inputs=sources, outputs=[line(bags, "78")])
        return lan


@pytest.fixture
def reader(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return at_desk(app, lan)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def address_of(reader: FlaskClient, lot: str) -> str:
    found = re.search(
        r'<td[^>]*><span><a href="(/desk/batches/[^"?]+)"', page(reader, f"/desk/batches?q={lot}")
    )
    assert found is not None
    return found[1] + "/trace"


def test_a_batch_leads_to_its_trace(reader: FlaskClient) -> None:
    trace = address_of(reader, "CN-T")
    assert f'href="{trace}"' in page(reader, trace.removesuffix("/trace"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            (
                "Truy xuất",
                "Cải ngọt rời",
                "Đóng gói",
                "75\N{NO-BREAK SPACE}%",
                "60 kg",
                "1 đời trước",
            ),
        ),
        ("en", ("Trace", "Loose greens", "Pack", "75%", "60 kg", "1 step back")),
    ],
)
def test_drawing_and_table_say_the_same(
    reader: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    shown = page(reader, address_of(reader, "CN-T"), language=language)
    drawing, table = shown.split("<table")
    drawn = drawing.partition('<svg class="family"')[2]
    for lot in ("CN-A", "CN-B", "CN-T"):
        assert lot in drawn
        assert lot in table
    for word in words:
        assert word in shown, word
    assert len(re.findall(r"<path class=", drawn)) == 2
    assert ("58,5 kg" if language == "vi" else "58.5 kg") in drawn


def test_a_trace_of_the_past_says_so_in_its_title_and_where_it_is_printed(
    reader: FlaskClient,
) -> None:
    trace = address_of(reader, "CN-T")
    past = page(reader, f"{trace}?as_of=2026-11-30T12:00&direction=back", language="en")
    assert re.search(r"<title>[^<]*CN-T · As it was at 30/11/2026 12:00", past)
    assert "<b>As it was at 30/11/2026 12:00</b>" in past
    assert f'href="{trace}?direction=back"' in past
    assert not re.search("<title>[^<]*As it was", page(reader, trace, language="en"))


def test_forward_and_back_and_as_of_a_time(reader: FlaskClient) -> None:
    trace = address_of(reader, "CN-A")
    assert "CN-B" not in words_in(page(reader, trace))
    assert "CN-T" not in words_in(page(reader, f"{trace}?direction=back"))
    assert "CN-T" in page(reader, f"{trace}?direction=sideways")
    assert "CN-T" not in words_in(page(reader, f"{trace}?as_of=2026-11-01T12:00"))
    before = page(reader, f"{trace}?as_of=2026-11-01T12:00")
    assert "Tính đến lúc 01/11/2026 12:00, chưa ai ghi lô này làm từ lô nào" in before
    unreadable = page(reader, f"{trace}?as_of=hôm+qua", language="en")
    assert "This is not a date and time we can read." in unreadable
    assert 'aria-invalid="true"' in unreadable


@pytest.mark.parametrize(
    ("state", "words"),
    [(CodeState.RECALLED, "Recalled"), (CodeState.VOIDED, "Label cancelled")],
)
def test_a_stopped_batch_is_marked_and_found_among_those_that_are(
    app: Flask, reader: FlaskClient, state: CodeState, words: str
) -> None:
    trace = address_of(reader, "CN-T")
    with app.app_context(), transaction():
        code = trace.split("/")[3]
        codes.set_state(code, state, actor="Chi cục", reason="Dư lượng", now=NOW)
    shown = page(reader, trace, language="en")
    assert "stopped" in shown
    assert f"! {words}" in shown
    assert "CN-T" in page(reader, "/desk/batches?state=stopped")


def test_the_same_as_csv(reader: FlaskClient) -> None:
    answer = reader.get(f"{address_of(reader, 'CN-T')}?format=csv&direction=back")
    assert answer.mimetype == "text/csv"
    text = answer.text.lstrip("\ufeff").replace("\u00a0", " ")
    rows = {row["Số lô"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {"CN-A", "CN-B", "CN-T"}
    assert rows["CN-T"]["Làm từ"].split("; ") == [
        "Cải ngọt rời · CN-A · Đóng gói · 60 kg · 75 %",
        "Cải ngọt rời · CN-B · Đóng gói · 20 kg · 25 %",
    ]
    assert rows["CN-A"]["Còn lại trong kho"] == "HTX Đồng Xanh: 15"


def test_the_csv_of_a_lot_with_vietnamese_letters_has_a_name_that_headers_can_carry(
    app: Flask, reader: FlaskClient, lan: Business
) -> None:
    with app.app_context(), transaction():
        lot = batch(lan, product(lan, name="Su hào"), "Đợt 1 ệ")
        record(lan, "harvest", outputs=[line(lot, "5")])
    answer = reader.get(f"/desk/batches/{lot}/trace?format=csv")
    assert answer.headers["Content-Disposition"].isascii()
    packed = reader.get(f"{address_of(reader, 'CN-T')}?format=csv").text
    assert "Chưa kích hoạt" in packed
    assert "not_activated" not in packed


@pytest.mark.parametrize("time", ["9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00"])
def test_a_time_outside_ours_is_none(reader: FlaskClient, time: str) -> None:
    trace = address_of(reader, "CN-T")
    answer = reader.get(trace, query_string={"as_of": time})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text


def test_a_stranger_finds_no_trace(app: Flask, reader: FlaskClient) -> None:
    with app.app_context(), transaction():
        tung = business("Tùng", role="owner")
    trace = address_of(reader, "CN-T")
    assert at_desk(app, tung).get(trace).status_code == 404


def test_whoever_only_wrote_that_goods_came_reads_what_he_wrote(
    app: Flask, reader: FlaskClient, lan: Business
) -> None:
    trace = address_of(reader, "CN-T")
    with app.app_context(), transaction():
        hoa = business("Quầy Hoa", role="owner")
        bags = db.session.scalars(select(Batch.batch_id).where(Batch.lot == "CN-T")).one()
        record(hoa, "receive", outputs=[line(bags, "9", producer_id=str(lan.producer_id))])
    desk = at_desk(app, hoa)
    assert desk.get(trace).status_code == 404
    assert "Cải ngọt túi" not in page(desk, "/desk/trace?q=CN-T")
    told = page(desk, trace.removesuffix("/trace"))
    assert "9 kg" in told
    assert not any(text in told for text in ("Cải ngọt rời", f'{trace}"'))
    assert "chưa thấy ai ghi đã giao lô này cho bạn" in told
    with app.app_context(), transaction():
        sent = {"to_site": str(hoa.site_id)}
        record(lan, "ship", inputs=[line(bags, "9")], fields=sent)
    assert "Cải ngọt rời" in page(desk, trace.removesuffix("/trace"))
    assert desk.get(trace).status_code == 200


def test_many_batches_fold_into_few_boxes(app: Flask, reader: FlaskClient, lan: Business) -> None:
    with app.app_context(), transaction():
        tray = product(lan, name="Khay thịt", name_en="Tray of meat")
        meat = batch(lan, tray, "HEO")
        record(lan, "harvest", outputs=[line(meat, "1000")])
        for number in range(MOST_BOXES + 5):
            made = batch(lan, tray, f"K{number}")
            record(lan, "split", inputs=[line(meat, "1")], outputs=[line(made, "1")])
    shown = page(reader, address_of(reader, "HEO"), language="en")
    assert f"{MOST_BOXES + 6} batches are too many to draw each" in shown
    assert f"{MOST_BOXES + 5} batches" in shown
    assert "K17" not in words_in(shown)
    assert len(re.findall(r'<g class="box', shown)) == 2


def test_where_a_shop_counted_nothing_the_page_and_the_csv_say_so(app: Flask) -> None:
    with app.app_context():
        trade = Trade.delivered()
        hoa = at_desk(app, trade.hoa)
    address = f"/desk/batches/{trade.greens}/trace"
    said = "Quầy Hoa · Chưa đếm số đã bán."
    assert f"<small>{said}</small>" in page(hoa, address)
    assert f"{said}: 118" in hoa.get(f"{address}?format=csv").text
