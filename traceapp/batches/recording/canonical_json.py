"""RFC 8785 (JCS) by the encoder in C of Python's own `json`, where that gives the same bytes. Pure.

Several times as fast as `rfc8785`, which is asked for all that the two would write differently.
"""

import json
import re
from typing import Any

import rfc8785

_write = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode

# As `json` wrote it: numbers that ECMAScript writes otherwise, or that RFC 8785 refuses. A text
# that only looks like one costs a little time.
_OTHER_NUMBER = re.compile(r"[:,\[]-?(?:\d+\.0(?!\d)|\d+(?:\.\d+)?e|\d{16}|NaN|Infinity)")
# Where UTF-16, by which keys are sorted, has another order than Python.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def dumps(value: dict[str, Any]) -> bytes:
    """Give the canonical form of an object of JSON. Raises CanonicalizationError."""
    text = _write(value)
    if _OTHER_NUMBER.search(text) or not (text.isascii() or _ASTRAL.search(text) is None):
        return rfc8785.dumps(value)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: it says so in its words
        return rfc8785.dumps(value)
