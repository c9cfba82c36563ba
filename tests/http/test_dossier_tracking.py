"""Tracking events for buyers abroad: their columns, their rows, and no cell that is a formula."""

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from tests.conftest import AppMaker
from tests.http.dossiers import Chain, desk, make_chain, rows_of
from traceapp.dossier import columns

SHEETS = ["Harvesting", "Initial packing", "Transformation", "Shipping", "Receiving", "Glossary"]
Row = dict[str, Any]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """Each request has a context of its own, and so its own language and reader."""
    return make_app()


@pytest.fixture
def chain(app: Flask) -> Chain:
    return make_chain(app)


def book_of(reader: FlaskClient, batch_id: str) -> dict[str, list[Row]]:
    answer = reader.get(f"/desk/batches/{batch_id}/dossier/events.xlsx")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_object(io.BytesIO(answer.data))
    assert book.sheet_names == SHEETS
    told: dict[str, list[Row]] = {}
    for name in SHEETS:
        header, *rows = book.get_sheet_by_name(name).to_python()
        told[name] = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return told


def test_the_templates_have_their_columns_after_the_id_of_the_event() -> None:
    counts = (columns.SHIPPING, 20), (columns.RECEIVING, 24), (columns.TRANSFORMATION, 24)
    for header, count in (*counts, (columns.INITIAL_PACKING, 16)):
        assert header[0] == "Event ID"
        assert len(set(header)) == len(header) == count + 1


def test_each_kind_of_event_has_its_rows(app: Flask, chain: Chain) -> None:
    told = book_of(desk(app, chain.minh), chain.bags)
    (packed,) = told["Initial packing"]
    assert packed["Quantity Received"] == "70 kg"
    assert packed["Quantity Packed"] == "68.25 kg"
    assert packed["TLC"] == "CN-T"
    assert packed["Pack Date (+07:00)"] == packed["Harvest Date (+07:00)"] == "2026-11-21"
    assert packed["Farm Location"] == "HTX Đồng Xanh, xã Bát Tràng, Hà Nội, Viet Nam"
    assert packed["Field Name"] == ""  # Lan's own name for it
    by_lot = {row["TLC-Batch"]: row for row in told["Shipping"]}
    assert by_lot["CN-T"]["Qty & UOM"] == "40 kg"
    assert by_lot["CN-T"]["Ship-To Location"] == "Quầy Hoa"
    assert str(by_lot["CN-T"]["Ref Doc Type and Number"]).endswith(": PX-7")
    assert by_lot["CN-A"]["Ref Doc Type and Number"] == ""  # Lan's paper
    got = {row["TLC-Batch"]: row for row in told["Receiving"]}
    assert got["CN-A"]["Immediate Previous Source Location"] == "HTX Đồng Xanh"
    assert got["CN-A"]["TLC Source Name"] == "HTX Đồng Xanh"
    assert got["CN-A"]["Qty & UOM"] == "80 kg"
    (harvest,) = told["Harvesting"]
    assert harvest["Quantity"] == ""  # Lan's figure
    (own,) = book_of(desk(app, chain.lan), chain.leaves)["Harvesting"]
    assert own["Quantity"] == 100.5
    assert own["Field Name"] == "Thửa 1"


def test_an_event_keeps_its_id_over_its_rows_and_each_amount_stands_once(
    app: Flask, chain: Chain
) -> None:
    made = chain.mixed
    rows = book_of(desk(app, chain.minh), made)["Transformation"]
    mixed = [row for row in rows if row["Produced TLC Batch"] in {"CN-M", ""}]
    assert len({row["Event ID"] for row in mixed}) == 1
    assert [row["Used Qty"] for row in mixed] == [5, 3]
    assert [row["Produced Qty"] for row in mixed] == [8, ""]


def test_the_files_say_the_same_as_the_workbook(app: Flask, chain: Chain) -> None:
    reader = desk(app, chain.minh)
    answer = reader.get(f"/desk/batches/{chain.bags}/dossier/events.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        names = [f"{name.lower().replace(' ', '_')}.csv" for name in SHEETS]
        assert packed.namelist() == names
        shipped = rows_of(packed.read("shipping.csv"))
    told = book_of(reader, chain.bags)["Shipping"]
    assert [row["Event ID"] for row in shipped] == [row["Event ID"] for row in told]
    assert {row["Qty & UOM"] for row in shipped} == {row["Qty & UOM"] for row in told}


def test_nobody_reads_amounts_of_others(app: Flask, chain: Chain) -> None:
    shop = str(book_of(desk(app, chain.hoa), chain.bags))
    assert not {"68.25", "70", "80", "100.5", "5"} & set(
        re.findall(r"(?<![\w.-])[\d.]+(?= kg)", shop)
    )
    assert "100.5" in str(book_of(desk(app, chain.officer), chain.bags))
    for file in ("events.xlsx", "events.zip"):
        address = f"/desk/batches/{chain.bags}/dossier/{file}"
        assert desk(app, chain.tung).get(address).status_code == 404
