"""What makes two messages the same: the hash of a canonical form of what was received. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

from rfc8785 import CanonicalizationError

from traceapp.batches.recording import canonical_json
from traceapp.trace.destinations import with_destination

SCHEMA_VERSION = 1
PLACES = (
    *("producer_id", "site_producer_id", "site_id", "plot_id", "season_id", "ship_event_id"),
    "corrects_event_id",
)

_EXACT = frozenset({"quantity", "mass_kg"})
# In a document; a text that only looks like one costs a little time.
_PLAIN = r'"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{0,11}[1-9])?"|null|true|false'
_OTHER_QUANTITY = re.compile(rf'"(?:{"|".join(sorted(_EXACT))})":(?!{_PLAIN})')


def canonical(received: Mapping[str, Any]) -> bytes:
    """Give the RFC 8785 form of a received JSON object.

    Texts become NFC and quantities lose trailing zeros ("10.50" is "10.5"); times stay as sent.
    """
    with suppress(CanonicalizationError, TypeError):
        document = canonical_json.dumps(dict(received))
        if _is_normal(document.decode()):
            return document
    return canonical_json.dumps(_normal(received))


def fingerprint(document: bytes) -> bytes:
    """Give the SHA-256 of a canonical form."""
    return hashlib.sha256(document).digest()


def likeness(event: Mapping[str, Any], said: Mapping[str, Any]) -> int:
    """Give a number that events share whose content is the same, whoever sent them under which id.

    `event` is a row, `said` its message, as it was read or as it stands in the document. Events
    of other content share it by accident at most, or where only what lines weigh differs.
    """
    what = {
        "kind": event["step_kind"],
        "time": event["event_time"].astimezone(UTC).isoformat(),
        "places": [None if event[name] is None else event[name].hex for name in PLACES],
        "lines": list(_lines(event["producer_id"], said)),
        "fields": with_destination(said.get("fields") or {}),
    }
    return int.from_bytes(fingerprint(canonical(what))[:6])  # as much as a number in JSON holds


def _lines(author: UUID, said: Mapping[str, Any]) -> Iterator[list[Any]]:
    for side in ("inputs", "outputs", "about"):
        for line in said.get(side) or ():
            refs = [_id(line.get("producer_id") or author), _id(line["batch_id"])]
            quantity = _without_trailing_zeros(str(line.get("quantity")))
            yield [side, *refs, quantity, line.get("uom"), bool(line.get("packaging"))]


def _id(value: UUID | str) -> str:
    return (value if isinstance(value, UUID) else UUID(value)).hex


def _is_normal(document: str) -> bool:
    """Tell whether all texts and quantities are surely in their normal form, as most are."""
    return unicodedata.is_normalized("NFC", document) and not _OTHER_QUANTITY.search(document)


def _normal(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _without_trailing_zeros(value) if name in _EXACT else _composed(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _without_trailing_zeros(str(value)) if name in _EXACT else value
    if isinstance(value, list | tuple):
        return [_normal(inner) for inner in value]
    if isinstance(value, Mapping):
        return {_composed(key): _normal(inner, key) for key, inner in value.items()}
    return value


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _without_trailing_zeros(text: str) -> str:
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        return text
    plain = format(number.normalize(), "f") if number.is_finite() else text
    return "0" if plain == "-0" else plain
