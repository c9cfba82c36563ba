"""Table of what phones sent under which number. The codes they hold: `codes.models`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.indexes import partly
from traceapp.database.types import Identifier, Instant, Key, Moment

PHONE = (["producer_id", "phone_id"], ["phone.producer_id", "phone.phone_id"])


class PhoneRecord(Base):
    """What the record with this number of a phone became; a number without a row did not come.

    `originals` names, as JSON, the camera's original of each photo that was made smaller. What was
    refused is kept as it was sent (`refused_message_id`) until it is recorded, or dismissed.
    `lacks` names what its kind of step wants and it did not tell, where a photo came instead.
    """

    __tablename__ = "phone_record"

    producer_id: Mapped[Key]
    phone_id: Mapped[Key]
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID | None] = mapped_column(Identifier)
    received_at: Mapped[Moment]
    status: Mapped[int]
    originals: Mapped[str | None]
    refused_message_id: Mapped[UUID | None] = mapped_column(Identifier)
    dismissed_at: Mapped[datetime | None] = mapped_column(Instant)
    dismissed_by_member_id: Mapped[UUID | None] = mapped_column(Identifier)
    dismissal_reason: Mapped[str | None]
    lacks: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(*PHONE),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        partly("status >= 400", "ix_phone_record_refused", "producer_id", "phone_id"),
        partly("lacks IS NOT NULL", "ix_phone_record_lacks", "producer_id", "received_at"),
    )
