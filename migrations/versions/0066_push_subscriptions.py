"""Browsers that want to be told when a lot is stopped or recalled."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "push_subscription"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("subscription_id", Identifier(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("browser_key", sa.LargeBinary(), nullable=False),
        sa.Column("auth", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=True),
        sa.Column("producer_id", Identifier(), nullable=True),
        sa.Column("phone_id", Identifier(), nullable=True),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("told_number", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_success_at", Instant(), nullable=True),
        _check("length(endpoint) BETWEEN 1 AND 500", "endpoint_length"),
        _check("length(browser_key) = 65 AND length(auth) = 16", "keys_length"),
        _check("language IN ('vi', 'en')", "language_known"),
        _check("told IN ('active', 'sale_stopped', 'suspended', 'recalled')", "told_known"),
        _check(
            "(code IS NULL) = (phone_id IS NOT NULL)"
            " AND (phone_id IS NULL) = (producer_id IS NULL)",
            "about_one",
        ),
        sa.ForeignKeyConstraint(
            ["code"], ["public_code.code"], name=op.f(f"fk_{TABLE}_code")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "phone_id"],
            ["phone.producer_id", "phone.phone_id"],
            name=op.f(f"fk_{TABLE}_producer_id_phone_id"),
        ),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("endpoint", "code", name=op.f(f"uq_{TABLE}_endpoint_code")),
        sa.UniqueConstraint(
            "producer_id", "phone_id", name=op.f(f"uq_{TABLE}_producer_id_phone_id")
        ),
    )
    op.create_index(f"ix_{TABLE}_code", TABLE, ["code"])
    op.create_index(f"ix_{TABLE}_created", TABLE, ["created_at"])


def downgrade() -> None:
    """Go back; nobody is told any more, and phones offer it again."""
    op.drop_table(TABLE)


def _check(condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))
