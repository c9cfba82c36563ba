"""What a recall told leaves with whoever leads it, whose holders may be elsewhere."""

from collections.abc import Sequence

from alembic import op

from migrations.append_only import protect, protect_but, release, release_but

revision: str = "0071"
down_revision: str | None = "0070"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LETTER, REMINDER = "recall_letter", "recall_reminder"
OF_LETTER = (
    *("producer_id", "letter_id", "case_producer_id", "case_id", "kind", "way", "posted_at"),
)


def upgrade() -> None:
    """Go forward."""
    _unprotect()
    for table in (LETTER, REMINDER):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_producer_id"), type_="foreignkey")
    _protect()


def downgrade() -> None:
    """Go back; what was told to who is not here is lost."""
    _unprotect()
    for table in (LETTER, REMINDER):
        op.execute(
            f"DELETE FROM {table} WHERE producer_id NOT IN (SELECT producer_id FROM producer)"  # noqa: S608 - fixed words
        )
        with op.batch_alter_table(table) as changed:
            changed.create_foreign_key(
                op.f(f"fk_{table}_producer_id"), "producer", ["producer_id"], ["producer_id"]
            )
    _protect()


def _unprotect() -> None:
    """Building a table anew loses its triggers."""
    release_but(LETTER)
    release(REMINDER)


def _protect() -> None:
    protect_but(LETTER, "OLD.delivered_at IS NULL", OF_LETTER)
    protect(REMINDER)
