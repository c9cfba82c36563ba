"""Tables of the purchasing board: needs, what producers show, and letters between the two sides."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Key, Moment, Reference

CONTACT = ["purchase_contact.producer_id", "purchase_contact.contact_id"]


class PurchaseNeed(Base):
    """What a buyer needs each week. Append-only: the newest version holds, older ones stay.

    `quantity` is the exact text of an amount of `uom`; `certificates` are ids of kinds, with
    spaces between them.
    """

    __tablename__ = "purchase_need"

    producer_id: Mapped[Key]
    need_id: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    words: Mapped[str]
    folded_words: Mapped[str]
    quantity: Mapped[str]
    uom: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    province: Mapped[str]
    commune_kind: Mapped[str]
    commune: Mapped[str]
    reach: Mapped[str]
    level: Mapped[str]
    certificates: Mapped[str]
    note: Mapped[str | None]
    is_named: Mapped[bool]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),
        ForeignKeyConstraint(
            ["province", "commune_kind", "commune"],
            ["commune.province", "commune.kind", "commune.name"],
        ),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("until_on >= from_on", name="ends_after_start"),
        CheckConstraint("kind <> '' OR words <> ''", name="says_what"),
        CheckConstraint("length(words) <= 100", name="words_length"),
        CheckConstraint("length(note) BETWEEN 1 AND 500", name="note_length"),
        CheckConstraint(
            "level IN ('self', 'coop', 'counterpart', 'inspector', 'lab')", name="level_known"
        ),
        Index("ix_purchase_need_until", "until_on"),
        Index("ix_purchase_need_id", "need_id"),
    )


class PurchaseNeedEnd(Base):
    """A need is over before its last day: said once, by somebody of the buyer."""

    __tablename__ = "purchase_need_end"

    producer_id: Mapped[Key]
    need_id: Mapped[Key]
    by_member_id: Mapped[Reference]
    ended_at: Mapped[Moment]

    __table_args__ = (ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),)


class BoardProduct(Base):
    """What the board may tell of how much there is of a product; without a row it tells nothing."""

    __tablename__ = "board_product"

    producer_id: Mapped[Key]
    product_id: Mapped[Key]
    shows: Mapped[str]
    by_member_id: Mapped[Reference]
    changed_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "product_id"], ["product.producer_id", "product.product_id"]
        ),
        CheckConstraint("shows IN ('nothing', 'range', 'exact')", name="shows_known"),
    )


class PurchaseContact(Base):
    """A buyer wrote to the producer of a lot about a need, in the version that held then.

    It belongs to the producer of the lot; `buyer_id` reads and writes in it, too. The need is named
    by both ids without a key, as in events.
    """

    __tablename__ = "purchase_contact"

    producer_id: Mapped[Key]
    contact_id: Mapped[Key]
    batch_id: Mapped[Reference]
    buyer_id: Mapped[Reference]
    need_id: Mapped[Reference]
    need_version: Mapped[int]
    opened_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        CheckConstraint("buyer_id <> producer_id", name="with_another"),
        Index("ix_purchase_contact_id", "contact_id"),
        Index("ix_purchase_contact_buyer", "buyer_id", "need_id"),
    )


class PurchaseLetter(Base):
    """What one side wrote to the other; the producer's may agree or decline. Append-only."""

    __tablename__ = "purchase_letter"

    producer_id: Mapped[Key]
    letter_id: Mapped[Key]
    contact_id: Mapped[Reference]
    says: Mapped[str]
    text: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    sent_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "contact_id"], CONTACT),
        CheckConstraint("says IN ('words', 'agrees', 'declines')", name="says_known"),
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),
        Index("ix_purchase_letter_contact", "producer_id", "contact_id", "sent_at"),
    )
