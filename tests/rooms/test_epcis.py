"""Every lot of the demo as an EPCIS 2.0 document, held against the standard's own schema.

What the interface answers is held against it in `tests/http/test_api_epcis.py`.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft7Validator

from tests.conftest import NOON, SHARED
from tests.epcis_schema import epcis_validator, wrong
from tests.hanoi import LOT_ID, PRODUCER_ID, ref
from traceapp.batches.facts.tracing import trace_facts
from traceapp.epcis.document import document
from traceapp.epcis.names import Names
from traceapp.epcis.reader import Reader
from traceapp.trace.vocabulary import COMMON_FIELDS, STEP_KINDS, Visibility
from traceapp.tracing.particulars import gtins

EXAMPLES = SHARED / "vectors" / "epcis" / "examples"
OFFICER = Reader(PRODUCER_ID["baixanh"], sees_all=True)
Content = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    """The schema of the standard."""
    return epcis_validator()


def told(lot: str, reader: Reader = OFFICER) -> Content:
    facts = trace_facts(ref(lot))
    return document(facts, Names("https://trace.example.vn", gtins(facts)), reader, NOON)


def events(content: Content) -> list[Content]:
    found: list[Content] = content["epcisBody"]["eventList"]
    return found


@pytest.mark.parametrize("reader", [OFFICER, Reader(PRODUCER_ID["hotay"])], ids=["all", "shop"])
def test_every_lot_is_a_valid_document(
    hanoi: Flask, validator: Draft7Validator, reader: Reader
) -> None:
    for lot in LOT_ID:
        content = json.loads(json.dumps(told(lot, reader)))
        assert wrong(validator, content) == [], lot


def _without(name: str) -> Callable[[Content], object]:
    return lambda content: events(content)[0].pop(name)


def _with(name: str, value: object) -> Callable[[Content], object]:
    return lambda content: events(content)[0].update({name: value})


@pytest.mark.parametrize(
    "spoil",
    [
        _without("eventTime"),
        _without("type"),
        _without("eventTimeZoneOffset"),
        _with("eventTime", "yesterday"),
        _with("eventTime", "2026-11-21T05:40:00"),
        _with("action", "CREATE"),
        _with("note", "a field without a namespace"),
        _with("quantityList", [{"epcClass": "https://x.example/1", "quantity": "5"}]),
        _with("quantityList", [{"epcClass": "no address"}]),
        _with("bizStep", "dancing"),
        lambda content: content.pop("@context"),
        lambda content: content.update(schemaVersion=2),
    ],
)
def test_what_breaks_the_standard_is_seen(
    hanoi: Flask, validator: Draft7Validator, spoil: Callable[[Content], object]
) -> None:
    content = copy.deepcopy(told("CN-VD03-T"))
    assert wrong(validator, content) == []
    spoil(content)
    assert wrong(validator, content)


def test_the_schema_takes_and_refuses_examples_of_others(validator: Draft7Validator) -> None:
    taken, refused = 0, 0
    for path in sorted(EXAMPLES.glob("*.json")):
        is_wrong = bool(wrong(validator, json.loads(path.read_text(encoding="utf-8"))))
        taken += not is_wrong and not path.name.startswith("invalid")
        refused += is_wrong and path.name.startswith("invalid")
    assert taken >= 15
    assert refused >= 5


def test_a_transformation_names_what_went_in_and_what_came_out(hanoi: Flask) -> None:
    (mix,) = [e for e in events(told("CN-GOM-01")) if e["traceapp:stepKind"] == "mix"]
    assert mix["type"] == "TransformationEvent"
    assert sorted(one["quantity"] for one in mix["inputQuantityList"]) == [40, 60, 80]
    assert [(o["quantity"], o["uom"]) for o in mix["outputQuantityList"]] == [(174, "KGM")]
    assert mix["eventTimeZoneOffset"] == "+07:00"
    assert mix["ilmd"]["cbvmda:lotNumber"] == "CN-GOM-01"


def test_hand_offs_name_both_sides(hanoi: Flask) -> None:
    shipped = next(e for e in events(told("CN-VD03-R")) if e["bizStep"] == "shipping")
    received = next(e for e in events(told("CN-VD03-R")) if e["bizStep"] == "receiving")
    for one in (shipped, received):
        assert str(PRODUCER_ID["baixanh"]) in one["sourceList"][0]["source"]
        assert str(PRODUCER_ID["minhkhai"]) in one["destinationList"][0]["destination"]


def test_a_corrected_event_stays_and_names_its_correction(hanoi: Flask) -> None:
    found = events(told("RM-VD04-T"))
    (old,) = [one for one in found if "errorDeclaration" in one]
    ids = {one["eventID"] for one in found}
    (new,) = old["errorDeclaration"]["correctiveEventIDs"]
    assert new in ids
    assert [one["quantity"] for one in old["quantityList"]] == [2700]


def test_gs1_keys_are_used_where_there_are_any(hanoi: Flask) -> None:
    classes = _classes(told("CX-BT-09"))
    assert "https://trace.example.vn/01/09520001000010/10/CX-BT-09" in classes
    assert all(one.startswith("https://trace.example.vn/") for one in classes)


def test_others_read_no_amounts_and_no_private_fields(hanoi: Flask) -> None:
    shop = Reader(PRODUCER_ID["hotay"])
    mine = str(PRODUCER_ID["hotay"])
    whole, theirs = told("CN-VD03-T"), told("CN-VD03-T", shop)
    assert len(events(theirs)) == len(events(whole))
    public = {
        f"traceapp:{name}"
        for kind in STEP_KINDS.values()
        for name, spec in {**kind.fields, **COMMON_FIELDS}.items()
        if spec.visibility is Visibility.PUBLIC
    }
    for one in events(theirs):
        is_side = mine in json.dumps(one.get("destinationList", "")) or mine in one["eventID"]
        if not is_side:
            assert not any(_elements(one)), one
            ours = {name for name in one if name.startswith("traceapp:")}
            assert ours <= public | {"traceapp:stepKind", "traceapp:place", "traceapp:evidence"}
    harvest = next(e for e in events(theirs) if e["traceapp:stepKind"] == "harvest")
    assert "ilmd" not in harvest


def _elements(event: Content) -> Iterator[list[Content]]:
    for name in ("quantityList", "inputQuantityList", "outputQuantityList"):
        yield [{"q": one.get("quantity")} for one in event.get(name, []) if "quantity" in one]


def _classes(content: Content) -> set[str]:
    return set(re.findall(r'"epcClass": "([^"]+)"', json.dumps(content)))
