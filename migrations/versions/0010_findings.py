"""What the safety rules found: findings, goods on hold, releases, refused attempts; how goods keep."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = '0010'
down_revision: str | None = '0009'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("hold_release", "attempt")
STORAGE_MINUTES = (
    "ALTER TABLE product ADD COLUMN storage_max_minutes INTEGER"
    " CONSTRAINT ck_product_storage_minutes_not_negative CHECK (storage_max_minutes >= 0)"
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("product", sa.Column("storage_max_c", sa.Double(), nullable=True))
    op.execute(STORAGE_MINUTES)
    op.add_column("product", sa.Column("is_chilled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table('finding',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('finding_id', Identifier(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('aspect', sa.String(), nullable=False),
    sa.Column('event_producer_id', Identifier(), nullable=True),
    sa.Column('event_id', Identifier(), nullable=True),
    sa.Column('batch_producer_id', Identifier(), nullable=True),
    sa.Column('batch_id', Identifier(), nullable=True),
    sa.Column('cause_producer_id', Identifier(), nullable=True),
    sa.Column('cause_id', Identifier(), nullable=True),
    sa.Column('allowed_on', sa.Date(), nullable=True),
    sa.Column('params', sa.String(), nullable=False),
    sa.Column('found_at', Instant(), nullable=False),
    sa.Column('cleared_at', Instant(), nullable=True),
    sa.CheckConstraint("severity IN ('block', 'warn', 'info')", name=op.f('ck_finding_severity_known')),
    sa.CheckConstraint('event_id IS NOT NULL OR batch_id IS NOT NULL', name=op.f('ck_finding_has_a_subject')),
    sa.PrimaryKeyConstraint('producer_id', 'finding_id', name=op.f('pk_finding'))
    )
    op.create_index('ix_finding_event', 'finding', ['event_producer_id', 'event_id'])
    op.create_index('ix_finding_batch', 'finding', ['batch_producer_id', 'batch_id'])
    op.create_index('ix_finding_found', 'finding', ['producer_id', 'found_at'])
    op.create_table('hold',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('finding_producer_id', Identifier(), nullable=False),
    sa.Column('finding_id', Identifier(), nullable=False),
    sa.Column('held_at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['producer_id', 'batch_id'], ['batch.producer_id', 'batch.batch_id'], name=op.f('fk_hold_producer_id_batch_id')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', 'finding_producer_id', 'finding_id', name=op.f('pk_hold'))
    )
    op.create_index('ix_hold_finding', 'hold', ['finding_producer_id', 'finding_id'])
    op.create_table('hold_release',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('finding_producer_id', Identifier(), nullable=False),
    sa.Column('finding_id', Identifier(), nullable=False),
    sa.Column('by_producer_id', Identifier(), nullable=False),
    sa.Column('by_member_id', Identifier(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('released_at', Instant(), nullable=False),
    sa.CheckConstraint('length(reason) BETWEEN 1 AND 2000', name=op.f('ck_hold_release_reason_length')),
    sa.ForeignKeyConstraint(['producer_id', 'batch_id', 'finding_producer_id', 'finding_id'], ['hold.producer_id', 'hold.batch_id', 'hold.finding_producer_id', 'hold.finding_id'], name=op.f('fk_hold_release_producer_id_batch_id_finding_producer_id_finding_id')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', 'finding_producer_id', 'finding_id', name=op.f('pk_hold_release'))
    )
    op.create_table('attempt',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('attempt_id', Identifier(), nullable=False),
    sa.Column('step_kind', sa.String(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('content_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('findings', sa.String(), nullable=False),
    sa.Column('replaces_attempt_id', Identifier(), nullable=True),
    sa.Column('author_member_id', Identifier(), nullable=False),
    sa.Column('attempted_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id', 'author_member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_attempt_producer_id_author_member_id')),
    sa.PrimaryKeyConstraint('producer_id', 'attempt_id', name=op.f('pk_attempt'))
    )
    op.create_index('ix_attempt_attempted', 'attempt', ['producer_id', 'attempted_at'])
    protect(*APPEND_ONLY)


def downgrade() -> None:
    """Go back."""
    op.execute("DELETE FROM job WHERE kind LIKE 'findings.%'")
    release(*APPEND_ONLY)
    for table in ("attempt", "hold_release", "hold", "finding"):
        op.drop_table(table)
    op.drop_column("product", "is_chilled")
    op.drop_column("product", "storage_max_minutes")
    op.drop_column("product", "storage_max_c")
