"""Tables of files on their way: in, between a dry run and the import; out, to be fetched."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

PRODUCER_KEY = "producer.producer_id"


class ImportFile(Base):
    """A table that a producer sent, kept for a day so that it need not be sent twice."""

    __tablename__ = "import_file"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes]
    sent_at: Mapped[Moment]


class ExportFile(Base):
    """Everything of a producer in one file that a member asked for; made by the worker.

    `made_at`, `size` and `sha256` are unknown until then. The file itself is in the storage.
    """

    __tablename__ = "export_file"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    export_id: Mapped[Key]
    asked_by_member_id: Mapped[Reference]
    asked_at: Mapped[Moment]
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    __table_args__ = (
        CheckConstraint("(made_at IS NULL) = (sha256 IS NULL)", name="made_is_known"),
    )
