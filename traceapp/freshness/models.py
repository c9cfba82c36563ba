"""Tables of kept public pages. Both are derived: losing them costs time, never truth."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Moment, Reference


class PublicGeneration(Base):
    """One row: the number every kept page carries. Stepping it makes all of them stale."""

    __tablename__ = "public_generation"

    single: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("single = 1", name="one_row"),)


class PublicSnapshot(Base):
    """The read model of one batch: the language-neutral document behind its public page."""

    __tablename__ = "public_snapshot"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    document: Mapped[str]
    built_at: Mapped[Moment]
