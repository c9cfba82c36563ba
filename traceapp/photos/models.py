"""Tables of photos, keyed by producer and SHA-256 of the original."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment


class Photo(Base):
    """An original. It is never served; `state` says whether its renditions exist."""

    __tablename__ = "photo"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    state: Mapped[str]
    is_public: Mapped[bool]
    uploaded_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state_known"),
        CheckConstraint("length(sha256) = 32", name="sha256_length"),
    )


class PhotoRendition(Base):
    """A re-encoded picture made from an original, stored under its own SHA-256."""

    __tablename__ = "photo_rendition"

    producer_id: Mapped[Key]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "sha256"], ["photo.producer_id", "photo.sha256"]),
        CheckConstraint("name IN ('hero', 'large', 'thumb')", name="name_known"),
        Index("ix_photo_rendition_file_name", "file_name"),
    )
