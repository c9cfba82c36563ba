"""Balances, counts, edges set aside and contents of containers; balances of what is booked already."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = '0005'
down_revision: str | None = '0004'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

IN_ACCOUNTS = ("made", "received", "returned_in")
OUT_ACCOUNTS = ("used", "sold", "shipped", "returned_out", "sampled", "lost", "destroyed")


def upgrade() -> None:
    """Go forward."""
    op.create_table('stock',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*IN_ACCOUNTS, *OUT_ACCOUNTS)),
    sa.Column('counted', sa.BigInteger(), nullable=True),
    sa.Column('counted_at', Instant(), nullable=True),
    sa.Column('booked_at_count', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('counted >= 0', name=op.f('ck_stock_counted_not_negative')),
    sa.CheckConstraint('(counted IS NULL) = (counted_at IS NULL) AND (counted IS NULL) = (booked_at_count IS NULL)', name=op.f('ck_stock_counted_whole')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_producer_id', 'batch_id', name=op.f('pk_stock'))
    )
    op.create_index('ix_stock_batch', 'stock', ['batch_producer_id', 'batch_id'])
    op.create_table('stock_count',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('event_producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('counted_at', Instant(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_stock_count_amount_not_negative')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_producer_id', 'batch_id', 'event_producer_id', 'event_id', name=op.f('pk_stock_count'))
    )
    op.create_index('ix_stock_count_event', 'stock_count', ['event_producer_id', 'event_id'])
    op.create_table('set_aside_parent',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('parent_producer_id', Identifier(), nullable=False),
    sa.Column('parent_batch_id', Identifier(), nullable=False),
    sa.Column('event_producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('mass', sa.BigInteger(), nullable=True),
    sa.Column('is_packaging', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', 'parent_producer_id', 'parent_batch_id', 'event_producer_id', 'event_id', name=op.f('pk_set_aside_parent'))
    )
    op.create_index('ix_set_aside_parent_forward', 'set_aside_parent', ['parent_producer_id', 'parent_batch_id', 'producer_id', 'batch_id'])
    op.create_index('ix_set_aside_parent_event', 'set_aside_parent', ['event_producer_id', 'event_id'])
    op.create_table('container_content',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('container', sa.String(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('event_time', Instant(), nullable=False),
    sa.Column('is_added', sa.Boolean(), nullable=False),
    sa.Column('inner_mark', sa.String(), nullable=True),
    sa.Column('batch_producer_id', Identifier(), nullable=True),
    sa.Column('batch_id', Identifier(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_container_content_amount_not_negative')),
    sa.CheckConstraint('(batch_id IS NULL) = (batch_producer_id IS NULL) AND (inner_mark IS NULL OR batch_id IS NULL)', name=op.f('ck_container_content_batch_or_container')),
    sa.PrimaryKeyConstraint('producer_id', 'container', 'event_id', 'position', name=op.f('pk_container_content'))
    )
    op.create_index('ix_container_content_batch', 'container_content', ['batch_producer_id', 'batch_id'])
    op.create_index('ix_container_content_inner', 'container_content', ['producer_id', 'inner_mark'])
    op.create_index('ix_container_content_event', 'container_content', ['producer_id', 'event_id'])
    _sum_up()


def _sum_up() -> None:
    """Sum up the ledger as it stands."""
    into = "SUM(CASE WHEN from_account = '{0}' THEN amount WHEN to_account = '{0}' THEN -amount ELSE 0 END)"
    out = "SUM(CASE WHEN to_account = '{0}' THEN amount WHEN from_account = '{0}' THEN -amount ELSE 0 END)"
    sums = [into.format(name) for name in IN_ACCOUNTS] + [out.format(name) for name in OUT_ACCOUNTS]
    names = ", ".join((*IN_ACCOUNTS, *OUT_ACCOUNTS))
    op.execute(
        f"INSERT INTO stock (producer_id, batch_producer_id, batch_id, {names})"
        f" SELECT producer_id, batch_producer_id, batch_id, {', '.join(sums)} FROM ledger_entry"
        " GROUP BY producer_id, batch_producer_id, batch_id"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table('container_content')
    op.drop_table('set_aside_parent')
    op.drop_table('stock_count')
    op.drop_table('stock')
