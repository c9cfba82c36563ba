"""The result sheet of a large recall: sums, the first lots, how many are left out, all as CSV."""

import csv
import io
import re

import pypdfium2
import pytest
from flask import Flask, g

from tests.builders import Business, record
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import issued, office, opened, posted, trade
from tests.http.test_recall_kin import packed
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import acting
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.database.engine import db
from traceapp.desk.attention import KEPT
from traceapp.desk.recalls import case_papers

__all__ = ["office", "trade"]

BAGS = 7
MOST = 3


def got(app: Flask, who: Business, path: str) -> tuple[int, bytes]:
    db.session.rollback()
    with app.app_context():
        answer = signed_in(app, who).get(path, headers={"Accept-Language": "en"})
    g.pop(KEPT, None)
    return answer.status_code, answer.data


def text_of(paper: bytes) -> str:
    pages = pypdfium2.PdfDocument(paper)
    return re.sub(r"\s+", " ", " ".join(p.get_textpage().get_text_range() for p in pages))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def case(app: Flask, trade: Trade, office: Business) -> str:
    packed(trade, BAGS)
    return issued(app, office, code_of(trade.minh.producer_id, trade.greens))


def test_paper_holds_the_sums_and_the_first_lots_and_the_csv_all(
    app: Flask, office: Business, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = text_of(got(app, office, f"{case}/result.pdf")[1])
    assert all(f"T-{one:03}" in whole for one in range(BAGS))
    assert "as CSV" not in whole
    monkeypatch.setattr(case_papers, "MOST_ROWS", MOST)
    status, data = got(app, office, f"{case}/lots.csv")
    rows = rows_of(data)
    assert (status, len(rows)) == (200, BAGS + 2)  # the greens at two holders
    told = text_of(got(app, office, f"{case}/result.pdf")[1])
    assert f"Where the goods are (the first {MOST} of {BAGS + 2} lots; all of them" in told
    shown = {row["Lot"] for row in rows if row["Lot"] in told}
    assert 0 < len(shown) <= MOST
    sums = told[told.index("Sums by holder") : told.index("Where the goods are")]
    assert re.search(rf"Túi rau {BAGS} {BAGS} kg", sums), sums


def test_the_csv_tells_a_producer_only_his_own_books(
    app: Flask, trade: Trade, office: Business
) -> None:
    owner = colleague(trade.minh, "owner")
    case = issued(app, owner, code_of(trade.minh.producer_id, trade.greens))
    rows = {row["Holder"]: row for row in rows_of(got(app, owner, f"{case}/lots.csv")[1])}
    assert rows["Quầy Hoa"]["Left by the books"] == ""
    assert rows["Quầy Hoa"]["Missing"] == ""
    assert rows["Xưởng Minh"]["Left by the books"].rstrip("0").rstrip(".") == "18"
    official = rows_of(got(app, office, f"{case}/lots.csv")[1])
    assert "118" in {row["Left by the books"].partition(".")[0] for row in official}
    assert got(app, trade.hoa, f"{case}/lots.csv")[0] == 404


def test_a_shop_that_counted_nothing_is_told_so_until_it_counts(
    app: Flask, trade: Trade, office: Business
) -> None:
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))

    def missing() -> list[bool]:
        rows = rows_of(got(app, office, f"{case}/lots.csv")[1])
        page = got(app, office, case)[1].decode()
        paper = text_of(got(app, office, f"{case}/result.pdf")[1])
        return [
            {row["Holder"]: row["Not counted"] for row in rows}
            == {"Quầy Hoa": "Sales were not counted.", "Xưởng Minh": ""},
            page.count("Sales were not counted.") == 1,
            paper.count("Sales were not counted.") == 2,  # its sum and its lot
        ]

    assert missing() == [True, True, True]
    with acting():
        about = [{"producer_id": str(trade.minh.producer_id), "batch_id": str(trade.greens)}]
        counted = {"counted": 118, "counted_unit": "kg"}
        record(trade.hoa, "stock_count", about=about, fields=counted)
    assert missing() == [False, False, False]


def test_what_was_not_issued_has_no_list(app: Flask, trade: Trade) -> None:
    owner = colleague(trade.minh, "owner")
    case = opened(app, owner, code_of(trade.minh.producer_id, trade.greens))
    assert got(app, owner, f"{case}/lots.csv")[0] == 404
    assert posted(app, owner, f"{case}/lots.csv")[0] == 405
