"""Recall cases: what is done in them, what pages say of them, whom they reach, who answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("recall_case", "recall_act", "recall_act_batch", "recall_acknowledgement")


def upgrade() -> None:
    """Go forward."""
    _create_notices()
    _create_cases()
    _create_acts()
    _create_acknowledgements()
    protect(*APPEND_ONLY)


def downgrade() -> None:
    """Go back; cases and what they reach are lost."""
    release(*APPEND_ONLY)
    for table in (*reversed(APPEND_ONLY), "recalled_batch", "recall_notice"):
        op.drop_table(table)


def _create_notices() -> None:
    op.create_table(
        "recall_notice",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("subject_producer_id", Identifier(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("is_widened", sa.Boolean(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "risk IN ('low', 'medium', 'high')", name=op.f("ck_recall_notice_risk_known")
        ),
        sa.PrimaryKeyConstraint("producer_id", "case_id", name=op.f("pk_recall_notice")),
    )
    op.create_table(
        "recalled_batch",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("case_producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id", "batch_id"],
            ["batch.producer_id", "batch.batch_id"],
            name=op.f("fk_recalled_batch_producer_id_batch"),
        ),
        sa.PrimaryKeyConstraint(
            *("producer_id", "batch_id", "case_producer_id", "case_id"),
            name=op.f("pk_recalled_batch"),
        ),
    )
    op.create_index("ix_recalled_batch_case", "recalled_batch", ["case_producer_id", "case_id"])


def _create_cases() -> None:
    op.create_table(
        "recall_case",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_by_member_id", Identifier(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('batch', 'lab_result', 'report', 'inspection', 'supplier', 'drill')",
            name=op.f("ck_recall_case_basis_known"),
        ),
        sa.CheckConstraint(
            "length(reason) BETWEEN 1 AND 2000", name=op.f("ck_recall_case_reason_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "opened_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_recall_case_producer_id_membership"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "case_id", name=op.f("pk_recall_case")),
        sa.UniqueConstraint("producer_id", "number", name=op.f("uq_recall_case_producer_id_number")),
    )
    op.create_index("ix_recall_case_batch", "recall_case", ["batch_producer_id", "batch_id"])


def _create_acts() -> None:
    op.create_table(
        "recall_act",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("act_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("answers_act_id", Identifier(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('issue', 'widen', 'narrow', 'release', 'close', 'agree', 'withdraw')",
            name=op.f("ck_recall_act_kind_known"),
        ),
        sa.CheckConstraint("length(reason) <= 2000", name=op.f("ck_recall_act_reason_length")),
        sa.CheckConstraint(
            "(answers_act_id IS NOT NULL) = (kind IN ('agree', 'withdraw'))",
            name=op.f("ck_recall_act_answers_an_act"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "case_id"],
            ["recall_case.producer_id", "recall_case.case_id"],
            name=op.f("fk_recall_act_producer_id_recall_case"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "act_id", name=op.f("pk_recall_act")),
        sa.UniqueConstraint(
            *("producer_id", "answers_act_id"),
            name=op.f("uq_recall_act_producer_id_answers_act_id"),
        ),
    )
    op.create_index("ix_recall_act_case", "recall_act", ["producer_id", "case_id"])
    op.create_table(
        "recall_act_batch",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("act_id", Identifier(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "act_id"],
            ["recall_act.producer_id", "recall_act.act_id"],
            name=op.f("fk_recall_act_batch_producer_id_recall_act"),
        ),
        sa.PrimaryKeyConstraint(
            *("producer_id", "act_id", "batch_producer_id", "batch_id"),
            name=op.f("pk_recall_act_batch"),
        ),
    )


def _create_acknowledgements() -> None:
    op.create_table(
        "recall_acknowledgement",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("acknowledgement_id", Identifier(), nullable=False),
        sa.Column("case_producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.Column("set_apart", sa.BigInteger(), nullable=False),
        sa.Column("booked_sold", sa.BigInteger(), nullable=False),
        sa.Column("booked_left", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(32), nullable=True),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "sold >= 0 AND set_apart >= 0", name=op.f("ck_recall_acknowledgement_not_negative")
        ),
        sa.CheckConstraint(
            "length(note) <= 2000", name=op.f("ck_recall_acknowledgement_note_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_recall_acknowledgement_producer_id_membership"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "acknowledgement_id", name=op.f("pk_recall_acknowledgement")
        ),
    )
    op.create_index(
        "ix_recall_acknowledgement_case",
        "recall_acknowledgement",
        ["case_producer_id", "case_id"],
    )
