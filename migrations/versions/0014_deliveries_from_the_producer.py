"""Deliveries of which is known whether they lead here from the batch's own producer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0014'
down_revision: str | None = '0013'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILL = """
WITH RECURSIVE delivery (batch_producer_id, batch_id, sender_id, taker_id) AS (
    SELECT batch_producer_id, batch_id, sender_id, receiver_id
    FROM hand_off WHERE state <> 'unmatched' AND receiver_id IS NOT NULL
    UNION
    SELECT batch_producer_id, batch_id, sender_id, answer_producer_id
    FROM hand_off WHERE state <> 'unmatched' AND answer_producer_id IS NOT NULL
), having_it (batch_producer_id, batch_id, holder_id) AS (
    SELECT batch_producer_id, batch_id, batch_producer_id FROM hand_off
    UNION
    SELECT delivery.batch_producer_id, delivery.batch_id, delivery.taker_id
    FROM having_it JOIN delivery
    ON delivery.batch_producer_id = having_it.batch_producer_id
    AND delivery.batch_id = having_it.batch_id
    AND delivery.sender_id = having_it.holder_id
)
UPDATE hand_off SET is_from_producer = true
WHERE state <> 'unmatched' AND (batch_producer_id, batch_id, sender_id) IN (
    SELECT batch_producer_id, batch_id, holder_id FROM having_it
)
"""


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "hand_off", sa.Column("is_from_producer", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(FILL)


def downgrade() -> None:
    """Go back."""
    op.drop_column("hand_off", "is_from_producer")
