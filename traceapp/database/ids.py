"""New ids: UUID version 7, made in the application and sortable by time (RFC 9562, 5.7)."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """Make a fresh id."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
