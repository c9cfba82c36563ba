"""The desk's batch pages, the symbols and pictures of a batch, and its sheet of labels."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.builders import LABEL, NOW, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import code_of, finished, page, writing
from traceapp.batches import desk_queries
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState


@pytest.fixture
def reader(make_app: AppMaker) -> FlaskClient:
    """A visitor of the demo; each request has a context of its own, and so its own language."""
    return make_app(TRACEAPP_DEMO="1").test_client()


@pytest.fixture
def greens(reader: FlaskClient) -> str:
    """The code of Lan's greens, on sale."""
    with writing(reader):
        return finished(business("HTX Đồng Xanh"), name="Cải ngọt Đông Dư", name_en="Choy sum")


def set_state(reader: FlaskClient, code: str, state: CodeState, reason: str | None = None) -> None:
    with writing(reader):
        later = NOW.replace(minute=1)
        codes.set_state(code, state, actor="Chi cục (mẫu)", now=later, reason=reason)


@pytest.mark.parametrize(
    "words", ["", "cai ngot", "CẢI NGỌT", "dong xanh", "cn-01", "choy", "xanh 01"]
)
def test_a_batch_is_found_by_any_of_its_names_with_or_without_accents(
    reader: FlaskClient, greens: str, words: str
) -> None:
    assert f"/desk/batches/{greens}" in page(reader, f"/desk/batches?q={words}")


def test_a_batch_is_found_by_its_code_as_printed_and_by_a_part_of_it(
    reader: FlaskClient, greens: str
) -> None:
    printed = f"{greens[:4]}-{greens[4:8]}-{greens[8:]}"
    for words in (printed, printed.lower(), greens[2:7]):
        assert f"/desk/batches/{greens}" in page(reader, f"/desk/batches?q={words}")


@pytest.mark.parametrize("words", ["rau muống", "cai ngot gom", "%25", "_", "cn-01%00x"])
def test_a_search_that_fits_nothing_says_so_and_leads_back(
    reader: FlaskClient, greens: str, words: str
) -> None:
    status = 422 if "%00" in words else 200
    said = page(reader, f"/desk/batches?q={words}", status)
    assert greens not in said
    if status == 200:
        assert "Xem tất cả lô hàng" in said


def test_an_empty_desk_says_when_a_batch_will_stand_there(reader: FlaskClient) -> None:
    assert "Chưa lô nào có mã" in page(reader, "/desk/batches")


