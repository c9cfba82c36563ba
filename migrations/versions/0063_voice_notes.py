"""Voice notes, and the steps that they were said of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "voice",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", Identifier(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_voice_sha256_length")),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.producer_id"], name=op.f("fk_voice_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_voice_producer_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "sha256", name=op.f("pk_voice")),
    )
    op.create_table(
        "event_voice",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("event_id", Identifier(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "event_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_event_voice_producer_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "sha256"],
            ["voice.producer_id", "voice.sha256"],
            name=op.f("fk_event_voice_producer_id_sha256"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "event_id", name=op.f("pk_event_voice")),
    )
    protect("event_voice")


def downgrade() -> None:
    """Go back; what was said is lost, the steps stay."""
    release("event_voice")
    op.drop_table("event_voice")
    op.drop_table("voice")
