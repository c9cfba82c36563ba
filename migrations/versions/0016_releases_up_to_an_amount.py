"""Holds and releases say how much goods they are about: what grows after a release holds again."""

import json
from collections.abc import Sequence
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.trace.units import MICRO, UNITS

revision: str = '0016'
down_revision: str | None = '0015'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LENGTH = sa.CheckConstraint(
    "length(reason) BETWEEN 1 AND 2000", name=sa.schema.conv("ck_hold_release_reason_length")
)
KEY = ["producer_id", "batch_id", "finding_producer_id", "finding_id"]
PRIMARY = "pk_hold_release"
FOUND = """
SELECT finding.producer_id, finding.finding_id, finding.params, batch.uom
FROM finding JOIN batch
ON batch.producer_id = finding.batch_producer_id AND batch.batch_id = finding.batch_id
WHERE finding.rule = 'over_use'
"""
FILL = """
UPDATE hold SET amount = :amount
WHERE finding_producer_id = :producer_id AND finding_id = :finding_id
"""
# A release let all go that its finding was about until now.
FILL_RELEASE = """
UPDATE hold_release SET amount = (
    SELECT hold.amount FROM hold
    WHERE hold.producer_id = hold_release.producer_id AND hold.batch_id = hold_release.batch_id
    AND hold.finding_producer_id = hold_release.finding_producer_id
    AND hold.finding_id = hold_release.finding_id
)
"""
# Without amounts a release lets all go: one that no longer covers its hold may not.
TOO_SMALL = """
DELETE FROM hold_release WHERE EXISTS (
    SELECT 1 FROM hold
    WHERE hold.producer_id = hold_release.producer_id AND hold.batch_id = hold_release.batch_id
    AND hold.finding_producer_id = hold_release.finding_producer_id
    AND hold.finding_id = hold_release.finding_id
    AND hold.amount > hold_release.amount
)
"""
ALL_BUT_THE_FIRST = """
DELETE FROM hold_release WHERE EXISTS (
    SELECT 1 FROM hold_release AS earlier
    WHERE earlier.producer_id = hold_release.producer_id AND earlier.batch_id = hold_release.batch_id
    AND earlier.finding_producer_id = hold_release.finding_producer_id
    AND earlier.finding_id = hold_release.finding_id
    AND earlier.amount < hold_release.amount
)
"""


def upgrade() -> None:
    """Go forward."""
    release("hold_release")
    for table in ("hold", "hold_release"):
        op.add_column(
            table, sa.Column("amount", sa.BigInteger(), nullable=False, server_default="0")
        )
    _fill()
    _rekey([*KEY, "amount"])
    protect("hold_release")


def downgrade() -> None:
    """Go back; what was released before and is held again stays held."""
    release("hold_release")
    op.execute(TOO_SMALL)
    op.execute(ALL_BUT_THE_FIRST)
    _rekey(KEY)
    with op.batch_alter_table("hold_release", table_args=[LENGTH]) as table:
        table.drop_column("amount")
    op.drop_column("hold", "amount")
    protect("hold_release")


def _fill() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(FOUND)).all()
    if rows:
        connection.execute(sa.text(FILL), [_amount(row) for row in rows])
        connection.execute(sa.text(FILL_RELEASE))


def _amount(row: sa.Row[tuple[object, object, str, str]]) -> dict[str, object]:
    over = Decimal(json.loads(row.params)["over"]["number"])
    amount = round(over * UNITS[row.uom].factor * MICRO)
    return {"producer_id": row.producer_id, "finding_id": row.finding_id, "amount": amount}


def _rekey(columns: list[str]) -> None:
    # SQLite writes the table anew, and would forget its check.
    with op.batch_alter_table("hold_release", table_args=[LENGTH]) as table:
        table.drop_constraint(PRIMARY, type_="primary")
        table.create_primary_key(PRIMARY, columns)