def test_a_long_list_is_given_in_pages(
    reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(reader):
        lan = business("HTX Lan")
        made = [
            finished(lan, f"L-{day}", production_date=f"2026-11-1{day}", name=f"Rau {day}")
            for day in range(3)
        ]
    monkeypatch.setattr(desk_queries, "PAGE_SIZE", 2)
    first, second = page(reader, "/desk/batches"), page(reader, "/desk/batches?page=2")
    assert [code in first for code in made] == [False, True, True]
    assert [code in second for code in made] == [True, False, False]
    assert 'rel="next"' in first
    assert 'rel="next"' not in second


def test_a_batch_shows_its_facts_and_its_kilograms_in_words(
    reader: FlaskClient, greens: str
) -> None:
    said = page(reader, f"/desk/batches/{greens.lower()}")
    for words in ("Cải ngọt Đông Dư", "HTX Đồng Xanh", "CN-01", "21/11/2026", "26/11/2126"):
        assert words in said
    assert "Làm ra 12,5 kg. Còn 12,5 kg." in said
    assert f"HTTP://LOCALHOST:8000/B/{greens}" in said
    assert f'href="/B/{greens}"' in said
    assert f"/desk/batches/{greens}/labels" in said
    assert "Còn thiếu gì" not in said
    assert "Made 12.5 kg. 12.5 kg left." in page(reader, f"/desk/batches/{greens}", language="en")


@pytest.mark.parametrize(
    ("pack", "vietnamese", "english"),
    [
        ({"net_quantity": "1.5", "net_uom": "tấn"}, "1,5 tấn", "1.5 tonnes"),
        ({"net_quantity": "1", "net_uom": "hộp"}, "1 hộp", "1 box"),
        ({"net_quantity": "1200", "net_uom": "hộp"}, "1.200 hộp", "1,200 boxes"),
        ({"label": LABEL | {"net_quantity": "theo cân"}}, "theo cân", 'lang="vi">theo cân'),
    ],
)
def test_the_content_of_a_pack_is_said_in_the_reader_s_language(
    reader: FlaskClient, pack: dict[str, Any], vietnamese: str, english: str
) -> None:
    with writing(reader):
        code = finished(business("HTX Lan"), **pack)
    assert vietnamese in page(reader, f"/desk/batches/{code}")
    assert english in page(reader, f"/desk/batches/{code}", language="en")


def test_the_maker_stands_first_and_then_who_took_it_in(reader: FlaskClient) -> None:
    with writing(reader):
        lan, hoa = business("Vườn Lan"), business("Cửa hàng Hoa", kinds=("shop",))
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        theirs = {"producer_id": str(lan.producer_id)}
        record(lan, "harvest", outputs=[line(made, "10")])
        sent = record(lan, "ship", inputs=[line(made, "10")], fields={"to_site": "hoa"})
        took = [line(made, "9", **theirs)]
        record(hoa, "receive", ship_event_id=str(sent.event_id), outputs=took)
        record(hoa, "sell", inputs=[line(made, "11", **theirs)])
        code = code_of(lan.producer_id, made)
    said = page(reader, f"/desk/batches/{code}")
    maker = said.index("Làm ra 10 kg, giao 10 kg. Không còn gì.")
    shop = said.index("Nhận 9 kg, bán 11 kg. Ghi xuất nhiều hơn ghi nhập 2 kg.")
    assert said.index("<b>Vườn Lan") < maker < said.index("<b>Cửa hàng Hoa") < shop


def test_a_batch_that_is_not_complete_says_what_is_missing_and_prints_nothing(
    reader: FlaskClient,
) -> None:
    with writing(reader):
        lan = business("HTX Lan")
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        code = code_of(lan.producer_id, made)
    said = page(reader, f"/desk/batches/{code}", language="en")
    for words in ("A picture of the product", "At least one step with its time", "Use-by date"):
        assert words in said
    assert "Print labels" not in said
    refused = page(reader, f"/desk/batches/{code}/labels", language="en")
    assert "The record of this batch is not complete" in refused
    assert "<use " not in refused


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CodeState.HELD, "đang được giữ lại"),
        (CodeState.SALE_STOPPED, "đã ngừng bán"),
        (CodeState.SUSPENDED, "đã tạm dừng mã này"),
        (CodeState.RECALLED, "đang bị thu hồi"),
        (CodeState.VOIDED, "đã bị hủy"),
    ],
)
def test_goods_that_must_not_be_sold_get_no_labels_and_the_reason_is_said(
    reader: FlaskClient, greens: str, state: CodeState, words: str
) -> None:
    set_state(reader, greens, state, reason="Chờ kết quả kiểm nghiệm")
    for path in (f"/desk/batches/{greens}", f"/desk/batches/{greens}/labels"):
        said = page(reader, path)
        assert words in said
        assert "Chờ kết quả kiểm nghiệm" in said
        assert "<use " not in said
        assert "In tem" not in said


def test_goods_past_their_date_get_no_labels(reader: FlaskClient) -> None:
    with writing(reader):
        dates = {"production_date": "2020-01-01", "expiry_date": "2020-01-05"}
        code = finished(business("HTX Lan"), **dates)
    assert "đã hết hạn sử dụng" in page(reader, f"/desk/batches/{code}/labels")


def test_a_sheet_has_24_labels_with_name_lot_dates_code_domain_and_the_sample_mark(
    reader: FlaskClient, greens: str
) -> None:
    sheet = page(reader, f"/desk/batches/{greens}/labels", language="en")
    drawn = sheet[sheet.index("<main") :]
    assert drawn.count("<use ") == 24
    printed = f"{greens[:4]}-{greens[4:8]}-{greens[8:]}"
    for text in ("Lô CN-01", "NSX 21/11/2026", "HSD 26/11/2126", printed, "localhost:8000", "MẪU"):
        assert drawn.count(text) >= 24, text
    assert "style=" not in sheet
    assert "<style" not in sheet


def test_what_people_typed_stays_text_on_the_sheet(reader: FlaskClient) -> None:
    with writing(reader):
        code = finished(business("A<script>1"), name="<b>x</b>")
    for path in ("", "/labels"):
        said = page(reader, f"/desk/batches/{code}{path}")
        assert "<b>x" not in said
        assert "A<script" not in said


def test_an_address_too_long_for_a_label_is_said_and_nothing_is_drawn(make_app: AppMaker) -> None:
    reader = make_app(TRACEAPP_DEMO="1", PUBLIC_URL=f"http://{'a' * 60}.example").test_client()
    with writing(reader):
        code = finished(business("HTX Lan"))
    said = page(reader, f"/desk/batches/{code}/labels", language="en")
    assert re.search(r"too long for (this label|a symbol)", said)
    assert "<use " not in said


def test_a_moved_code_leads_on_from_every_page_of_the_desk(
    reader: FlaskClient, greens: str
) -> None:
    with writing(reader):
        newer = finished(business("HTX Minh"), "CN-02")
        codes.move(greens, newer, actor="traceapp", now=NOW.replace(minute=1))
    for path in ("/desk/batches/{}", "/desk/batches/{}/labels"):
        answer = reader.get(path.format(greens))
        assert answer.status_code == 308
        assert answer.location == path.format(newer)
    assert greens not in page(reader, "/desk/batches")
