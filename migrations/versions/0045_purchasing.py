"""The purchasing board: needs, what producers show of their products, letters."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0045"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPENDED = ("purchase_need", "purchase_need_end", "purchase_contact", "purchase_letter")
TABLES = ("purchase_need", "purchase_need_end", "board_product", "purchase_contact")


def upgrade() -> None:
    """Go forward."""
    _needs()
    _ends()
    _products()
    _contacts()
    _letters()
    protect(*APPENDED)


def downgrade() -> None:
    """Go back."""
    release(*APPENDED)
    for table in ("purchase_letter", *reversed(TABLES)):
        op.drop_table(table)


def _needs() -> None:
    texts = ("kind", "words", "folded_words", "quantity", "uom")
    more = ("province", "commune_kind", "commune", "reach", "level", "certificates")
    table = "purchase_need"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("need_id", Identifier(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in more),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("version >= 1", table, "version_positive"),
        _check("until_on >= from_on", table, "ends_after_start"),
        _check("kind <> '' OR words <> ''", table, "says_what"),
        _check("length(words) <= 100", table, "words_length"),
        _check("length(note) BETWEEN 1 AND 500", table, "note_length"),
        _check(
            "level IN ('self', 'coop', 'counterpart', 'inspector', 'lab')", table, "level_known"
        ),
        _of_producer(table),
        sa.ForeignKeyConstraint(
            ["province", "commune_kind", "commune"],
            ["commune.province", "commune.kind", "commune.name"],
            name=op.f("fk_purchase_need_province_commune_kind_commune"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "need_id", "version", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_purchase_need_until", table, ["until_on"])
    op.create_index("ix_purchase_need_id", table, ["need_id"])


def _ends() -> None:
    table = "purchase_need_end"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("need_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        _of_producer(table),
        sa.PrimaryKeyConstraint("producer_id", "need_id", name=op.f(f"pk_{table}")),
    )


def _products() -> None:
    table = "board_product"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("product_id", Identifier(), nullable=False),
        sa.Column("shows", sa.String(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        _check("shows IN ('nothing', 'range', 'exact')", table, "shows_known"),
        sa.ForeignKeyConstraint(
            ["producer_id", "product_id"],
            ["product.producer_id", "product.product_id"],
            name=op.f("fk_board_product_producer_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "product_id", name=op.f(f"pk_{table}")),
    )


def _contacts() -> None:
    table = "purchase_contact"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("contact_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("buyer_id", Identifier(), nullable=False),
        sa.Column("need_id", Identifier(), nullable=False),
        sa.Column("need_version", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        _check("buyer_id <> producer_id", table, "with_another"),
        sa.ForeignKeyConstraint(
            ["producer_id", "batch_id"],
            ["batch.producer_id", "batch.batch_id"],
            name=op.f("fk_purchase_contact_producer_id_batch_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "contact_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_purchase_contact_id", table, ["contact_id"])
    op.create_index("ix_purchase_contact_buyer", table, ["buyer_id", "need_id"])


def _letters() -> None:
    table = "purchase_letter"
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("letter_id", Identifier(), nullable=False),
        sa.Column("contact_id", Identifier(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        _check("says IN ('words', 'agrees', 'declines')", table, "says_known"),
        _check("length(text) BETWEEN 1 AND 2000", table, "text_length"),
        sa.ForeignKeyConstraint(
            ["producer_id", "contact_id"],
            ["purchase_contact.producer_id", "purchase_contact.contact_id"],
            name=op.f("fk_purchase_letter_producer_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "letter_id", name=op.f(f"pk_{table}")),
    )
    columns = ["producer_id", "contact_id", "sent_at"]
    op.create_index("ix_purchase_letter_contact", table, columns)


def _of_producer(table: str) -> sa.ForeignKeyConstraint:
    key = op.f(f"fk_{table}_producer_id")
    return sa.ForeignKeyConstraint(["producer_id"], ["producer.producer_id"], name=key)


def _check(rule: str, table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
