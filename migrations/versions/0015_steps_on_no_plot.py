"""An index of the steps of the field that name no plot."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0015'
down_revision: str | None = '0014'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ON_NO_PLOT = "plot_id IS NULL AND step_kind IN ('fertilize', 'harvest', 'spray')"


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_event_on_no_plot",
        "event",
        ["site_producer_id", "site_id", "step_kind"],
        postgresql_where=sa.text(ON_NO_PLOT),
        sqlite_where=sa.text(ON_NO_PLOT),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_event_on_no_plot", "event")
