"""Table of files that wait between a dry run and the import."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Moment


class ImportFile(Base):
    """A table that a producer sent, kept for a day so that it need not be sent twice."""

    __tablename__ = "import_file"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    content: Mapped[bytes]
    sent_at: Mapped[Moment]
