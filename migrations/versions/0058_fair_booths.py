"""Booths of fairs: who stood where, and what was shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "fair_booth"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("booth_id", Identifier(), nullable=False),
        sa.Column("activity_id", Identifier(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("at_producer_id", Identifier(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("shown_en", sa.String(), nullable=True),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        _check("length(number) BETWEEN 1 AND 40", "number_length"),
        _check("length(name) BETWEEN 1 AND 200", "name_length"),
        _check("length(shown) BETWEEN 1 AND 200", "shown_length"),
        _check("at_producer_id IS NULL OR name IS NULL", "one_identity"),
        _check(
            "NOT is_person OR (at_producer_id IS NULL AND name IS NULL)", "nameless_person"
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "activity_id"],
            ["programme_activity.producer_id", "programme_activity.activity_id"],
            name=op.f("fk_fair_booth_producer_id_activity_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "booth_id", name=op.f("pk_fair_booth")),
    )
    op.create_index("ix_fair_booth_activity", TABLE, ["producer_id", "activity_id"])
    protect(TABLE)


def downgrade() -> None:
    """Go back."""
    release(TABLE)
    op.drop_table(TABLE)


def _check(condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))
