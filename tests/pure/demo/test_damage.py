"""A damaged data set is refused whole, and the refusal names the file and the record."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from traceapp import problem
from traceapp.demo import reading
from traceapp.demo.clock import DemoClock

CLOCK = DemoClock.at(NOON)
CONTENT = {
    name: json.loads((reading.HANOI / f"{name}.json").read_text(encoding="utf-8"))
    for name in reading.FILES
}
# Keys that every record of a list needs, each with values it must not have.
NUMBERS: list[Any] = ["", "twelve", None, [], {}, True]
TEXTS: list[Any] = [None, "", 7, [], {}, False]
ANY_KEY: list[Any] = ["nobody", "", None, 7, []]
DAYS: list[Any] = [
    None,
    3,
    "yesterday",
    {},
    {"day": "1"},
    {"day": 1.5},
    {"day": True},
    {"day": 10**9},
]
MOMENTS: list[Any] = [*DAYS, {"day": 1}, {"day": 1, "time": "25:00"}, {"day": 1, "time": "6h"}]
NEEDED: dict[tuple[str, str], dict[str, list[Any]]] = {
    ("operators", "operators"): {
        "id": [*TEXTS, "12", "019b76ea-0001-4001-9f2b-85d1f3e76a7f"],
        "key": [],
        "name_vi": TEXTS,
        "kinds": [None, "farm", [1], {}],
        "lat": NUMBERS,
        "address": [None, "Thôn Bãi Giữa", {}],
        "sites": [None, {}, ["baixanh/vung"]],
        "plots": [None, 1],
        "members": [None, [None]],
    },
    ("products", "products"): {
        "id": TEXTS,
        "name_vi": TEXTS,
        "family": TEXTS,
        "role": TEXTS,
        "unit": TEXTS,
        "unit_net": [0.5, {"qty": 0, "unit": "kg"}, {"qty": -1, "unit": "kg"}, {"qty": 1}],
        "photo": ["nobody.jpg", 7],
        "label": [[], {}, "text"],
    },
    ("lots", "seasons"): {
        "id": TEXTS,
        "operator": ANY_KEY,
        "plot": ANY_KEY,
        "crop": TEXTS,
        "started": DAYS,
    },
    ("lots", "lots"): {
        "id": TEXTS,
        "code": TEXTS,
        "product": ANY_KEY,
        "operator": ANY_KEY,
        "unit": TEXTS,
        "production": DAYS,
        "claims": [None, "c-bx-vg", ["c-nobody"], [1]],
    },
    ("events", "events"): {
        "id": TEXTS,
        "seq": ["1", None, 1.5, True],
        "kind": ANY_KEY,
        "status": ["done", None],
        "act": [0, 3, "1", None],
        "operator": [*ANY_KEY, "minhkhai-2"],
        "actor": ANY_KEY,
        "site": ANY_KEY,
        "at": MOMENTS,
        "recorded": MOMENTS,
        "fields": [None, [], {"nothing_like_it": 1}],
        "evidence": [None, {}, {"level": "notary", "by": "cq-mau"}, {"level": "lab", "by": "x"}],
        "inputs": [None, [1], [{"lot": "nobody", "code": "X", "qty": 1, "unit": "kg"}]],
        "photos": [None, "lab.jpg", ["nobody.jpg"]],
        "corrects": ["nobody", 7],
        "plot": ["nobody", 7],
        "season": ["nobody", 7],
        "device_time": [3, {"day": 1}],
    },
    ("openings", "openings"): {"lot": ANY_KEY, "at": DAYS, "count": [0, -1, *NUMBERS]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("damaged") / "hanoi"
    shutil.copytree(reading.HANOI, copy)
    return copy


def refusal(folder: Path, file: str, text: str) -> str:
    """Read the data set with one file replaced, and give the reason it is refused for."""
    path = folder / f"{file}.json"
    whole = (reading.HANOI / f"{file}.json").read_bytes()
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        with pytest.raises(problem.DemoRefused) as refused:
            reading.read(CLOCK, folder)
    finally:
        path.write_bytes(whole)
    return refused.value.values["reason"]


def with_record(file: str, name: str, at: int, change: Callable[[dict[str, Any]], object]) -> str:
    """Write a file out with one record changed."""
    records = list(CONTENT[file][name])
    records[at] = dict(records[at])
    change(records[at])
    return json.dumps(CONTENT[file] | {name: records})


MISSING = object()
PLACES = st.sampled_from([(*where, key) for where, keys in NEEDED.items() for key in keys])


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=PLACES, data=st.data())
def test_any_damage_to_a_needed_value_names_the_file_and_the_record(
    folder: Path, place: tuple[str, str, str], data: st.DataObject
) -> None:
    file, name, key = place
    bad = data.draw(st.sampled_from([MISSING, *NEEDED[file, name][key]]), label="value")
    at = data.draw(st.integers(0, len(CONTENT[file][name]) - 1), label="record")

    def change(record: dict[str, Any]) -> None:
        if bad is MISSING:
            del record[key]
        else:
            record[key] = bad

    reason = refusal(folder, file, with_record(file, name, at, change))
    assert reason.startswith(f"{file}.json, {name} ")
    record = CONTENT[file][name][at]
    names = {str(record.get(one)) for one in ("key", "code", "id")} | {f"number {at + 1}"}
    assert any(one in reason for one in names), reason


@pytest.mark.parametrize("file", reading.FILES)
@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": NaN}', "\udcff", "[" * 100_000, "null"])
def test_a_file_that_is_no_json_object_is_named(folder: Path, file: str, text: str) -> None:
    assert refusal(folder, file, text).startswith(f"{file}.json ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(problem.DemoRefused) as refused:
        reading.read(CLOCK, tmp_path)
    assert refused.value.values["reason"].startswith("operators.json ")


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (0, "nothing"),
        (-5, "negative"),
        (1e30, "too_large"),
        (0.0000001, "too_fine"),
        ("12", "not a number"),
        (None, "not a number"),
    ],
)
def test_a_broken_quantity_is_refused(folder: Path, amount: object, why: str) -> None:
    at = next(n for n, e in enumerate(CONTENT["events"]["events"]) if e["outputs"])

    def change(record: dict[str, Any]) -> None:
        record["outputs"] = [record["outputs"][0] | {"qty": amount}]

    assert why in refusal(folder, "events", with_record("events", "events", at, change))


def test_a_lot_named_by_the_code_of_another_is_refused(folder: Path) -> None:
    at = next(n for n, e in enumerate(CONTENT["events"]["events"]) if e["outputs"])

    def change(record: dict[str, Any]) -> None:
        record["outputs"] = [record["outputs"][0] | {"code": "CN-VD03-T"}]

    reason = refusal(folder, "events", with_record("events", "events", at, change))
    assert "is not the code of that lot" in reason


@pytest.mark.parametrize(("file", "name"), [("lots", "lots"), ("events", "events")])
def test_an_id_used_twice_is_refused(folder: Path, file: str, name: str) -> None:
    twice = CONTENT[file][name][0]["id"]
    text = with_record(file, name, 1, lambda record: record.update(id=twice))
    assert "is used twice" in refusal(folder, file, text)


def test_somebody_elses_member_cannot_write(folder: Path) -> None:
    text = with_record("events", "events", 0, lambda record: record.update(actor="bx-chu"))
    assert "is a member of somebody else" in refusal(folder, "events", text)
