"""Tables of the interface: answers kept for repeated requests, messages that were refused."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment

PRODUCER_KEY = "producer.producer_id"


class KeptAnswer(Base):
    """The answer to a request with an Idempotency-Key, given again when the request is repeated."""

    __tablename__ = "kept_answer"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    key_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[str]
    answered_at: Mapped[Moment]


class RefusedMessage(Base):
    """An event as it was received and not recorded: of the wrong shape, or under a used id.

    Append-only, so that nothing a program sent is lost; the id of the event stays free.
    """

    __tablename__ = "refused_message"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    message_id: Mapped[Key]
    received_at: Mapped[Moment]
    member_id: Mapped[UUID] = mapped_column(Identifier)
    status: Mapped[int]
    content: Mapped[str]
    findings: Mapped[str]

    __table_args__ = (Index("ix_refused_message_received", "producer_id", "received_at"),)
