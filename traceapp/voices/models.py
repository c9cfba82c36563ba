"""Tables of voice notes: what was said, and which step it was said of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment


class Voice(Base):
    """A voice note. Once it is erased its file is gone; the row keeps it from coming again."""

    __tablename__ = "voice"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(Identifier)
    media_type: Mapped[str]
    size: Mapped[int]
    seconds: Mapped[int | None]
    uploaded_at: Mapped[Moment]
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        CheckConstraint("length(sha256) = 32", name="sha256_length"),
    )


class EventVoice(Base):
    """What was said of a step; beside the step, whose content and hash do not know of it."""

    __tablename__ = "event_voice"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
        ForeignKeyConstraint(["producer_id", "sha256"], ["voice.producer_id", "voice.sha256"]),
    )
