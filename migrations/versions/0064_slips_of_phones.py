"""Public keys of phones, and the slips that two phones without a network signed for each other."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEYS, SLIPS = "phone_key", "hand_over_slip"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        KEYS,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("phone_id", Identifier(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=65), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "phone_id"],
            ["phone.producer_id", "phone.phone_id"],
            name=op.f(f"fk_{KEYS}_producer_id_phone_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "phone_id", "public_key", name=op.f(f"pk_{KEYS}")),
    )
    references = ("event", "phone", "ship_producer", "ship_event", "ship_phone")
    op.create_table(
        SLIPS,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("slip_id", Identifier(), nullable=False),
        *(sa.Column(f"{name}_id", Identifier(), nullable=False) for name in references),
        sa.Column("slip", sa.LargeBinary(), nullable=False),
        sa.Column("counter_slip", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f(f"fk_{SLIPS}_producer_id_producer"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "slip_id", name=op.f(f"pk_{SLIPS}")),
    )
    op.create_index(f"ix_{SLIPS}_event", SLIPS, ["producer_id", "event_id"])
    op.create_index(f"ix_{SLIPS}_ship", SLIPS, ["ship_producer_id", "ship_event_id"])
    protect(KEYS, SLIPS)


def downgrade() -> None:
    """Go back: what phones signed is lost; the receipts that came of it stay."""
    release(KEYS, SLIPS)
    op.drop_table(SLIPS)
    op.drop_table(KEYS)
