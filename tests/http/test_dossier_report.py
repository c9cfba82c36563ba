"""The draft of the trace report: its heading, its items, and that nothing in it is made up."""

import io
import re

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from tests.conftest import AppMaker
from tests.http.dossiers import Chain, desk, make_chain
from traceapp.dossier.trace_report import DRAFT, LONGEST, TO_BE_FILLED

REPORT = "/desk/batches/{}/dossier/report.{}"
TYPED = {
    "reason": "Dư lượng vượt ngưỡng",
    "to_recall": "40 kg",
    "gathered_at": "Kho Bát Tràng",
    "handling": "=Tiêu hủy",
}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


@pytest.fixture
def chain(app: Flask) -> Chain:
    return make_chain(app)


def text_of(reader: FlaskClient, batch_id: str, **typed: str) -> str:
    answer = reader.get(REPORT.format(batch_id, "pdf"), query_string={"lang": "vi"} | typed)
    assert answer.status_code == 200
    pages = pypdfium2.PdfDocument(answer.data)
    return " ".join(" ".join(p.get_textpage().get_text_range() for p in pages).split())


def items_of(reader: FlaskClient, batch_id: str, **typed: str) -> dict[str, str]:
    answer = reader.get(REPORT.format(batch_id, "xlsx"), query_string={"lang": "vi"} | typed)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_object(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == DRAFT
    return {str(row[0]): str(row[1]) for row in rows[1:]}


def test_the_heading_is_that_of_a_draft_and_the_items_are_there(app: Flask, chain: Chain) -> None:
    told = text_of(desk(app, chain.minh), chain.bags, **TYPED)
    assert told.startswith("bản nháp, cần cơ quan chuyên môn đối chiếu")
    for words in (
        *("Lý do Dư lượng vượt ngưỡng", "Số lượng phải thu hồi 40 kg"),
        *("Số lượng đã sản xuất 68,25 kg", "Số lượng đã tiêu thụ (bán hoặc giao đi) 40 kg"),
        *("Số lượng tồn kho 25,25 kg", "Địa điểm tập kết Kho Bát Tràng", "Cải ngọt túi", "CN-T"),
        *("Hình thức xử lý =Tiêu hủy", "Quầy Hoa"),
    ):
        assert words in told
    assert TO_BE_FILLED not in told


def test_the_workbook_says_the_same_and_has_no_formula(app: Flask, chain: Chain) -> None:
    items = items_of(desk(app, chain.minh), chain.bags, **TYPED)
    assert items["Lý do"] == "Dư lượng vượt ngưỡng"
    assert items["Hình thức xử lý"] == "=Tiêu hủy"
    assert items["Số lượng đã sản xuất"] == "68,25 kg"
    assert items["Số lượng tồn kho"] == "25,25 kg"


def test_what_nobody_said_stays_empty(app: Flask, chain: Chain) -> None:
    assert text_of(desk(app, chain.minh), chain.bags).count(TO_BE_FILLED) == 4
    items = items_of(desk(app, chain.minh), chain.bags)
    asked = ("Lý do", "Số lượng phải thu hồi", "Địa điểm tập kết", "Hình thức xử lý")
    assert [items[name] for name in asked] == [""] * 4


def test_the_shop_reads_no_figure_of_the_producer(app: Flask, chain: Chain) -> None:
    items = items_of(desk(app, chain.hoa), chain.bags)
    assert items["Số lượng đã sản xuất"] == items["Số lượng tồn kho"] == ""
    told = text_of(desk(app, chain.hoa), chain.bags)
    assert not {"68,25", "25,25"} & set(re.findall(r"[\d.,]+", told))
    assert items_of(desk(app, chain.officer), chain.bags)["Số lượng tồn kho"] == "25,25 kg"


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_strangers_get_none_and_too_long_words_are_refused(
    app: Flask, chain: Chain, form: str
) -> None:
    address = REPORT.format(chain.bags, form)
    assert desk(app, chain.tung).get(address).status_code == 404
    reader = desk(app, chain.minh)
    assert reader.get(f"{address}?reason={'a' * LONGEST['reason']}").status_code == 200
    assert reader.get(f"{address}?reason={'a' * (LONGEST['reason'] + 1)}").status_code == 422
