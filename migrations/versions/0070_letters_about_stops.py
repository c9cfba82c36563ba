"""Letters about stopped sales are kept as those of recalls are."""

from collections.abc import Sequence

from alembic import op

from migrations.append_only import protect_but, release_but

revision: str = "0070"
down_revision: str | None = "0069"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LETTER = "recall_letter"
OF_LETTER = (
    *("producer_id", "letter_id", "case_producer_id", "case_id", "kind", "way", "posted_at"),
)
OF_RECALLS = "'told', 'reminder', 'narrow', 'release', 'close'"
OF_STOPS = "'stopped', 'allowed'"


def upgrade() -> None:
    """Go forward: of stops before, nobody knows any more to whom letters went."""
    _may_be(f"{OF_RECALLS}, {OF_STOPS}")


def downgrade() -> None:
    """Go back; to whom letters about stops went is lost."""
    release_but(LETTER)
    op.execute(f"DELETE FROM {LETTER} WHERE kind IN ({OF_STOPS})")  # noqa: S608 - fixed words
    protect_but(LETTER, "OLD.delivered_at IS NULL", OF_LETTER)
    _may_be(OF_RECALLS)


def _may_be(kinds: str) -> None:
    """Let letters be of these kinds alone. Building a table anew loses its triggers."""
    release_but(LETTER)
    with op.batch_alter_table(LETTER) as table:
        table.drop_constraint(op.f(f"ck_{LETTER}_kind_known"), type_="check")
        table.create_check_constraint(op.f(f"ck_{LETTER}_kind_known"), f"kind IN ({kinds})")
    protect_but(LETTER, "OLD.delivered_at IS NULL", OF_LETTER)
