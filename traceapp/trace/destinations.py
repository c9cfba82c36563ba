"""Where goods were sent, as a step says it. Pure."""

from collections.abc import Mapping
from typing import Any

RECEIVER = "to_site"  # the field of a shipment that says where it goes


def destination(fields: Mapping[str, object] | None) -> str:
    """Give where goods were sent: the id of a place here, or a name; "" where nobody said."""
    return str((fields or {}).get(RECEIVER) or "").strip()


def with_destination(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the fields of a step with its destination as everybody reads it."""
    return {**fields, RECEIVER: destination(fields)} if RECEIVER in fields else fields
