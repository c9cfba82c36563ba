"""How often the pages of labels with a number of their own were opened, and where they were seen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPENINGS, PLACES = "label_opening_count", "label_place_count"


def upgrade() -> None:
    """Go forward."""
    _create(OPENINGS)
    place = sa.Column("place", sa.String(), nullable=False)
    told = sa.CheckConstraint("place <> ''", name=op.f(f"ck_{PLACES}_place_told"))
    _create(PLACES, place, told)


def downgrade() -> None:
    """Go back; what was counted is lost."""
    op.drop_table(PLACES)
    op.drop_table(OPENINGS)


def _create(table: str, *more: sa.Column[str] | sa.CheckConstraint) -> None:
    key = ["producer_id", "issue_id", "number"]
    own = [one.name for one in more if isinstance(one, sa.Column)]
    op.create_table(
        table,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("issue_id", Identifier(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        *more,
        sa.CheckConstraint("counted > 0", name=op.f(f"ck_{table}_counted_positive")),
        sa.ForeignKeyConstraint(
            key,
            [f"label_unit.{name}" for name in key],
            name=op.f(f"fk_{table}_producer_id_issue_id_number"),
        ),
        sa.PrimaryKeyConstraint(*key, "day", *own, name=op.f(f"pk_{table}")),
    )
