"""The column of what may be put away."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.types import Instant


class Archivable:
    """Something that may be put away: offered and listed no more, never deleted."""

    archived_at: Mapped[datetime | None] = mapped_column(Instant)
