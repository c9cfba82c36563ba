"""Batches and steps from real XLSX files: dates and numbers as a spreadsheet keeps them."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, business, product
from traceapp.batches.models import Batch, Event, EventItem
from traceapp.database.engine import db
from traceapp.exchange import operations
from traceapp.exchange.report import Report
from traceapp.web.endpoints import transaction

Row = tuple[object, ...]
HEADS_OF_BATCHES = (
    *("Mã của bạn", "Sản phẩm", "Số lô", "Số lượng", "Đơn vị"),
    *("Ngày sản xuất", "Hạn sử dụng"),
)
HEADS_OF_STEPS = (
    *("Mã của bạn", "Bước", "Ngày giờ", "Thửa", "Lô làm ra"),
    *("Tên thuốc", "Lượng dùng", "Ghi chú", "Hạn dùng vật tư"),
)
BATCHES: tuple[Row, ...] = (
    HEADS_OF_BATCHES,
    (7, "Cải ngọt", "CN-1", 120.5, "kg", date(2026, 11, 21), date(2026, 11, 25)),
    ("B-8", "Cải ngọt", 2111, 0.1 + 0.2, None, date(2026, 11, 20), None),
)
AT = datetime(2026, 11, 21, 5, 40)  # noqa: DTZ001 - a cell has no offset: Viet Nam's is meant


def sheet(*rows: Row) -> bytes:
    """Make a workbook as somebody saves it: days and times as numbers with a format."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet("Sổ")
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        times = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                form = times if isinstance(cell, datetime) else days
                if isinstance(cell, date):
                    page.write_datetime(number, place, cell, form)
                elif cell is not None:
                    page.write(number, place, cell)
    return file.getvalue()


def bring_in(lan: Business, kind: str, *rows: Row, all_or_nothing: bool = True) -> Report:
    with transaction():
        return operations.bring_in(
            lan.actor, kind, sheet(*rows), all_or_nothing=all_or_nothing, now=NOW
        )


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.finding.rule) for fault in report.faults]


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        made = business("HTX Lan")
        product(made, name="Cải ngọt")
        return made


def test_batches_keep_the_days_and_numbers_of_their_cells(lan: Business) -> None:
    report = bring_in(lan, "batches", *BATCHES)
    assert told(report) == []
    first, second = db.session.scalars(select(Batch).order_by(Batch.declared_quantity.desc()))
    assert (first.external_id, first.lot, first.declared_quantity) == ("7", "CN-1", "120.5")
    assert (first.production_date, first.expiry_date) == (date(2026, 11, 21), date(2026, 11, 25))
    assert (second.external_id, second.lot, second.uom) == ("B-8", "2111", "kg")
    assert Decimal(second.declared_quantity or 0) == Decimal("0.3")
    db.session.rollback()
    again = bring_in(lan, "batches", *BATCHES)
    assert (told(again), again.counts["same"]) == ([], 2)


def at(hour: int) -> datetime:
    return AT.replace(hour=hour)


def _fields(step: Event) -> dict[str, object]:
    fields: dict[str, object] = json.loads(step.document)["fields"]
    return fields


def test_steps_keep_the_minute_and_the_amounts_of_their_cells(lan: Business) -> None:
    bring_in(lan, "batches", *BATCHES)
    rows: tuple[Row, ...] = (
        HEADS_OF_STEPS,
        ("S1", "Phun thuốc", AT, "Thửa 1", None, "Abamectin", 12.5, "sáng"),
        ("S2", "Thu hoạch", at(6), "Thửa 1", "CN-1 = 12,5 kg; 2111 = 3", None, None, 7),
        ("S3", "Mua vật tư", at(7), *[None] * 5, date(2027, 5, 1)),
    )
    report = bring_in(lan, "steps", *rows)
    assert told(report) == []
    spray, harvest, bought = db.session.scalars(select(Event).order_by(Event.event_time))
    assert spray.event_time == datetime(2026, 11, 20, 22, 40, tzinfo=UTC)
    assert spray.event_time_zone_offset == 7 * 60
    assert _fields(spray) == {"product": "Abamectin", "qty": "12.5", "note": "sáng"}
    assert _fields(bought) == {"item_expiry": "2027-05-01"}
    assert _fields(harvest) == {"note": "7"}
    made = select(EventItem.quantity, EventItem.uom).order_by(EventItem.position)
    assert [tuple(row) for row in db.session.execute(made)] == [("12.5", "kg"), ("3", "kg")]
    db.session.rollback()
    again = bring_in(lan, "steps", *rows)
    assert (told(again), again.counts["same"]) == ([], 3)


