"""Phones: invited, enrolled, what each number brought, and the codes they hold."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = '0011'
down_revision: str | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('phone',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('phone_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('mark', sa.String(length=2), nullable=False),
    sa.Column('token_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('enrolled_at', Instant(), nullable=False),
    sa.Column('last_seen_at', Instant(), nullable=False),
    sa.Column('unsent', sa.Integer(), nullable=False),
    sa.Column('last_sequence', sa.Integer(), nullable=False),
    sa.Column('app_version', sa.String(), nullable=True),
    sa.Column('skew_seconds', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.Column('revoked_by_member_id', Identifier(), nullable=True),
    sa.CheckConstraint('length(mark) BETWEEN 1 AND 2', name=op.f('ck_phone_mark_length')),
    sa.CheckConstraint('unsent >= 0', name=op.f('ck_phone_unsent_not_negative')),
    sa.CheckConstraint('last_sequence >= 0', name=op.f('ck_phone_last_sequence_not_negative')),
    sa.ForeignKeyConstraint(['producer_id', 'member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_phone_producer_id_member_id')),
    sa.PrimaryKeyConstraint('producer_id', 'phone_id', name=op.f('pk_phone')),
    sa.UniqueConstraint('producer_id', 'mark', name=op.f('uq_phone_producer_id_mark'))
    )
    op.create_index(op.f('ix_phone_token_sha256'), 'phone', ['token_sha256'])
    op.create_table('phone_invite',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('invite_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('secret_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('short_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('made_by_member_id', Identifier(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('used_at', Instant(), nullable=True),
    sa.Column('phone_id', Identifier(), nullable=True),
    sa.CheckConstraint('(used_at IS NULL) = (phone_id IS NULL)', name=op.f('ck_phone_invite_used_by_a_phone')),
    sa.ForeignKeyConstraint(['producer_id', 'member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_phone_invite_producer_id_member_id')),
    sa.PrimaryKeyConstraint('producer_id', 'invite_id', name=op.f('pk_phone_invite'))
    )
    op.create_index(op.f('ix_phone_invite_secret_sha256'), 'phone_invite', ['secret_sha256'])
    op.create_index(op.f('ix_phone_invite_short_sha256'), 'phone_invite', ['short_sha256'])
    op.create_table('phone_record',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('phone_id', Identifier(), nullable=False),
    sa.Column('sequence', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('event_id', Identifier(), nullable=True),
    sa.Column('received_at', Instant(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('originals', sa.String(), nullable=True),
    sa.CheckConstraint('sequence > 0', name=op.f('ck_phone_record_sequence_positive')),
    sa.ForeignKeyConstraint(['producer_id', 'phone_id'], ['phone.producer_id', 'phone.phone_id'], name=op.f('fk_phone_record_producer_id_phone_id')),
    sa.PrimaryKeyConstraint('producer_id', 'phone_id', 'sequence', name=op.f('pk_phone_record'))
    )
    op.create_table('code_reserve',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('phone_id', Identifier(), nullable=False),
    sa.Column('minted_at', Instant(), nullable=False),
    sa.Column('used_batch_id', Identifier(), nullable=True),
    sa.ForeignKeyConstraint(['producer_id', 'phone_id'], ['phone.producer_id', 'phone.phone_id'], name=op.f('fk_code_reserve_producer_id_phone_id')),
    sa.PrimaryKeyConstraint('producer_id', 'code', name=op.f('pk_code_reserve'))
    )
    op.create_index('ix_code_reserve_phone', 'code_reserve', ['producer_id', 'phone_id'])


def downgrade() -> None:
    """Go back."""
    for table in ("code_reserve", "phone_record", "phone_invite", "phone"):
        op.drop_table(table)
