"""Records of phones read straight through: only what the schema reads the same way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from traceapp.api import strictness
from traceapp.phone import envelopes
from traceapp.phone.envelopes import ENVELOPE

SHA256 = st.sampled_from(["a" * 64, "0" * 63, "A" * 64, f"{'a' * 64}\n", "", None, 5])
BESIDE = st.fixed_dictionaries(
    {},
    optional={
        "sequence": st.one_of(st.integers(-1, 3), st.sampled_from([2_000_000_001, 1.0, "1", True])),
        "sha256": SHA256,
        "batches": st.sampled_from([[], None, {}, [1], ()]),
        "originals": st.one_of(
            st.dictionaries(SHA256.filter(lambda key: isinstance(key, str)), SHA256, max_size=2),
            st.sampled_from([[], None, "a"]),
        ),
        "odd": st.none(),
    },
)


@given(BESIDE)
def test_what_is_read_straight_is_what_the_schema_reads(beside: dict[str, Any]) -> None:
    straight = envelopes._straight(beside)
    try:
        read = strictness.load(ENVELOPE, beside)
    except ValidationError:
        assert straight is None
    else:
        assert straight is None or straight == read


@pytest.mark.parametrize("beside", [{}, {"sha256": "a" * 64}, {"originals": {"a" * 64: "b" * 64}}])
def test_an_ordinary_record_is_read_straight(beside: dict[str, Any]) -> None:
    assert envelopes._straight({"sequence": 7, **beside}) is not None