def test_each_wrong_cell_of_a_workbook_is_named(lan: Business) -> None:
    batch = BATCHES[1]
    wrong: tuple[Row, ...] = (
        (*batch[:2], "CN-2", "nhiều", *batch[4:]),
        (None, "Cải ngọt", "CN-3", 1, "kg", AT, None),
        (None, "Cải ngọt", "CN-4", 1, "kg", 46347, None),
        (None, "Cải ngọt", "CN-5", True, "kg", None, None),
        (None, "Cải ngọt", "CN-6", date(2026, 11, 21), "kg", None, None),
        (None, "Rau lạ", "CN-7", 1, "kg", None, None),
        (None, "Cải ngọt", None, 1, "kg", None, None),
        (None, "Cải ngọt", "CN-9", 1, "kg", date(2026, 11, 25), date(2026, 11, 21)),
    )
    report = bring_in(lan, "batches", HEADS_OF_BATCHES, *wrong, BATCHES[1], all_or_nothing=False)
    assert told(report) == [
        (2, "Số lượng", "number"),
        (3, "Ngày sản xuất", "date"),
        (4, "Ngày sản xuất", "date"),
        (5, "Số lượng", "number"),
        (6, "Số lượng", "number"),
        (7, "Sản phẩm", "not_found"),
        (8, "Số lô", "required"),
        *[one for one in told(report) if one[0] == 9],
    ]
    assert [one[1] for one in told(report) if one[0] == 9] == ["Hạn sử dụng"]
    assert report.counts["new"] == 1
    assert db.session.scalars(select(Batch.lot)).all() == ["CN-1"]


def test_a_step_of_a_workbook_needs_its_hour(lan: Business) -> None:
    rows: tuple[Row, ...] = (
        HEADS_OF_STEPS,
        (None, "Tưới nước", date(2026, 11, 21), "Thửa 1", None, None, None, None),
        (None, "Tưới nước", 46347.5, "Thửa 1", None, None, None, None),
        (None, "Tưới nước", "=1/0", "Thửa 1", None, None, None, None),
        (None, "Phun thuốc", AT, "Thửa 1", None, "Abamectin", "một nắp", None),
        (None, "Thu hoạch", AT, "Thửa 1", 12.5, None, None, None),
    )
    report = bring_in(lan, "steps", *rows)
    assert not report.is_kept
    assert [one[:2] for one in told(report)] == [
        (2, "Ngày giờ"),
        (3, "Ngày giờ"),
        (4, "Ngày giờ"),
        (5, "Lượng dùng"),
        (6, "Lô làm ra"),
    ]
    assert db.session.scalars(select(Event)).all() == []


def test_a_workbook_of_1904_means_the_same_days(lan: Business) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"date_1904": True}) as book:
        page = book.add_worksheet()
        days = book.add_format({"num_format": "d.m.yy"})
        page.write_row(0, 0, ("Sản phẩm", "Số lô", "Ngày sản xuất"))
        page.write_row(1, 0, ("Cải ngọt", "CN-1"))
        page.write_datetime(1, 2, date(2026, 11, 21), days)
    with transaction():
        content = file.getvalue()
        report = operations.bring_in(lan.actor, "batches", content, all_or_nothing=True, now=NOW)
    assert told(report) == []
    assert db.session.scalars(select(Batch.production_date)).one() == date(2026, 11, 21)
