"""The first tables: who and where, batches and events, codes, photos, jobs, reports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import forget, protect, release
from traceapp.database.types import Identifier, Instant

revision: str = '0001'
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = (
    "event",
    "event_item",
    "event_evidence",
    "event_photo",
    "ledger_entry",
    "code_state_change",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table('account',
    sa.Column('account_id', Identifier(), nullable=False),
    sa.Column('sign_in_name', sa.String(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_account')),
    sa.UniqueConstraint('sign_in_name', name=op.f('uq_account_sign_in_name'))
    )
    op.create_table('batch_parent',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('parent_producer_id', Identifier(), nullable=False),
    sa.Column('parent_batch_id', Identifier(), nullable=False),
    sa.Column('event_producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('mass', sa.BigInteger(), nullable=True),
    sa.Column('is_packaging', sa.Boolean(), nullable=False),
    sa.CheckConstraint('producer_id <> parent_producer_id OR batch_id <> parent_batch_id', name=op.f('ck_batch_parent_not_itself')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', 'parent_producer_id', 'parent_batch_id', 'event_producer_id', 'event_id', name=op.f('pk_batch_parent'))
    )
    with op.batch_alter_table('batch_parent', schema=None) as batch_op:
        batch_op.create_index('ix_batch_parent_event', ['event_producer_id', 'event_id'], unique=False)
        batch_op.create_index('ix_batch_parent_forward', ['parent_producer_id', 'parent_batch_id', 'producer_id', 'batch_id'], unique=False)

    op.create_table('demo_load',
    sa.Column('single', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('t_date', sa.Date(), nullable=False),
    sa.Column('loaded_at', Instant(), nullable=False),
    sa.CheckConstraint('single = 1', name=op.f('ck_demo_load_one_row')),
    sa.PrimaryKeyConstraint('single', name=op.f('pk_demo_load'))
    )
    op.create_table('job',
    sa.Column('job_id', Identifier(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('payload', sa.String(), nullable=False),
    sa.Column('run_after', Instant(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done_at', Instant(), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.CheckConstraint('attempts >= 0', name=op.f('ck_job_attempts_not_negative')),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['done_at', 'run_after'], unique=False)

    op.create_table('ledger_entry',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('event_producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('batch_producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('from_account', sa.String(), nullable=False),
    sa.Column('to_account', sa.String(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(from_account = 'stock') <> (to_account = 'stock')", name=op.f('ck_ledger_entry_one_side_stock')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_ledger_entry_amount_not_negative')),
    sa.PrimaryKeyConstraint('producer_id', 'event_producer_id', 'event_id', 'position', name=op.f('pk_ledger_entry'))
    )
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_entry_batch', ['batch_producer_id', 'batch_id', 'producer_id'], unique=False)

    op.create_table('problem_report',
    sa.Column('report_id', Identifier(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('link_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('code', sa.String(length=100), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('area', sa.String(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('received_at', Instant(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.CheckConstraint('length(text) BETWEEN 1 AND 2000', name=op.f('ck_problem_report_text_length')),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_problem_report')),
    sa.UniqueConstraint('link_sha256', name=op.f('uq_problem_report_link_sha256')),
    sa.UniqueConstraint('number', name=op.f('uq_problem_report_number'))
    )
    with op.batch_alter_table('problem_report', schema=None) as batch_op:
        batch_op.create_index('ix_problem_report_received', ['received_at'], unique=False)

    op.create_table('province',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_province'))
    )
    op.create_table('public_code',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('moved_to', sa.String(length=10), nullable=True),
    sa.Column('minted_at', Instant(), nullable=False),
    sa.CheckConstraint("(state = 'moved') = (moved_to IS NOT NULL)", name=op.f('ck_public_code_moved_says_where')),
    sa.CheckConstraint("state IN ('not_activated', 'active', 'held', 'sale_stopped', 'suspended', 'recalled', 'voided', 'moved')", name=op.f('ck_public_code_state_known')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_public_code'))
    )
    with op.batch_alter_table('public_code', schema=None) as batch_op:
        batch_op.create_index('ix_public_code_batch', ['producer_id', 'batch_id'], unique=False)

    op.create_table('public_generation',
    sa.Column('single', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('single = 1', name=op.f('ck_public_generation_one_row')),
    sa.PrimaryKeyConstraint('single', name=op.f('pk_public_generation'))
    )
    op.create_table('public_snapshot',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('built_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_public_snapshot'))
    )
    op.create_table('worker_pulse',
    sa.Column('single', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seen_at', Instant(), nullable=False),
    sa.CheckConstraint('single = 1', name=op.f('ck_worker_pulse_one_row')),
    sa.PrimaryKeyConstraint('single', name=op.f('pk_worker_pulse'))
    )
    op.create_table('code_state_change',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.CheckConstraint("state IN ('not_activated', 'active', 'held', 'sale_stopped', 'suspended', 'recalled', 'voided', 'moved')", name=op.f('ck_code_state_change_state_known')),
    sa.ForeignKeyConstraint(['code'], ['public_code.code'], name=op.f('fk_code_state_change_code')),
    sa.PrimaryKeyConstraint('code', 'changed_at', 'state', name=op.f('pk_code_state_change'))
    )
    op.create_table('commune',
    sa.Column('province', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('legacy', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['province'], ['province.name'], name=op.f('fk_commune_province')),
    sa.PrimaryKeyConstraint('province', 'kind', 'name', name=op.f('pk_commune'))
    )
    op.create_table('producer',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=True),
    sa.Column('folded_name', sa.String(), nullable=False),
    sa.Column('legal_form', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('tax_code', sa.String(), nullable=True),
    sa.Column('gln', sa.String(length=13), nullable=True),
    sa.Column('street', sa.String(), nullable=False),
    sa.Column('legacy_address', sa.String(), nullable=True),
    sa.Column('province', sa.String(), nullable=False),
    sa.Column('commune_kind', sa.String(), nullable=False),
    sa.Column('commune', sa.String(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('about', sa.String(), nullable=True),
    sa.Column('about_en', sa.String(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('ck_producer_latitude_range')),
    sa.CheckConstraint('length(name) BETWEEN 1 AND 200', name=op.f('ck_producer_name_length')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('ck_producer_longitude_range')),
    sa.ForeignKeyConstraint(['province', 'commune_kind', 'commune'], ['commune.province', 'commune.kind', 'commune.name'], name=op.f('fk_producer_province_commune_kind_commune')),
    sa.PrimaryKeyConstraint('producer_id', name=op.f('pk_producer'))
    )
    with op.batch_alter_table('producer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_producer_folded_name'), ['folded_name'], unique=False)

    op.create_table('certificate',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('certificate_id', Identifier(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('scheme_en', sa.String(), nullable=False),
    sa.Column('standard', sa.String(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('scope_en', sa.String(), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=True),
    sa.CheckConstraint('expires_on >= issued_on', name=op.f('ck_certificate_expires_after_issue')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_certificate_stars_range')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_certificate_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'certificate_id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('producer_id', 'number', name=op.f('uq_certificate_producer_id_number'))
    )
    op.create_table('membership',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('account_id', Identifier(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('public_name_consent', sa.Boolean(), nullable=False),
    sa.CheckConstraint("language IN ('vi', 'en')", name=op.f('ck_membership_language_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.account_id'], name=op.f('fk_membership_account_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_membership_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'member_id', name=op.f('pk_membership')),
    sa.UniqueConstraint('producer_id', 'account_id', name=op.f('uq_membership_producer_id_account_id'))
    )
    op.create_table('partner',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('partner_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('province', sa.String(), nullable=True),
    sa.Column('commune_kind', sa.String(), nullable=True),
    sa.Column('commune', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_partner_producer_id')),
    sa.ForeignKeyConstraint(['province'], ['province.name'], name=op.f('fk_partner_province')),
    sa.PrimaryKeyConstraint('producer_id', 'partner_id', name=op.f('pk_partner')),
    sa.UniqueConstraint('producer_id', 'name', name=op.f('uq_partner_producer_id_name'))
    )
    op.create_table('photo',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('uploaded_at', Instant(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name=op.f('ck_photo_state_known')),
    sa.CheckConstraint('length(sha256) = 32', name=op.f('ck_photo_sha256_length')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_photo_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'sha256', name=op.f('pk_photo'))
    )
    op.create_table('producer_kind',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_producer_kind_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'kind', name=op.f('pk_producer_kind'))
    )
    op.create_table('product',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('product_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=True),
    sa.Column('folded_name', sa.String(), nullable=False),
    sa.Column('family', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('uom', sa.String(), nullable=False),
    sa.Column('net_quantity', sa.String(), nullable=True),
    sa.Column('net_uom', sa.String(), nullable=True),
    sa.Column('gtin', sa.String(length=14), nullable=True),
    sa.Column('brand', sa.String(), nullable=True),
    sa.Column('shelf_life_days', sa.Integer(), nullable=True),
    sa.Column('photo_sha256', sa.LargeBinary(length=32), nullable=True),
    sa.Column('label', sa.String(), nullable=False),
    sa.CheckConstraint("role IN ('finished', 'intermediate', 'ingredient')", name=op.f('ck_product_role_known')),
    sa.CheckConstraint('length(gtin) = 14', name=op.f('ck_product_gtin_length')),
    sa.CheckConstraint('shelf_life_days > 0', name=op.f('ck_product_shelf_life_positive')),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_product_producer_id')),
    sa.PrimaryKeyConstraint('producer_id', 'product_id', name=op.f('pk_product'))
    )
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_folded_name'), ['folded_name'], unique=False)

    op.create_table('site',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('site_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('province', sa.String(), nullable=False),
    sa.Column('commune_kind', sa.String(), nullable=False),
    sa.Column('commune', sa.String(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('gln', sa.String(length=13), nullable=True),
    sa.Column('location_code', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['producer_id'], ['producer.producer_id'], name=op.f('fk_site_producer_id')),
    sa.ForeignKeyConstraint(['province', 'commune_kind', 'commune'], ['commune.province', 'commune.kind', 'commune.name'], name=op.f('fk_site_province_commune_kind_commune')),
    sa.PrimaryKeyConstraint('producer_id', 'site_id', name=op.f('pk_site')),
    sa.UniqueConstraint('producer_id', 'name', name=op.f('uq_site_producer_id_name'))
    )
    op.create_table('batch',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('product_id', Identifier(), nullable=False),
    sa.Column('lot', sa.String(length=20), nullable=False),
    sa.Column('uom', sa.String(), nullable=False),
    sa.Column('declared_quantity', sa.String(), nullable=True),
    sa.Column('site_id', Identifier(), nullable=True),
    sa.Column('partner_id', Identifier(), nullable=True),
    sa.Column('production_date', sa.Date(), nullable=True),
    sa.Column('packing_date', sa.Date(), nullable=True),
    sa.Column('expiry_date', sa.Date(), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('expiry_date >= production_date', name=op.f('ck_batch_expiry_after_production')),
    sa.CheckConstraint('length(lot) BETWEEN 1 AND 20', name=op.f('ck_batch_lot_length')),
    sa.ForeignKeyConstraint(['producer_id', 'partner_id'], ['partner.producer_id', 'partner.partner_id'], name=op.f('fk_batch_producer_id_partner_id')),
    sa.ForeignKeyConstraint(['producer_id', 'product_id'], ['product.producer_id', 'product.product_id'], name=op.f('fk_batch_producer_id_product_id')),
    sa.ForeignKeyConstraint(['producer_id', 'site_id'], ['site.producer_id', 'site.site_id'], name=op.f('fk_batch_producer_id_site_id')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', name=op.f('pk_batch')),
    sa.UniqueConstraint('producer_id', 'product_id', 'lot', name=op.f('uq_batch_producer_id_product_id_lot'))
    )
    op.create_table('event',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('step_kind', sa.String(), nullable=False),
    sa.Column('event_time', Instant(), nullable=False),
    sa.Column('event_time_zone_offset', sa.Integer(), nullable=False),
    sa.Column('device_time', Instant(), nullable=True),
    sa.Column('device_skew_minutes', sa.Integer(), nullable=True),
    sa.Column('record_time', Instant(), nullable=False),
    sa.Column('author_member_id', Identifier(), nullable=False),
    sa.Column('site_producer_id', Identifier(), nullable=False),
    sa.Column('site_id', Identifier(), nullable=False),
    sa.Column('plot_id', Identifier(), nullable=True),
    sa.Column('season_id', Identifier(), nullable=True),
    sa.Column('corrects_event_id', Identifier(), nullable=True),
    sa.Column('ship_event_id', Identifier(), nullable=True),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('content_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('schema_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('event_time_zone_offset BETWEEN -840 AND 840', name=op.f('ck_event_offset_range')),
    sa.ForeignKeyConstraint(['producer_id', 'author_member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_event_producer_id_author_member_id')),
    sa.ForeignKeyConstraint(['producer_id', 'corrects_event_id'], ['event.producer_id', 'event.event_id'], name=op.f('fk_event_producer_id_corrects_event_id')),
    sa.PrimaryKeyConstraint('producer_id', 'event_id', name=op.f('pk_event')),
    sa.UniqueConstraint('producer_id', 'corrects_event_id', name='uq_event_corrected_once')
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_season', ['site_producer_id', 'season_id', 'event_time'], unique=False)
        batch_op.create_index('ix_event_ship', ['ship_event_id'], unique=False)

    op.create_table('gtin_owner',
    sa.Column('gtin', sa.String(length=14), nullable=False),
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('product_id', Identifier(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id', 'product_id'], ['product.producer_id', 'product.product_id'], name=op.f('fk_gtin_owner_producer_id_product_id')),
    sa.PrimaryKeyConstraint('gtin', name=op.f('pk_gtin_owner')),
    sa.UniqueConstraint('producer_id', 'product_id', name=op.f('uq_gtin_owner_producer_id_product_id'))
    )
    op.create_table('membership_role',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('member_id', Identifier(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'clerk', 'field_worker', 'shop_seller', 'officer', 'inspector')", name=op.f('ck_membership_role_role_known')),
    sa.ForeignKeyConstraint(['producer_id', 'member_id'], ['membership.producer_id', 'membership.member_id'], name=op.f('fk_membership_role_producer_id_member_id')),
    sa.PrimaryKeyConstraint('producer_id', 'member_id', 'role', name=op.f('pk_membership_role'))
    )
    op.create_table('photo_rendition',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.CheckConstraint("name IN ('hero', 'large', 'thumb')", name=op.f('ck_photo_rendition_name_known')),
    sa.ForeignKeyConstraint(['producer_id', 'sha256'], ['photo.producer_id', 'photo.sha256'], name=op.f('fk_photo_rendition_producer_id_sha256')),
    sa.PrimaryKeyConstraint('producer_id', 'sha256', 'name', name=op.f('pk_photo_rendition'))
    )
    with op.batch_alter_table('photo_rendition', schema=None) as batch_op:
        batch_op.create_index('ix_photo_rendition_file_name', ['file_name'], unique=False)

    op.create_table('plot',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('plot_id', Identifier(), nullable=False),
    sa.Column('site_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('area_m2', sa.Integer(), nullable=True),
    sa.Column('household', sa.String(), nullable=True),
    sa.Column('household_number', sa.Integer(), nullable=True),
    sa.Column('main_crop', sa.String(), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('planting_area_code', sa.String(), nullable=True),
    sa.CheckConstraint('area_m2 > 0', name=op.f('ck_plot_area_positive')),
    sa.CheckConstraint('household_number > 0', name=op.f('ck_plot_household_number_positive')),
    sa.ForeignKeyConstraint(['producer_id', 'site_id'], ['site.producer_id', 'site.site_id'], name=op.f('fk_plot_producer_id_site_id')),
    sa.PrimaryKeyConstraint('producer_id', 'plot_id', name=op.f('pk_plot')),
    sa.UniqueConstraint('producer_id', 'name', name=op.f('uq_plot_producer_id_name'))
    )
    op.create_table('batch_claim',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('certificate_id', Identifier(), nullable=False),
    sa.ForeignKeyConstraint(['producer_id', 'batch_id'], ['batch.producer_id', 'batch.batch_id'], name=op.f('fk_batch_claim_producer_id_batch_id')),
    sa.ForeignKeyConstraint(['producer_id', 'certificate_id'], ['certificate.producer_id', 'certificate.certificate_id'], name=op.f('fk_batch_claim_producer_id_certificate_id')),
    sa.PrimaryKeyConstraint('producer_id', 'batch_id', 'certificate_id', name=op.f('pk_batch_claim'))
    )
    op.create_table('event_evidence',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('evidence_id', Identifier(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('by_producer_id', Identifier(), nullable=False),
    sa.Column('by_member_id', Identifier(), nullable=True),
    sa.Column('by_partner_id', Identifier(), nullable=True),
    sa.Column('given_at', Instant(), nullable=False),
    sa.CheckConstraint("level IN ('self', 'coop', 'counterpart', 'inspector', 'lab')", name=op.f('ck_event_evidence_level_known')),
    sa.CheckConstraint('(by_member_id IS NULL) <> (by_partner_id IS NULL)', name=op.f('ck_event_evidence_one_giver')),
    sa.ForeignKeyConstraint(['producer_id', 'event_id'], ['event.producer_id', 'event.event_id'], name=op.f('fk_event_evidence_producer_id_event_id')),
    sa.PrimaryKeyConstraint('producer_id', 'event_id', 'evidence_id', name=op.f('pk_event_evidence'))
    )
    op.create_table('event_item',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('batch_producer_id', Identifier(), nullable=False),
    sa.Column('batch_id', Identifier(), nullable=False),
    sa.Column('quantity', sa.String(), nullable=True),
    sa.Column('uom', sa.String(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('mass', sa.BigInteger(), nullable=True),
    sa.Column('is_packaging', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(direction = 'about') = (amount IS NULL)", name=op.f('ck_event_item_amount_where_counted')),
    sa.CheckConstraint("direction IN ('input', 'output', 'about')", name=op.f('ck_event_item_direction_known')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_event_item_amount_not_negative')),
    sa.CheckConstraint('mass >= 0', name=op.f('ck_event_item_mass_not_negative')),
    sa.ForeignKeyConstraint(['producer_id', 'event_id'], ['event.producer_id', 'event.event_id'], name=op.f('fk_event_item_producer_id_event_id')),
    sa.PrimaryKeyConstraint('producer_id', 'event_id', 'position', name=op.f('pk_event_item'))
    )
    with op.batch_alter_table('event_item', schema=None) as batch_op:
        batch_op.create_index('ix_event_item_batch', ['batch_producer_id', 'batch_id', 'producer_id', 'event_id'], unique=False)

    op.create_table('event_photo',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('event_id', Identifier(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['producer_id', 'event_id'], ['event.producer_id', 'event.event_id'], name=op.f('fk_event_photo_producer_id_event_id')),
    sa.ForeignKeyConstraint(['producer_id', 'sha256'], ['photo.producer_id', 'photo.sha256'], name=op.f('fk_event_photo_producer_id_sha256')),
    sa.PrimaryKeyConstraint('producer_id', 'event_id', 'position', name=op.f('pk_event_photo'))
    )
    op.create_table('season',
    sa.Column('producer_id', Identifier(), nullable=False),
    sa.Column('season_id', Identifier(), nullable=False),
    sa.Column('plot_id', Identifier(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('crop', sa.String(), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.CheckConstraint('ended_on >= started_on', name=op.f('ck_season_ends_after_start')),
    sa.ForeignKeyConstraint(['producer_id', 'plot_id'], ['plot.producer_id', 'plot.plot_id'], name=op.f('fk_season_producer_id_plot_id')),
    sa.PrimaryKeyConstraint('producer_id', 'season_id', name=op.f('pk_season'))
    )
    with op.batch_alter_table('season', schema=None) as batch_op:
        batch_op.create_index('ix_season_plot', ['producer_id', 'plot_id', 'started_on'], unique=False)
    op.execute("INSERT INTO public_generation (single, number) VALUES (1, 1)")
    protect(*APPEND_ONLY)


def downgrade() -> None:
    """Go back."""
    release(*APPEND_ONLY)
    forget()
    with op.batch_alter_table('season', schema=None) as batch_op:
        batch_op.drop_index('ix_season_plot')

    op.drop_table('season')
    op.drop_table('event_photo')
    with op.batch_alter_table('event_item', schema=None) as batch_op:
        batch_op.drop_index('ix_event_item_batch')

    op.drop_table('event_item')
    op.drop_table('event_evidence')
    op.drop_table('batch_claim')
    op.drop_table('plot')
    with op.batch_alter_table('photo_rendition', schema=None) as batch_op:
        batch_op.drop_index('ix_photo_rendition_file_name')

    op.drop_table('photo_rendition')
    op.drop_table('membership_role')
    op.drop_table('gtin_owner')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_ship')
        batch_op.drop_index('ix_event_season')

    op.drop_table('event')
    op.drop_table('batch')
    op.drop_table('site')
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_folded_name'))

    op.drop_table('product')
    op.drop_table('producer_kind')
    op.drop_table('photo')
    op.drop_table('partner')
    op.drop_table('membership')
    op.drop_table('certificate')
    with op.batch_alter_table('producer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_producer_folded_name'))

    op.drop_table('producer')
    op.drop_table('commune')
    op.drop_table('code_state_change')
    op.drop_table('worker_pulse')
    op.drop_table('public_snapshot')
    op.drop_table('public_generation')
    with op.batch_alter_table('public_code', schema=None) as batch_op:
        batch_op.drop_index('ix_public_code_batch')

    op.drop_table('public_code')
    op.drop_table('province')
    with op.batch_alter_table('problem_report', schema=None) as batch_op:
        batch_op.drop_index('ix_problem_report_received')

    op.drop_table('problem_report')
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_ledger_entry_batch')

    op.drop_table('ledger_entry')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_due')

    op.drop_table('job')
    op.drop_table('demo_load')
    with op.batch_alter_table('batch_parent', schema=None) as batch_op:
        batch_op.drop_index('ix_batch_parent_forward')
        batch_op.drop_index('ix_batch_parent_event')

    op.drop_table('batch_parent')
    op.drop_table('account')
