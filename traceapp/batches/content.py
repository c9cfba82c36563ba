"""What makes two messages the same: the hash of a canonical form of what was received. Pure."""

import hashlib
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rfc8785

SCHEMA_VERSION = 1


def canonical(received: Mapping[str, Any]) -> bytes:
    """Give the RFC 8785 form of a received JSON object.

    Texts become NFC and quantities lose trailing zeros ("10.50" is "10.5"); times stay as sent.
    """
    return rfc8785.dumps(_normal(received))


def fingerprint(document: bytes) -> bytes:
    """Give the SHA-256 of a canonical form."""
    return hashlib.sha256(document).digest()


def _normal(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str() if name in {"quantity", "mass_kg"}:
            return _without_trailing_zeros(value)
        case str():
            return unicodedata.normalize("NFC", value)
        case int() | float() if name in {"quantity", "mass_kg"} and not isinstance(value, bool):
            return _without_trailing_zeros(str(value))
        case Mapping():
            return {
                unicodedata.normalize("NFC", key): _normal(inner, key)
                for key, inner in value.items()
            }
        case list() | tuple():
            return [_normal(inner) for inner in value]
        case _:
            return value


def _without_trailing_zeros(text: str) -> str:
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        return text
    plain = format(number.normalize(), "f") if number.is_finite() else text
    return "0" if plain == "-0" else plain
