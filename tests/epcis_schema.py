"""The schema of EPCIS 2.0 as GS1 publishes it.

It has no open-source licence and is read where it lies beside the project; without it the tests
that need it are skipped. It checks no formats by itself, so ours are checked here.
"""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests.conftest import SHARED

SCHEMA = SHARED / "vectors" / "epcis" / "EPCIS-JSON-Schema.json"
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


def epcis_validator() -> Draft7Validator:
    """Read the schema, or skip the test where it is not here."""
    if not SCHEMA.exists():
        pytest.skip(f"the EPCIS schema of GS1 is not at {SCHEMA}")
    formats = FormatChecker(formats=())
    formats.checks("uri")(lambda text: URI.fullmatch(str(text)) is not None)
    formats.checks("date-time", raises=ValueError)(
        lambda text: datetime.fromisoformat(str(text)).tzinfo is not None
    )
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft7Validator(schema, format_checker=formats)


def wrong(validator: Draft7Validator, content: dict[str, Any]) -> list[str]:
    """Give what the schema says is wrong with a document, each with its place."""
    return [f"{list(one.path)}: {one.message[:200]}" for one in validator.iter_errors(content)]
