"""What assessments say in English, too, and photos of what shows a measure."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0046"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = (
    ("cleaner_assessment", "output_unit_en"),
    ("cleaner_assessment", "not_covered_en"),
    ("cleaner_indicator", "unit_en"),
    ("cleaner_indicator", "reason_en"),
)


def upgrade() -> None:
    """Go forward."""
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.String(), nullable=True))
    key = ["producer_id", "measure_id", "state"]
    photo = ["photo.producer_id", "photo.sha256"]
    op.create_table(
        "cleaner_evidence",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("measure_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            key,
            [f"cleaner_measure_step.{column}" for column in key],
            name=op.f("fk_cleaner_evidence_producer_id_measure_id_state"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "photo_sha256"],
            photo,
            name=op.f("fk_cleaner_evidence_producer_id_photo_sha256"),
        ),
        sa.PrimaryKeyConstraint(*key, "photo_sha256", name=op.f("pk_cleaner_evidence")),
    )
    protect("cleaner_evidence")
    op.execute("DELETE FROM public_snapshot")  # kept pages tell these texts in one language


def downgrade() -> None:
    """Go back; English texts and photos of measures are lost."""
    release("cleaner_evidence")
    op.drop_table("cleaner_evidence")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
    op.execute("DELETE FROM public_snapshot")
