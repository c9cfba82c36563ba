"""Photos of what recall cases are opened for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "recall_evidence",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "case_id"],
            ["recall_case.producer_id", "recall_case.case_id"],
            name=op.f("fk_recall_evidence_producer_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "photo_sha256"],
            ["photo.producer_id", "photo.sha256"],
            name=op.f("fk_recall_evidence_producer_id_photo_sha256"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "case_id", "photo_sha256", name=op.f("pk_recall_evidence")
        ),
    )
    protect("recall_evidence")


def downgrade() -> None:
    """Go back."""
    release("recall_evidence")
    op.drop_table("recall_evidence")
