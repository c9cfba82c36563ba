"""Read the JSON files of this package, once, at import. What they mean lives with their readers."""

import json
from decimal import Decimal
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Give the parsed content of one JSON file beside this module, numbers with a point exact."""
    text = files("traceapp.trace").joinpath(name).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return content
