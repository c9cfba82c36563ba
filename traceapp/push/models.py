"""Table of who is told by push. It is global: a shopper's row knows no person and no producer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment
from traceapp.push.encryption import AUTH_BYTES, POINT_BYTES

TOLD = "'active', 'sale_stopped', 'suspended', 'recalled'"


class PushSubscription(Base):
    """Where a browser wants to be told about one code, or a phone of staff about its producer.

    `told` is what the browser was last told of the code, `told_number` counts how often: a message
    with an older number is stale. `browser_key` and `auth` encrypt for that browser alone.
    """

    __tablename__ = "push_subscription"

    subscription_id: Mapped[Key]
    endpoint: Mapped[str]
    browser_key: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(2))
    code: Mapped[str | None] = mapped_column(String(10), ForeignKey("public_code.code"))
    producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    phone_id: Mapped[UUID | None] = mapped_column(Identifier)
    told: Mapped[str]
    told_number: Mapped[int]
    created_at: Mapped[Moment]
    last_success_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("length(endpoint) BETWEEN 1 AND 500", name="endpoint_length"),
        CheckConstraint(
            f"length(browser_key) = {POINT_BYTES} AND length(auth) = {AUTH_BYTES}",
            name="keys_length",
        ),
        CheckConstraint("language IN ('vi', 'en')", name="language_known"),
        CheckConstraint(f"told IN ({TOLD})", name="told_known"),
        CheckConstraint(
            "(code IS NULL) = (phone_id IS NOT NULL)"
            " AND (phone_id IS NULL) = (producer_id IS NULL)",
            name="about_one",
        ),
        ForeignKeyConstraint(["producer_id", "phone_id"], ["phone.producer_id", "phone.phone_id"]),
        UniqueConstraint("endpoint", "code"),
        UniqueConstraint("producer_id", "phone_id"),
        Index("ix_push_subscription_code", "code"),
        Index("ix_push_subscription_created", "created_at"),
    )
