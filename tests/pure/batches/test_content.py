"""One content has one canonical form, however it was typed: composed, and without idle zeros."""

import json
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traceapp.batches.recording.content import canonical

# What may stand under "quantity": plain figures most of the time.
figures = (
    st.decimals(-10, 10**6, places=3).map(str)
    | st.sampled_from(["0", "10", "0.5", "10.50", "1e2", " 7", "-0", "007", ".5", "5.", "x", ""])
    | st.sampled_from(["1" * 40, "0." + "1" * 40, 2**60, 10.50, 3, True, None])
)
texts = st.sampled_from(["rau", "rau cải", "rau ca\u0309i", '"quantity":01', "é", "", "\u0301"])
objects = st.recursive(
    st.dictionaries(st.sampled_from(["quantity", "mass_kg"]), figures, max_size=2),
    lambda inner: (
        st.dictionaries(texts, texts | inner | st.lists(texts | inner, max_size=3), max_size=3)
        | st.fixed_dictionaries({"quantity": inner})
    ),
    max_leaves=12,
)


def normal(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {normal(key): normal(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [normal(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if name in {"quantity", "mass_kg"}:
        try:
            number = format(Decimal(str(value).strip()).normalize(), "f")
        except ArithmeticError:
            return value
        return "0" if number == "-0" else number
    return unicodedata.normalize("NFC", value)


@given(objects)
@example({"quantity": "10.50"})
@example({"quantity": 2**60})
@example({"quantity": "1" * 40})
@example({"\\": "rau ca\u0309i"})
@example({'\\"quantity': "01"})
def test_it_says_the_same_however_it_was_typed(value: dict[str, Any]) -> None:
    assert json.loads(canonical(value)) == normal(value)


@pytest.mark.parametrize("typed", ["10.5", "10.50", "010.5", 10.5, " 10.5", "1.05e1"])
def test_figures_that_mean_the_same_are_the_same(typed: object) -> None:
    assert canonical({"outputs": [{"quantity": typed}]}) == b'{"outputs":[{"quantity":"10.5"}]}'
