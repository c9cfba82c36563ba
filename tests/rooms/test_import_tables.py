"""Tables of products, plots, batches and steps: dry run, import, and the same file once more."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.bench.demo import clean_environ
from tests.builders import NOW, Business, batch, business, line, product, record
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.batches import queries
from traceapp.batches.models import Batch, Event, EventItem, LedgerEntry, Product
from traceapp.codes.models import PublicCode
from traceapp.database.engine import Base, db
from traceapp.exchange import operations
from traceapp.exchange.models import ImportFile
from traceapp.exchange.report import Report
from traceapp.producers.models import Plot
from traceapp.web.csv_text import lines
from traceapp.web.endpoints import transaction

TOP = Path(__file__).resolve().parents[2]
FINISHED = (
    "Mã của bạn;Tên sản phẩm;Nhóm hàng;Vai trò;Đơn vị;Lượng mỗi gói;Đơn vị mỗi gói;"
    "Nhóm nhãn;Xuất xứ\r\n"
    "SP1;Cải ngọt;Rau củ;thành phẩm;túi;0,5;kg;Thực phẩm;Hà Nội\r\n"
)
RENAMED = (
    "Mã của bạn;Tên sản phẩm;Nhóm hàng;Vai trò;Đơn vị\r\nSP1;Cải ngọt già;Rau củ;thành phẩm;túi\r\n"
)
GREENS = (
    "external_id,name,family,role,uom,shelf_life_days\r\n"
    "G1,Cải ngọt,vegetable,intermediate,kg,4\r\n"
    "G2,Rau muống,Rau củ,bán thành phẩm,kg,\r\n"
)
PLOTS = 'Tên thửa,Diện tích (m2),Số hộ\r\nThửa 2,360,7\r\nThửa 3,"1.200,0",8\r\n'
BATCHES = (
    "Sản phẩm,Số lô,Số lượng,Ngày sản xuất,Hạn sử dụng\r\n"
    "Cải ngọt,CN-1,120,21/11/2026,2026-11-25\r\n"
    "G2,RM-1,,,\r\n"
)
STEPS = (
    "Mã của bạn,Bước,Ngày giờ,Thửa,Lô làm ra,Nguồn nước,Ghi chú\r\n"
    "B1,Tưới nước,21/11/2026 05:40,Thửa 1,,Giếng khoan,sáng\r\n"
    ',Thu hoạch,21/11/2026 06:00,Thửa 1,"CN-1 = 12,5 kg; RM-1 = 3 kg",,\r\n'
)


def _run(lan: Business, kind: str, text: str, *, all_or_nothing: bool = True) -> Report:
    with transaction():
        return operations.bring_in(
            lan.actor, kind, text.encode(), all_or_nothing=all_or_nothing, now=NOW
        )


def _dry(lan: Business, kind: str, text: str) -> Report:
    with transaction():
        return operations.dry_run(lan.actor, kind, text.encode(), now=NOW)


def _lan(name: str = "HTX Lan") -> Business:
    with transaction():
        return business(name)


def _counts() -> dict[str, int]:
    counts = {
        name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Base.metadata.tables.items()
        if name not in {"audit_entry", "job"}
    }
    db.session.rollback()
    return counts


def _told(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.finding.rule) for fault in report.faults]


FILES = {"products": GREENS, "plots": PLOTS, "batches": BATCHES, "steps": STEPS}


def test_a_table_says_that_there_is_nothing_to_warn_of_and_takes_it_back(app: Flask) -> None:
    lan = _lan()
    head = "Tên sản phẩm;Nhóm hàng;Vai trò;Đơn vị;Nhóm nhãn;Xuất xứ;Cảnh báo;Độ cồn (%)\r\n"
    row = "Rượu nếp;Thực phẩm chế biến;thành phẩm;kg;Rượu;Hà Nội;{};29,5\r\n"
    kept = []
    for warning in ("Không có", "", "Không dùng cho trẻ em"):
        assert _run(lan, "products", head + row.format(warning)).is_faultless
        product_ = db.session.scalars(select(Product)).one()
        label = json.loads(product_.label)
        kept.append((label["declared_none"], [one["vi"] for one in label["warnings"]]))
        assert label["ethanol_percent"] == 29.5
        db.session.rollback()
    assert kept == [(["warnings"], [])] * 2 + [([], ["Không dùng cho trẻ em"])]


def test_the_four_tables_are_brought_in_and_a_second_time_changes_nothing(app: Flask) -> None:
    lan = _lan()
    for kind, text in FILES.items():
        before = _counts()
        assert _dry(lan, kind, text).counts == {"new": 2, "changed": 0, "same": 0, "wrong": 0}
        assert _counts() == before
        report = _run(lan, kind, text)
        assert report.is_kept
        assert report.counts["new"] == 2
    kept = _counts()
    for kind, text in FILES.items():
        report = _run(lan, kind, text)
        assert (report.counts, report.faults) == (
            {"new": 0, "changed": 0, "same": 2, "wrong": 0},
            [],
        )
    assert _counts() == kept
    plots = {row.name: row.area_m2 for row in db.session.scalars(select(Plot))}
    assert plots == {"Thửa 1": None, "Thửa 2": 360, "Thửa 3": 1200}
    quantities = db.session.scalars(select(EventItem.quantity).order_by(EventItem.position)).all()
    assert quantities == ["12.5", "3"]
    watering = db.session.scalars(select(Event).where(Event.step_kind == "irrigate")).one()
    assert '"water_source":' in watering.document
    assert db.session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one() == 2


def test_a_changed_row_changes_a_product_and_keeps_what_the_table_does_not_say(app: Flask) -> None:
    lan = _lan()
    assert _run(lan, "products", FINISHED).counts["new"] == 1
    first = db.session.scalars(select(Product)).one()
    assert '"vi":"Hà Nội"' in first.label
    db.session.rollback()
    assert _run(lan, "products", RENAMED).counts["changed"] == 1
    product = db.session.scalars(select(Product)).one()
    assert product.name == "Cải ngọt già"
    assert (product.net_quantity, product.version) == ("0.5", 2)
    assert '"vi":"Hà Nội"' in product.label
    acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {"import.products", "product.changed"} <= acts


def test_each_wrong_cell_is_named_with_its_row_and_column(app: Flask) -> None:
    lan = _lan()
    text = (
        "Tên sản phẩm,Nhóm hàng,Vai trò,Đơn vị,GTIN,Hạn dùng (ngày)\r\n"
        "Cải ngọt,Rau củ,bán thành phẩm,kg,,4\r\n"
        "Rau,Rau lạ,bán thành phẩm,kg,,hai\r\n"
        ",Rau củ,bán thành phẩm,kg,8938505970011,0\r\n"
        "Xấu\u202e,Rau củ,thành phẩm,kg,,\r\n"
        "cải ngọt,Rau củ,bán thành phẩm,kg,,5\r\n"
    )
    told = _told(_dry(lan, "products", text))
    assert told == [
        (3, "Nhóm hàng", "unknown_word"),
        (3, "Hạn dùng (ngày)", "number"),
        (4, "Tên sản phẩm", "required"),
        *[one for one in told if one[0] == 4 and one[1] == "GTIN"],
        (4, "Hạn dùng (ngày)", "out_of_range"),
        (5, "Tên sản phẩm", "hidden_characters"),
        (6, "Tên sản phẩm", "twice"),
    ]
    before = _counts()
    assert not _run(lan, "products", text).is_kept
    assert _counts() == before
    report = _run(lan, "products", text, all_or_nothing=False)
    assert report.is_kept
    assert report.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 4}
    assert db.session.scalars(select(Product.name)).all() == ["Cải ngọt"]


def test_headings_nobody_knows_and_missing_ones_are_named_before_any_row(app: Flask) -> None:
    report = _dry(_lan(), "products", "Tên sản phẩm,Màu,Tên sản phẩm\r\nCải,xanh,\r\n")
    assert report.is_header_wrong
    rules = [(row, rule) for row, _, rule in _told(report)]
    assert rules == [(1, "unknown_column")] * 2 + [(1, "missing_column")] * 3


def test_a_batch_that_says_something_else_is_a_conflict_and_stays_as_it_was(app: Flask) -> None:
    lan = _lan()
    for kind in ("products", "batches"):
        _run(lan, kind, FILES[kind])
    changed = BATCHES.replace("CN-1,120", "CN-1,130")
    report = _run(lan, "batches", changed)
    assert _told(report) == [(2, "Số lượng", "differs")]
    assert "120" in report.faults[0].finding.values["stored"]
    quantity = select(Batch.declared_quantity).where(Batch.lot == "CN-1")
    assert db.session.scalars(quantity).one() == "120"


def test_a_step_with_the_same_id_and_other_content_is_a_conflict(app: Flask) -> None:
    lan = _lan()
    for kind, text in FILES.items():
        _run(lan, kind, text)
    before = _counts()
    report = _run(lan, "steps", STEPS.replace("sáng", "chiều"), all_or_nothing=False)
    assert _told(report) == [(2, "", "content-conflict")]
    assert report.counts["same"] == 1
    assert _counts() == before


def test_steps_name_what_is_wrong_with_them(app: Flask) -> None:
    lan = _lan()
    for kind in ("products", "batches"):
        _run(lan, kind, FILES[kind])
    future = (NOW + timedelta(hours=8)).strftime("%d/%m/%Y %H:%M")
    text = (
        "Bước,Ngày giờ,Thửa,Lô làm ra,Nguồn nước,Tên thuốc\r\n"
        "Tưới nước,21/11/2026,Thửa 1,,,\r\n"
        "Tưới nước,21/11/2026 05:00,Thửa 9,,,\r\n"
        "Tưới nước,21/11/2026 05:00,Thửa 1,,nước mắt,\r\n"
        "Tưới nước,21/11/2026 05:00,Thửa 1,,,Abamectin\r\n"
        f"Tưới nước,{future},Thửa 1,,,\r\n"
        "Thu hoạch,21/11/2026 05:00,Thửa 1,CN-1 = 5 lít,,\r\n"
        "Thu hoạch,21/11/2026 05:00,Thửa 1,CN-7 = 5 kg,,\r\n"
    )
    assert _told(_dry(lan, "steps", text)) == [
        (2, "Ngày giờ", "time"),
        (3, "Thửa", "not_found"),
        (4, "Nguồn nước", "unknown_word"),
        (5, "Tên thuốc", "unknown_field"),
        (6, "Ngày giờ", "future"),
        (7, "Lô làm ra", "unit_does_not_fit"),
        (8, "Lô làm ra", "not_found"),
    ]


def test_what_is_of_another_producer_does_not_exist(app: Flask) -> None:
    lan, tung = _lan(), _lan("Trại Tùng")
    for kind in ("products", "batches"):
        _run(lan, kind, FILES[kind])
    batch_id = db.session.scalars(select(Batch.batch_id).where(Batch.lot == "CN-1")).one()
    db.session.rollback()
    text = f"Bước,Ngày giờ,Lô liên quan\r\nTưới nước,21/11/2026 05:00,{batch_id}\r\n"
    assert _told(_dry(tung, "steps", text)) == [(2, "Lô liên quan", "not_found")]


def test_what_goes_out_as_csv_comes_in_again_with_names_that_look_like_formulas(
    app: Flask,
) -> None:
    lan = _lan()
    rows = [[name, "vegetable", "intermediate", "kg"] for name in ("=Cải+ngọt", "-2")]
    text = "".join(lines(["name", "family", "role", "uom"], rows))
    assert "'=Cải" in text
    assert _run(lan, "products", text).is_kept
    assert set(db.session.scalars(select(Product.name))) == {"=Cải+ngọt", "-2"}


# Brings a table in, and is killed by the kernel at the statement after its first plot.
KILLED_AFTER_A_ROW = """
import os, signal, sys
from datetime import UTC, datetime
from uuid import UUID
from sqlalchemy import event
from traceapp.app import create_app
from traceapp.batches.operations import Actor
from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.exchange import operations
from traceapp.web.endpoints import transaction

