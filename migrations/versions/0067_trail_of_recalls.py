"""What a recall told is never edited; whom each letter of it went to, and whether it arrived."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, protect_but, release, release_but
from traceapp.database.types import Identifier, Instant

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LETTER, NOTICE, BATCH, REMINDER = (
    *("recall_letter", "recall_notice", "recalled_batch", "recall_reminder"),
)
OF_NOTICE = (
    *("producer_id", "case_id", "subject_producer_id", "actor", "reason", "risk", "instruction"),
    *("contact", "issued_at", "due_at", "is_official", "is_drill"),
)
OF_BATCH = ("producer_id", "batch_id", "case_producer_id", "case_id")
OF_LETTER = (
    *("producer_id", "letter_id", "case_producer_id", "case_id", "kind", "way", "posted_at"),
)


def upgrade() -> None:
    """Go forward: of what was told before, nobody knows any more to whom."""
    op.create_table(
        LETTER,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("letter_id", Identifier(), nullable=False),
        sa.Column("case_producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('told', 'reminder', 'narrow', 'release', 'close')",
            name=op.f(f"ck_{LETTER}_kind_known"),
        ),
        sa.CheckConstraint(
            "way IN ('letter', 'no_address', 'no_server')", name=op.f(f"ck_{LETTER}_way_known")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.producer_id"], name=op.f(f"fk_{LETTER}_producer_id")
        ),
        sa.PrimaryKeyConstraint("producer_id", "letter_id", name=op.f(f"pk_{LETTER}")),
    )
    op.create_index(f"ix_{LETTER}_case", LETTER, ["case_producer_id", "case_id"])
    op.create_index(f"ix_{LETTER}_letter", LETTER, ["letter_id"])
    protect(REMINDER)
    was = "OLD.closed_at IS NULL OR NEW.closed_at = OLD.closed_at"
    ended = "OLD.ended_at IS NULL OR NEW.ended_at = OLD.ended_at"
    protect_but(NOTICE, f"({was}) AND ({ended}) AND (NEW.is_widened OR NOT OLD.is_widened)", OF_NOTICE)
    joined = "NEW.joined_at = OLD.joined_at OR (OLD.left_at IS NOT NULL AND NEW.left_at IS NULL)"
    protect_but(BATCH, joined, OF_BATCH)
    protect_but(LETTER, "OLD.delivered_at IS NULL", OF_LETTER)


def downgrade() -> None:
    """Go back; to whom letters went is lost."""
    release_but(LETTER, BATCH, NOTICE)
    release(REMINDER)
    op.drop_table(LETTER)
