"""People and the desk: accounts, admission, tokens, the book of acts, versions of master data."""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.folding import fold
from traceapp.database.types import Identifier, Instant

revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("admission", "audit_entry", "refused_message", "report_answer")
ADDED_TO_ACCOUNT = (
    *("phone", "email", "password", "active", "fs_uniquifier", "fs_webauthn_user_handle"),
    *("tf_primary_method", "tf_totp_secret", "tf_last_counter", "mf_recovery_codes"),
)
UNIQUE_OF_ACCOUNT = ("phone", "email", "fs_uniquifier", "fs_webauthn_user_handle")
WITH_EXTERNAL_ID = ("batch", "plot", "product", "site")
WITH_VERSION = ("certificate", "plot", "producer", "product", "site")


def upgrade() -> None:
    """Go forward."""
    op.create_table('throttle',
    sa.Column('key_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('started_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('key_sha256', name=op.f('pk_throttle'))
    )
    op.create_table('one_time_code',
    sa.Column('code_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('account_id', Identifier(), nullable=True),
    sa.Column('producer_id', Identifier(), nullable=True),
    sa.Column('member_id', Identifier(), nullable=True),
    sa.Column('made_by_producer_id', Identifier(), nullable=True),
    sa.Column('made_by_member_id', Identifier(), nullable=True),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('used_at', Instant(), nullable=True),
    sa.CheckConstraint("purpose IN ('first_run', 'reset', 'join_as_member', 'join_as_producer')", name=op.f('ck_one_time_code_purpose_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.account_id'], name=op.f('fk_one_time_code_account_id')),
    sa.PrimaryKeyConstraint('code_sha256', name=op.f('pk_one_time_code'))
    )
    op.create_table('passkey',
    sa.Column('passkey_id', Identifier(), nullable=False),
    sa.Column('account_id', Identifier(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('transports', sa.UnicodeText(), nullable=True),
    sa.Column('backup_state', sa.Boolean(), nullable=False),
    sa.Column('device_type', sa.String(length=64), nullable=False),
    sa.Column('extensions', sa.String(length=255), nullable=True),
    sa.Column('create_datetime', Instant(), nullable=False),
    sa.Column('lastuse_datetime', Instant(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('usage', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.account_id'], name=op.f('fk_passkey_account_id')),
    sa.PrimaryKeyConstraint('passkey_id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_account_id'), ['account_id'], unique=False)

    op.create_table('report_answer',
    sa.Column('report_id', Identifier(), nullable=False),
    sa.Column('answer_id', Identifier(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('closes', sa.Boolean(), nullable=False),
    sa.Column('by_producer_id', Identifier(), nullable=False),
    sa.Column('by_member_id', Identifier(), nullable=False),
    sa.Column('answered_at', Instant(), nullable=False),
    sa.CheckConstraint('length(text) BETWEEN 1 AND 2000', name=op.f('ck_report_answer_text_length')),
    sa.ForeignKeyConstraint(['report_id'], ['problem_report.report_id'], name=op.f('fk_report_answer_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'answer_id', name=op.f('pk_report_answer'))
    )
    op.create_table('admission',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('admission_id', Identifier(), nullable=False),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('decided_at', Instant(), nullable=False),
    sa.Column('by_producer_id', Identifier(), nullable=True),
    sa.Column('by_member_id', Identifier(), nullable=True),
    sa.CheckConstraint("decision IN ('admitted', 'refused')", name=op.f('ck_admission_decision_known')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_admission_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'admission_id', name=op.f('pk_admission'))
    )
    with op.batch_alter_table('admission', schema=None) as batch_op:
        batch_op.create_index('ix_admission_decided', ['producer_id', 'decided_at'], unique=False)

    op.create_table('audit_entry',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('entry_id', Identifier(), nullable=False),
    sa.Column('done_at', Instant(), nullable=False),
    sa.Column('by_producer_id', Identifier(), nullable=True),
    sa.Column('by_member_id', Identifier(), nullable=True),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_audit_entry_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'entry_id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_done', ['producer_id', 'done_at'], unique=False)

    op.create_table('export_file',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('export_id', Identifier(), nullable=False),
    sa.Column('asked_by_member_id', Identifier(), nullable=False),
    sa.Column('asked_at', Instant(), nullable=False),
    sa.Column('made_at', Instant(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=True),
    sa.CheckConstraint('(made_at IS NULL) = (sha256 IS NULL)', name=op.f('ck_export_file_made_is_known')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_export_file_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'export_id', name=op.f('pk_export_file'))
    )
    op.create_table('import_file',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sent_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_import_file_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'sha256', 'kind', name=op.f('pk_import_file'))
    )
    op.create_table('kept_answer',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('key_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('request_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('answered_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_kept_answer_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'key_sha256', name=op.f('pk_kept_answer'))
    )
    op.create_table('refused_message',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('message_id', Identifier(), nullable=False),
    sa.Column('received_at', Instant(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('findings', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_refused_message_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'message_id', name=op.f('pk_refused_message'))
    )
    with op.batch_alter_table('refused_message', schema=None) as batch_op:
        batch_op.create_index('ix_refused_message_received', ['producer_id', 'received_at'], unique=False)

    op.create_table('api_token',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('token_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('token_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('ending', sa.String(length=4), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=True),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.Column('last_used_at', Instant(), nullable=True),
    sa.CheckConstraint("scope IN ('read', 'write')", name=op.f('ck_api_token_scope_known')),
    sa.ForeignKeyConstraint(['producer_id', 'member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_api_token_producer_id_member_id')),
    sa.PrimaryKeyConstraint('producer_id', 'token_id', name=op.f('pk_api_token'))
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_token_token_sha256'), ['token_sha256'], unique=False)

    op.create_table('certificate_file',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('certificate_id', Identifier(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['producer_id', 'certificate_id'], ['certificate.producer_id', 'certificate.certificate_id'], name=op.f('fk_certificate_file_producer_id_certificate_id')),
    sa.PrimaryKeyConstraint('producer_id', 'certificate_id', 'position', name=op.f('pk_certificate_file'))
    )
    op.create_table('signed_in_device',
    sa.Column('device_id', Identifier(), nullable=False),
    sa.Column('account_id', Identifier(), nullable=False),
    sa.Column('token_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('last_seen_at', Instant(), nullable=False),
    sa.Column('expires_at', Instant(), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.Column('is_second_factor_proven', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.account_id'], name=op.f('fk_signed_in_device_account_id')),
    sa.ForeignKeyConstraint(['producer_id', 'member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_signed_in_device_producer_id_member_id')),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_signed_in_device')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_signed_in_device_token_sha256'))
    )
    with op.batch_alter_table('signed_in_device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signed_in_device_account_id'), ['account_id'], unique=False)

    # Added natively: rebuilding a table on SQLite would lose its append-only triggers.
    op.add_column("account", sa.Column("phone", sa.String(), nullable=True))
    op.add_column("account", sa.Column("email", sa.String(), nullable=True))
    op.add_column("account", sa.Column("password", sa.String(), nullable=True))
    op.add_column("account", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("account", sa.Column("fs_uniquifier", sa.String(64), nullable=False, server_default=""))
    op.add_column("account", sa.Column("fs_webauthn_user_handle", sa.String(64), nullable=True))
    op.add_column("account", sa.Column("tf_primary_method", sa.String(64), nullable=True))
    op.add_column("account", sa.Column("tf_totp_secret", sa.String(), nullable=True))
    op.add_column("account", sa.Column("tf_last_counter", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True))
    _name_accounts()
    for column in UNIQUE_OF_ACCOUNT:
        op.create_index(f"uq_account_{column}", "account", [column], unique=True)
    for table in WITH_EXTERNAL_ID:
        op.add_column(table, sa.Column("external_id", sa.String(), nullable=True))
        op.create_index(f"uq_{table}_external_id", table, ["producer_id", "external_id"], unique=True)
    for table in WITH_VERSION:
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("event", sa.Column("copied_from_event_id", Identifier(), nullable=True))
    op.create_index("ix_event_kind", "event", ["step_kind", "event_time"])
    op.add_column("producer", sa.Column("email", sa.String(), nullable=True))
    op.add_column("problem_report", sa.Column("folded_text", sa.String(), nullable=False, server_default=""))
    _fold_reports()
    op.add_column("membership", sa.Column("ended_at", Instant(), nullable=True))
    op.add_column("membership", sa.Column("erased_at", Instant(), nullable=True))
    # Whoever is here already was let in by whoever ran the installation.
    op.execute(
        "INSERT INTO admission (producer_id, admission_id, decision, decided_at)"
        " SELECT producer_id, producer_id, 'admitted', created_at FROM producer"
    )
    protect(*APPEND_ONLY)


def _fold_reports() -> None:
    """Make the reports that are here findable."""
    connection = op.get_bind()
    table = sa.table("problem_report", sa.column("number"), sa.column("text"), sa.column("area"), sa.column("folded_text"))
    for row in connection.execute(sa.select(table.c.number, table.c.text, table.c.area)).all():
        folded = fold(f"{row.text}\n{row.area or ''}")
        connection.execute(table.update().where(table.c.number == row.number).values(folded_text=folded))


def _name_accounts() -> None:
    accounts = sa.table("account", sa.column("account_id", Identifier()), sa.column("fs_uniquifier"))
    for (account_id,) in op.get_bind().execute(sa.select(accounts.c.account_id)).all():
        op.execute(
            accounts.update()
            .where(accounts.c.account_id == account_id)
            .values(fs_uniquifier=uuid4().hex)
        )


def downgrade() -> None:
    """Go back."""
    release(*APPEND_ONLY)
    op.drop_column("membership", "erased_at")
    op.drop_column("membership", "ended_at")
    op.drop_column("problem_report", "folded_text")
    op.drop_column("producer", "email")
    op.drop_index("ix_event_kind", "event")
    op.drop_column("event", "copied_from_event_id")
    for table in reversed(WITH_VERSION):
        op.drop_column(table, "version")
    for table in reversed(WITH_EXTERNAL_ID):
        op.drop_index(f"uq_{table}_external_id", table)
        op.drop_column(table, "external_id")
    for column in reversed(UNIQUE_OF_ACCOUNT):
        op.drop_index(f"uq_account_{column}", "account")
    for column in reversed(ADDED_TO_ACCOUNT):
        op.drop_column("account", column)
    with op.batch_alter_table('signed_in_device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signed_in_device_account_id'))

    op.drop_table('signed_in_device')
    op.drop_table('certificate_file')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_token_token_sha256'))

    op.drop_table('api_token')
    with op.batch_alter_table('refused_message', schema=None) as batch_op:
        batch_op.drop_index('ix_refused_message_received')

    op.drop_table('refused_message')
    op.drop_table('kept_answer')
    op.drop_table('import_file')
    op.drop_table('export_file')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_done')

    op.drop_table('audit_entry')
    with op.batch_alter_table('admission', schema=None) as batch_op:
        batch_op.drop_index('ix_admission_decided')

    op.drop_table('admission')
    op.drop_table('report_answer')
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkey_account_id'))

    op.drop_table('passkey')
    op.drop_table('one_time_code')
    op.drop_table('throttle')
