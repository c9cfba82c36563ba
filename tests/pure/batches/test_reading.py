"""Reading a step straight through gives what its schema gives, or leaves it to the schema."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from traceapp.api import shapes, strictness
from traceapp.batches.recording import reading
from traceapp.batches.schemas import EventSchema
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import STEP_KINDS

SCHEMA = EventSchema()
ID = "0190a6e0-0000-7000-8000-00000000000"
PLAIN = {
    "id": ID + "1",
    "step_kind": "harvest",
    "event_time": "2026-11-21T05:40:00+07:00",
    "site_id": ID + "2",
}
MADE = {"batch_id": ID + "3", "quantity": "1", "uom": "kg"}

ids = st.uuids().map(str)
moments = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
likely = st.sampled_from(["2026-11-21T05:40:00+07:00", "2026-11-21T05:40:00.123456Z"])
exact = st.decimals(0, 10**6, places=3).map(str) | st.integers(0, 999) | st.just(2.5)
reference = st.fixed_dictionaries({"batch_id": ids}, optional={"producer_id": st.none() | ids})
item = st.fixed_dictionaries(
    {"batch_id": ids, "quantity": exact, "uom": st.sampled_from(sorted(UNITS))},
    optional={
        "producer_id": st.none() | ids,
        "mass_kg": st.none() | exact,
        "packaging": st.booleans(),
    },
)


def few(entry: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(entry, max_size=3)


messages = st.fixed_dictionaries(
    {"id": ids, "step_kind": st.sampled_from(sorted(STEP_KINDS)), "event_time": likely}
    | {"site_id": ids},
    optional={
        **dict.fromkeys(
            ("site_producer_id", "plot_id", "season_id", "ship_event_id", "corrects", "replaces"),
            st.none() | ids,
        ),
        "device_time": st.none() | likely,
        "device_skew_minutes": st.none() | st.integers(-(10**7), 10**7),
        "inputs": few(item),
        "outputs": few(item),
        "about": few(reference),
        "fields": st.just({}) | st.fixed_dictionaries({"note": st.just("trời mát")}),
        "photos": few(st.binary(min_size=32, max_size=32).map(bytes.hex)),
    },
)
# What stands in the place of something, or beside it.
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.0, 1.5, 10**8, float("nan"), "", "yes", "1", "-1", "1e3"),
    *("0.0000001", "1000000000000", "kg", "KG", "pack", [], {}, [None], [{}], {"": 1}),
    *(ID + "1", f"{{{ID}1}}", "urn:uuid:" + ID + "1", "A" * 64, "a" * 64 + "\n"),
    *("2026-11-21", "2026-11-21T05:40:00", "1026-11-21T05:40:00Z", "2026-W01-1T00:00Z"),
    *("2026-11-21T05:40:00+14:01", "2026-11-21T05:40:00+07:00:30", {"note": "\u202e"}),
    *({"note": 5}, {"weigh_method": "scale"}, {"attempt_kg": 12}, {"attempt_kg": "x"}),
]
odd = st.sampled_from(ODD).map(copy.deepcopy) | moments | st.text(max_size=3)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give every container of a message with every key or position in it."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [one for key in keys for one in places(value[key])]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    message = copy.deepcopy(draw(messages))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(message)))
        match draw(st.sampled_from(["replace", "drop", "add"])):
            case "replace":
                container[key] = draw(odd)
            case "drop" if isinstance(container, dict) and len(message) > 1:
                del container[key]
            case _ if isinstance(container, dict):
                name = st.sampled_from(sorted(SCHEMA.load_fields)) | st.text(max_size=3)
                container[draw(name)] = draw(odd)
            case _:
                container.append(draw(odd))
    return message


def loaded(message: Any) -> str | None:
    try:
        # With its signs and digits: 1.0 is not 1, nor 05:40+07:00 22:40 of the day before.
        return repr(sorted(SCHEMA.load(message).items()))
    except ValidationError:
        return None


@given(messages)
def test_a_plain_message_is_read_as_by_its_schema(message: dict[str, Any]) -> None:
    data = reading.event(message)
    assert (None if data is None else repr(sorted(data.items()))) == loaded(message)


DOUBTFUL: list[Any] = [
    *({"corrects": ID.upper() + "1"}, {"fields_": {}}, {"fields": {"attempt_kg": "x"}}),
    *({"inputs": [MADE] * 201}, {"photos": ["a" * 64] * 21}, {"photos": ["a" * 64 + "\n"]}),
    *({"outputs": [MADE | {"quantity": "0.0000001"}]}, {"outputs": [MADE | {"note": ""}]}),
    *({"outputs": [MADE | {"mass_kg": "0.0000001"}]}, {"outputs": [MADE | {"packaging": "yes"}]}),
    *({"about": [MADE]}, {"about": [None]}, {"about": {}}, {"outputs": [[]]}),
    *({"device_skew_minutes": minutes} for minutes in (10**7 + 1, "5", 5.0, True)),
    *({"event_time": "2026-11-21T05:40:00" + offset} for offset in ("", "+14:01", "+07:00:30")),
    *({"event_time": "1026-11-21T05:40:00Z"}, {"step_kind": "no"}, {"fields": None}),
]


@pytest.mark.parametrize("change", DOUBTFUL, ids=str)
def test_what_is_in_doubt_is_left_to_the_schema(change: dict[str, Any]) -> None:
    assert reading.event(PLAIN | change) is None


@given(mutated() | odd)
def test_what_is_read_is_right_and_of_the_documented_types(message: Any) -> None:
    data = reading.event(message)
    if data is not None:
        assert repr(sorted(data.items())) == loaded(message)
        strictness.reading(shapes.EventBodySchema(), message, lambda _: None)


@pytest.mark.parametrize("name", ["id", "step_kind", "event_time", "site_id"])
def test_what_must_be_there_is_not_made_up(name: str) -> None:
    assert reading.event(PLAIN | {"outputs": [MADE]}) is not None
    assert reading.event({key: value for key, value in PLAIN.items() if key != name}) is None
