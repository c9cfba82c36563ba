"""Webhooks and their deliveries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "webhook",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("set_by_member_id", Identifier(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("length(address) BETWEEN 1 AND 500", name=op.f("ck_webhook_address_length")),
        sa.ForeignKeyConstraint(
            ["producer_id", "set_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f("fk_webhook_producer_id_set_by_member_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("delivery_id", Identifier(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up')",
            name=op.f("ck_webhook_delivery_state_known"),
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_webhook_delivery_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f("fk_webhook_delivery_producer_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "delivery_id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_asked", "webhook_delivery", ["producer_id", "asked_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_webhook_delivery_asked", table_name="webhook_delivery")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
