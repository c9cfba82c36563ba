"""Steps of a plot by time; only the first key of an event begins with its producer."""

from collections.abc import Sequence

from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CORRECTED_ONCE = "uq_event_corrected_once"


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_event_plot", "event", ["site_producer_id", "plot_id", "event_time"])
    _write_corrected_once(["corrects_event_id", "producer_id"])


def downgrade() -> None:
    """Go back."""
    _write_corrected_once(["producer_id", "corrects_event_id"])
    op.drop_index("ix_event_plot", "event")


def _write_corrected_once(columns: list[str]) -> None:
    """Put the columns in this order where it matters.

    PostgreSQL plans the check of a foreign key once a session: on an empty table it took this key
    for the one of the event, and then read all events of a producer for each line of a new one.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(CORRECTED_ONCE, "event", type_="unique")
        op.create_unique_constraint(CORRECTED_ONCE, "event", columns)
