"""The canonical form is that of `rfc8785`, byte for byte, however it is written."""

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from traceapp.batches.recording import canonical_json

VECTORS = Path(__file__).resolve().parents[3] / ".." / "shared" / "vectors" / "tlog" / "jcs"

numbers = (
    st.integers()
    | st.integers(-(2**53) - 2, 2**53 + 2)
    | st.floats()
    | st.integers(-(10**22), 10**22).map(float)
    | st.floats(-0.001, 0.001)
)
# Every kind of character, and often those around which the two orders differ.
texts = st.text() | st.text(st.sampled_from('a"\\/\x00\x1f\x7f\u2028é\ue000\uffff\ud800\U0001f345'))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def said(dumps: Any, value: dict[str, Any]) -> bytes | type[Exception]:
    try:
        answer: bytes = dumps(value)
    except rfc8785.CanonicalizationError as error:
        return type(error)
    except UnicodeEncodeError as error:
        return type(error)
    return answer


@given(st.dictionaries(texts, values, max_size=5))
@example({"\U0001f345": 1, "\ue000": 2})
@example({"\ud800": 1})
@example({"": [1.5, -1, 2**53 - 1, 123456789012345.25]})
@example({"": 1.0})
@example({"": -0.0})
@example({"": 1e21})
@example({"": 1.5e-5})
@example({"": -(2**53)})
@example({"": [float("nan")]})
@example({"": float("-inf")})
@example({"": ',1.0 "[2e5:-NaN'})
def test_same_bytes_or_the_same_refusal(value: dict[str, Any]) -> None:
    assert said(canonical_json.dumps, value) == said(rfc8785.dumps, value)


@pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the JCS vectors are not beside this checkout (../shared/vectors)"
)
def test_published_vectors() -> None:
    inputs = sorted((VECTORS / "testdata" / "input").glob("*.json"))
    assert inputs
    for path in inputs:
        wanted = (VECTORS / "testdata" / "output" / path.name).read_bytes()
        value = json.loads(path.read_text(encoding="utf-8"))
        # Ours are objects: one that is an array stands under a name.
        assert canonical_json.dumps({"": value}) == b'{"":' + wanted + b"}", path.name
