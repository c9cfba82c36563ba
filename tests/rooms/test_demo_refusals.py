"""Where the demo is not loaded, and that a refused load leaves nothing behind."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.builders import business
from tests.conftest import NOON
from tests.hanoi import content
from traceapp import problem
from traceapp.database.engine import db
from traceapp.demo import operations, reading, resetting
from traceapp.web.endpoints import transaction

ONE_ROW_FROM_THE_START = {"public_generation"}


def rows() -> dict[str, int]:
    """Count every table that holds anything."""
    counts = {
        table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in db.metadata.sorted_tables
        if table.name not in ONE_ROW_FROM_THE_START
    }
    return {name: count for name, count in counts.items() if count}


def refusal(folder: Path = reading.HANOI) -> str:
    with pytest.raises(problem.DemoRefused) as refused, transaction():
        operations.load(NOON, folder)
    return refused.value.values["reason"]


def test_a_production_installation_never_loads_it(app: Flask) -> None:
    assert "TRACEAPP_DEMO" in refusal()
    assert rows() == {}


def test_it_is_neither_loaded_nor_reset_beside_a_real_producer(demo_app: Flask) -> None:
    with transaction():
        business("HTX Lan")
    before = rows()
    db.session.remove()
    assert "real producer" in refusal()
    with pytest.raises(problem.DemoRefused, match="demo-refused"):
        resetting.empty()
    assert rows() == before


def test_the_second_act_needs_the_first(demo_app: Flask) -> None:
    with pytest.raises(problem.DemoRefused), transaction():
        operations.play(NOON)


def _castle(files: dict[str, Any]) -> str:
    files["operators"]["operators"][3]["sites"][0]["kind"] = "castle"
    return "operators.json, operators bendong, sites bendong/xuong"


def _old_commune(files: dict[str, Any]) -> str:
    files["operators"]["operators"][0]["address"]["commune"] = "Văn Đức"
    return "operators.json, operators baixanh"


def _reversed_name(files: dict[str, Any]) -> str:
    files["operators"]["operators"][1]["members"][0]["name"] = "Lan \u202e nhậT"
    return "operators.json, operators thanhxuan, members tx-chu"


def _check_digit(files: dict[str, Any]) -> str:
    product = next(one for one in files["products"]["products"] if one["gtin"])
    product["gtin"] = product["gtin"][:-1] + "9"
    return f"products.json, products {product['key']}"


def _no_label(files: dict[str, Any]) -> str:
    files["products"]["products"][0]["label"] = None
    return "products.json, products caingot-500"


def _long_lot(files: dict[str, Any]) -> str:
    lot = files["lots"]["lots"][0]
    lot["code"] = "CN-VD03-H-AND-MORE-AND-MORE"
    for event in files["events"]["events"]:
        for item in (*event["inputs"], *event["outputs"], *event["lots"]):
            if item["lot"] == lot["id"]:
                item["code"] = lot["code"]
    return "lots.json, lots CN-VD03-H-AND-MORE-AND-MORE"


def _last_unit(files: dict[str, Any]) -> str:
    last = [event for event in files["events"]["events"] if event["act"] == 1][-1]
    last["inputs"][0]["unit"] = "lít"
    return f"events.json, events {last['id']}"


@pytest.mark.parametrize(
    "damage",
    [_castle, _old_commune, _reversed_name, _check_digit, _no_label, _long_lot, _last_unit],
)
def test_what_an_operation_refuses_is_named_and_nothing_is_left_behind(
    demo_app: Flask, tmp_path: Path, damage: Any
) -> None:
    files = {name: content(name) for name in reading.FILES}
    where = damage(files)
    folder = tmp_path / "hanoi"
    shutil.copytree(reading.HANOI, folder)
    for name, changed in files.items():
        (folder / f"{name}.json").write_text(json.dumps(changed), encoding="utf-8")
    assert refusal(folder).startswith(f"{where}: ")
    assert rows() == {}
