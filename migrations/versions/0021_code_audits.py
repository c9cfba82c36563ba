"""Audits of issued codes, and what each page answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "code_audit",
        sa.Column("audit_id", Identifier(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= live AND live <= asked AND asked <= sampled AND sampled <= issued",
            name=op.f("ck_code_audit_numbers_agree"),
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_code_audit")),
    )
    op.create_index("ix_code_audit_started", "code_audit", ["started_at"])
    protect("code_audit")
    op.create_table(
        "code_audit_page",
        sa.Column("audit_id", Identifier(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('live', 'away', 'late', 'status', 'other')",
            name=op.f("ck_code_audit_page_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["code_audit.audit_id"],
            name=op.f("fk_code_audit_page_audit_id_code_audit"),
        ),
        sa.ForeignKeyConstraint(
            ["code"], ["public_code.code"], name=op.f("fk_code_audit_page_code_public_code")
        ),
        sa.PrimaryKeyConstraint("audit_id", "code", name=op.f("pk_code_audit_page")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("code_audit_page")
    release("code_audit")
    op.drop_table("code_audit")
