"""Monstrous input: 64 kB in every text field there is, and any JSON whatever."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields

from tests.builders import event
from tests.messages import (
    VALID,
    Farm,
    everything_counted,
    farm_of_lan,
    findings,
    nothing_written,
    record,
    refusals,
)
from traceapp import problem
from traceapp.database.engine import db
from traceapp.gs1.errors import InvalidKey
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.endpoints import transaction
from traceapp.web.problems import from_validation


@pytest.fixture
def farm(app: Flask) -> Iterator[Farm]:
    with farm_of_lan(app) as farm:
        yield farm


HUGE = "ộ" * 64 * 1024


def text_fields(schema: Schema, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the way to every field of a schema that takes text, through lists and objects."""
    for name, field in schema.fields.items():
        yield from _texts_of(field, (*above, field.data_key or name))


def _texts_of(field: Any, here: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    match field:
        case fields.List():
            yield from _texts_of(field.inner, (*here, "0"))
        case fields.Nested():
            yield from text_fields(field.schema, here)
        case fields.Dict():
            yield from ((*here, name) for name in ("note", "yield_note"))
        case fields.Number() | fields.Boolean():
            return
        case _:
            yield here


def put(message: Any, way: tuple[str, ...], value: Any) -> Any:
    """Copy a message with another value at one place; a list becomes that one entry."""
    if not way:
        return value
    if way[0] == "0":
        return [put(message[0] if message else None, way[1:], value)]
    return {**(message or {}), way[0]: put((message or {}).get(way[0]), way[1:], value)}


@pytest.mark.parametrize("text", [HUGE, "a\x00b", "gi\u202eòl", "a\ud800b"], ids=ascii)
def test_no_text_field_of_any_shape_takes_a_monstrous_text(farm: Farm, text: str) -> None:
    with nothing_written():
        for do, schema, valid in VALID:
            ways = list(text_fields(schema()))
            assert ways
            for way in ways:
                found = refusals(farm, do, put(valid(farm), way, text))
                assert "/" + "/".join(way) in found, (schema, way, found)


def test_the_valid_messages_of_this_file_are_taken(farm: Farm) -> None:
    for do, schema, valid in VALID:
        with transaction():
            assert do(farm, valid(farm)), schema


STEP_FIELDS = [
    (kind.id, name, spec.type) for kind in STEP_KINDS.values() for name, spec in kind.fields.items()
]


@pytest.mark.parametrize("text", [HUGE, "a\x00b", "a\ud800b"], ids=ascii)
def test_no_field_of_any_step_takes_a_monstrous_text(farm: Farm, text: str) -> None:
    kinds = {kind for kind, _, _ in STEP_FIELDS}
    assert kinds <= set(STEP_KINDS)
    assert len(kinds) > 70
    with nothing_written():
        for kind, name, _ in STEP_FIELDS:
            with pytest.raises(ValidationError) as caught, transaction():
                record(farm, event(farm.lan, kind, fields={name: text}))
            assert list(findings(from_validation(caught.value))) == [f"/fields/{name}"]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=30)
    | st.sampled_from(["2026-11-21T05:40:00+07:00", "2026-02-30", "-0", "1e400", "kg", "finished"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=()), max_size=8), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_no_json_whatever_breaks_anything(farm: Farm, data: st.DataObject) -> None:
    do, schema, valid = data.draw(st.sampled_from(VALID[:3]), label="operation")
    given_: Any
    if data.draw(st.booleans(), label="quite arbitrary"):
        given_ = data.draw(
            anything | st.dictionaries(st.sampled_from([*schema().fields]), anything)
        )
    else:
        way = data.draw(st.sampled_from([*text_fields(schema()), ("quantity",), ("fields",)]))
        given_ = put(valid(farm), way, data.draw(anything))
    before = everything_counted()
    with suppress(problem.Problem, ValidationError, InvalidKey), transaction():
        do(farm, given_)
        db.session.rollback()  # it was valid after all
    assert everything_counted() == before
