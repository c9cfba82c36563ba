"""Further people who log on a phone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0072"
down_revision: str | None = "0071"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

USERS = "phone_user"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        USERS,
        *(
            sa.Column(name, Identifier(), nullable=False)
            for name in ("producer_id", "phone_id", "member_id")
        ),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by_member_id", Identifier(), nullable=False),
        sa.Column("pin_resets", sa.Integer(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by_member_id", Identifier(), nullable=True),
        sa.CheckConstraint("pin_resets >= 0", name=op.f(f"ck_{USERS}_pin_resets_not_negative")),
        sa.ForeignKeyConstraint(
            ["producer_id", "phone_id"],
            ["phone.producer_id", "phone.phone_id"],
            name=op.f(f"fk_{USERS}_producer_id_phone_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "member_id"],
            ["membership.producer_id", "membership.member_id"],
            name=op.f(f"fk_{USERS}_producer_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "phone_id", "member_id", name=op.f(f"pk_{USERS}")),
    )


def downgrade() -> None:
    """Go back: phones are their own person's again; what others logged on them stays theirs."""
    op.drop_table(USERS)
