"""Effectiveness checks of recalls: samples of holders and what was found there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("recall_sample", "recall_sample_holder", "recall_sample_finding")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "recall_sample",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("sample_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("holders", sa.Integer(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.CheckConstraint("holders > 0", name=op.f("ck_recall_sample_somebody_had_it")),
        sa.ForeignKeyConstraint(
            ["producer_id", "case_id"],
            ["recall_case.producer_id", "recall_case.case_id"],
            name=op.f("fk_recall_sample_producer_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "sample_id", name=op.f("pk_recall_sample")),
    )
    op.create_index("ix_recall_sample_case", "recall_sample", ["producer_id", "case_id"])
    op.create_table(
        "recall_sample_holder",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("sample_id", Identifier(), nullable=False),
        sa.Column("holder_id", Identifier(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id", "sample_id"],
            ["recall_sample.producer_id", "recall_sample.sample_id"],
            name=op.f("fk_recall_sample_holder_producer_id_sample_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "sample_id", "holder_id", name=op.f("pk_recall_sample_holder")
        ),
    )
    op.create_table(
        "recall_sample_finding",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("finding_id", Identifier(), nullable=False),
        sa.Column("sample_id", Identifier(), nullable=False),
        sa.Column("holder_id", Identifier(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "found IN ('on_sale', 'taken_away', 'not_reached')",
            name=op.f("ck_recall_sample_finding_found_known"),
        ),
        sa.CheckConstraint(
            "length(note) <= 2000", name=op.f("ck_recall_sample_finding_note_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "sample_id", "holder_id"],
            [
                "recall_sample_holder.producer_id",
                "recall_sample_holder.sample_id",
                "recall_sample_holder.holder_id",
            ],
            name=op.f("fk_recall_sample_finding_producer_id_sample_id_holder_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "finding_id", name=op.f("pk_recall_sample_finding")
        ),
    )
    op.create_index(
        "ix_recall_sample_finding_sample", "recall_sample_finding", ["producer_id", "sample_id"]
    )
    protect(*TABLES)


def downgrade() -> None:
    """Go back."""
    release(*TABLES)
    op.drop_index("ix_recall_sample_finding_sample", table_name="recall_sample_finding")
    op.drop_table("recall_sample_finding")
    op.drop_table("recall_sample_holder")
    op.drop_index("ix_recall_sample_case", table_name="recall_sample")
    op.drop_table("recall_sample")
