"""Photos of answers to questions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "question_photo",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("question_id", Identifier(), nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "question_id"],
            ["question_answer.producer_id", "question_answer.question_id"],
            name=op.f("fk_question_photo_producer_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "photo_sha256"],
            ["photo.producer_id", "photo.sha256"],
            name=op.f("fk_question_photo_producer_id_photo_sha256"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "question_id", "photo_sha256", name=op.f("pk_question_photo")
        ),
    )
    protect("question_photo")


def downgrade() -> None:
    """Go back."""
    release("question_photo")
    op.drop_table("question_photo")
