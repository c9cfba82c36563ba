"""Stalls of loose goods, and the lots that are and were on them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "stall",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stall_id", Identifier(), nullable=False),
        sa.Column("site_id", Identifier(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("code", sa.String(11), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.CheckConstraint("length(code) = 11", name=op.f("ck_stall_code_length")),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.producer_id"], name=op.f("fk_stall_producer_id_producer")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "site_id"],
            ["site.producer_id", "site.site_id"],
            name=op.f("fk_stall_producer_id_site"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stall_id", name=op.f("pk_stall")),
        sa.UniqueConstraint("code", name=op.f("uq_stall_code")),
        sa.UniqueConstraint("producer_id", "name", name=op.f("uq_stall_producer_id_name")),
    )
    _create_lots()


def downgrade() -> None:
    """Go back; stalls and their lots are lost."""
    op.drop_table("stall_lot")
    op.drop_table("stall")


def _create_lots() -> None:
    op.create_table(
        "stall_lot",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stay_id", Identifier(), nullable=False),
        sa.Column("stall_id", Identifier(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("put_on_by_member_id", Identifier(), nullable=False),
        sa.Column("put_on_at", Instant(), nullable=False),
        sa.Column("gone", sa.String(), nullable=True),
        sa.Column("gone_by_member_id", Identifier(), nullable=True),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "gone IN ('taken_off', 'sold_out')", name=op.f("ck_stall_lot_gone_known")
        ),
        sa.CheckConstraint(
            "(gone IS NULL) = (gone_at IS NULL) AND (gone IS NULL) = (gone_by_member_id IS NULL)",
            name=op.f("ck_stall_lot_gone_told"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "stall_id"],
            ["stall.producer_id", "stall.stall_id"],
            name=op.f("fk_stall_lot_producer_id_stall"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "put_on_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_stall_lot_producer_id_membership"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "gone_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_stall_lot_gone_by"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stay_id", name=op.f("pk_stall_lot")),
    )
    there = sa.text("gone_at IS NULL")
    op.create_index(
        "uq_stall_lot_there",
        "stall_lot",
        ["producer_id", "stall_id", "batch_producer_id", "batch_id"],
        unique=True,
        postgresql_where=there,
        sqlite_where=there,
    )
