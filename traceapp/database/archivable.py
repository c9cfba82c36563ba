"""The column of what may be put away."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.types import Instant


class Archived(StrEnum):
    """Which of both a list holds: what is in use, what was put away, or any."""

    NO = "false"
    YES = "true"
    ANY = "any"


class Archivable:
    """Something that may be put away: offered and listed no more, never deleted."""

    archived_at: Mapped[datetime | None] = mapped_column(Instant)