written = []

def fall(connection, cursor, statement, parameters, context, executemany):
    if written:
        print("killed amid", *written, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    written.extend([statement[:16]] if statement.startswith("INSERT INTO plot ") else [])

actor = Actor(*map(UUID, sys.argv[1:]))
with create_app(Config.from_environment()).app_context():
    event.listen(db.engine, "before_cursor_execute", fall)
    with transaction():
        rows = sys.stdin.buffer.read()
        operations.bring_in(actor, "plots", rows, all_or_nothing=True, now=datetime.now(UTC))
"""


def test_asvs_2_3_3_a_process_that_is_killed_between_two_rows_leaves_nothing(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    lan = _lan()
    before = _counts()
    who = [str(lan.actor.producer_id), str(lan.actor.member_id)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER_A_ROW, *who],
        input=PLOTS.encode(),
        env=clean_environ(DATABASE_URL=database_url, INSTANCE_DIR=str(tmp_path / "instance")),
        cwd=TOP,
        capture_output=True,
        check=False,
    )
    assert (killed.returncode, killed.stderr) == (-signal.SIGKILL, b"")
    assert b"INSERT INTO plot" in killed.stdout
    assert _counts() == before
    assert _run(lan, "plots", PLOTS).is_kept


def test_a_file_is_forgotten_a_day_after_it_was_last_sent(app: Flask) -> None:
    lan = _lan()
    with transaction():
        sha256 = operations.keep_file(lan.producer_id, "plots", PLOTS.encode(), "a.csv", now=NOW)
    about = {"producer_id": str(lan.producer_id), "sha256": sha256.hex(), "kind": "plots"}
    for hours, is_there in ((23, True), (25, False)):
        with transaction():
            operations.forget_job(about, NOW + timedelta(hours=hours))()
        rows = db.session.execute(select(func.count()).select_from(ImportFile))
        assert bool(rows.scalar_one()) == is_there
        db.session.rollback()


def test_a_row_with_another_pack_size_is_a_fault_once_there_are_lots(app: Flask) -> None:
    lan = _lan()
    smaller = FINISHED.replace("0,5", "0,4")
    assert smaller != FINISHED
    for text in (FINISHED, smaller):
        assert _run(lan, "products", text).is_kept
    assert _run(lan, "batches", "product,lot\r\nSP1,A-1\r\n").is_kept
    report = _run(lan, "products", FINISHED)
    assert not report.is_kept
    assert _told(report) == [(2, "Lượng mỗi gói", "pack_size_in_use")]


def test_a_finished_product_gets_codes_for_its_batches(app: Flask) -> None:
    lan = _lan()
    _run(lan, "products", FINISHED)
    assert _run(lan, "batches", "product,lot\r\nSP1,A-1\r\n").is_kept
    assert db.session.execute(select(func.count()).select_from(PublicCode)).scalar_one() == 1


NAUGHTY = ("\u202eabc", "a\x07b", "\ufffd", "a\ufdd0", "x" * 5000, "a\u0301" * 3000)


def test_texts_that_hide_something_are_named_cell_by_cell(app: Flask) -> None:
    lan = _lan()
    before = _counts()
    names = ["external_id", "name", "brand", "family", "role", "uom"]
    for column in names[:3]:
        rows = []
        for number, text in enumerate(NAUGHTY):
            row = {"external_id": f"{number}", "name": f"Cải {number}", "brand": "B"}
            rows.append([*(row | {column: text}).values(), "vegetable", "intermediate", "kg"])
        report = _run(lan, "products", "".join(lines(names, rows)))
        told = [(row, heading) for row, heading, _ in _told(report)]
        assert told == [(number, column) for number in range(2, len(NAUGHTY) + 2)]
    with pytest.raises(problem.InvalidInput):
        _run(lan, "products", GREENS.replace("G1", "\0"))
    assert _counts() == before


TILL = """\
Ngày giờ,Lô hoặc mã,Số lượng bán,Đơn vị
21/11/2026 19:00,{},"12,5",
22/11/2026 09:00,{},3,kg
"""


def test_totals_of_a_till_are_sales_of_goods_from_others_too(app: Flask) -> None:
    with transaction():
        lan, hoa = business("HTX Lan"), business("Cửa hàng Hoa", kinds=("shop",))
        lot = batch(lan, product(lan), "H1")
        own = {"producer_id": str(lan.producer_id)}
        record(hoa, "receive", outputs=[line(lot, "20", **own)])
    text = TILL.format("H1", lot)
    assert _dry(hoa, "sales", text).counts == {"new": 2, "changed": 0, "same": 0, "wrong": 0}
    assert _run(hoa, "sales", text).is_kept
    assert _run(hoa, "sales", text).counts["same"] == 2
    balance = queries.balance(hoa.producer_id, (lan.producer_id, lot))
    assert balance == {"received": 20, "sold": Decimal("15.5"), "stock": Decimal("4.5")}
    db.session.rollback()
    with transaction():
        tung = business("Tùng", kinds=("shop",))
    assert _told(_dry(tung, "sales", text)) == [
        (2, "Lô hoặc mã", "not_found"),
        (3, "Lô hoặc mã", "not_found"),
    ]
