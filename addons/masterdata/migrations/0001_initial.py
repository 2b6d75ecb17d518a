"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "masterdata_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('masterdata_currency',
    sa.Column('code', sa.String(length=3), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('symbol', sa.String(length=8), nullable=True),
    sa.Column('decimals', sa.Integer(), nullable=False),
    sa.Column('is_home', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_currency')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_currency_code'))
    )
    op.create_table('masterdata_item_category',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('parent_id', types.Identity, nullable=True),
    sa.Column('code_prefix', sa.String(length=20), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['masterdata_item_category.id'], name=op.f('fk_masterdata_item_category_parent_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_item_category')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_item_category_code'))
    )
    with op.batch_alter_table('masterdata_item_category', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_item_category_parent_id'), ['parent_id'], unique=False)

    op.create_table('masterdata_uom_family',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_uom_family')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_uom_family_code'))
    )
    op.create_table('masterdata_currency_rate',
    sa.Column('currency_id', types.Identity, nullable=False),
    sa.Column('valid_on', sa.Date(), nullable=False),
    sa.Column('rate', types.Price(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['currency_id'], ['masterdata_currency.id'], name=op.f('fk_masterdata_currency_rate_currency_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_currency_rate')),
    sa.UniqueConstraint('currency_id', 'valid_on', name=op.f('uq_masterdata_currency_rate_currency_id_valid_on'))
    )
    with op.batch_alter_table('masterdata_currency_rate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_currency_rate_currency_id'), ['currency_id'], unique=False)

    op.create_table('masterdata_uom',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('family_id', types.Identity, nullable=False),
    sa.Column('factor', types.Quantity(), nullable=False),
    sa.Column('rounding', types.Quantity(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['family_id'], ['masterdata_uom_family.id'], name=op.f('fk_masterdata_uom_family_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_uom')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_uom_code'))
    )
    with op.batch_alter_table('masterdata_uom', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_uom_family_id'), ['family_id'], unique=False)

    op.create_table('masterdata_work_calendar',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_masterdata_work_calendar_org_unit_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_work_calendar')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_work_calendar_code')),
    sa.UniqueConstraint('org_unit_id', name=op.f('uq_masterdata_work_calendar_org_unit_id'))
    )
    op.create_table('masterdata_calendar_day',
    sa.Column('calendar_id', types.Identity, nullable=False),
    sa.Column('day_on', sa.Date(), nullable=False),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('like_weekday', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.String(length=120), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['calendar_id'], ['masterdata_work_calendar.id'], name=op.f('fk_masterdata_calendar_day_calendar_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_calendar_day')),
    sa.UniqueConstraint('calendar_id', 'day_on', name=op.f('uq_masterdata_calendar_day_calendar_id_day_on'))
    )
    with op.batch_alter_table('masterdata_calendar_day', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_calendar_day_calendar_id'), ['calendar_id'], unique=False)

    op.create_table('masterdata_calendar_shift',
    sa.Column('calendar_id', types.Identity, nullable=False),
    sa.Column('weekday', sa.String(length=40), nullable=False),
    sa.Column('start', sa.String(length=5), nullable=False),
    sa.Column('end', sa.String(length=5), nullable=False),
    sa.Column('break_start', sa.String(length=5), nullable=True),
    sa.Column('break_end', sa.String(length=5), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['calendar_id'], ['masterdata_work_calendar.id'], name=op.f('fk_masterdata_calendar_shift_calendar_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_calendar_shift'))
    )
    with op.batch_alter_table('masterdata_calendar_shift', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_calendar_shift_calendar_id'), ['calendar_id'], unique=False)

    op.create_table('masterdata_item',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('code_prefix', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('specification', sa.String(length=200), nullable=True),
    sa.Column('drawing_number', sa.String(length=80), nullable=True),
    sa.Column('revision', sa.String(length=20), nullable=True),
    sa.Column('material', sa.String(length=80), nullable=True),
    sa.Column('category_id', types.Identity, nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('uom_id', types.Identity, nullable=False),
    sa.Column('second_uom_id', types.Identity, nullable=True),
    sa.Column('second_factor', types.Quantity(), nullable=True),
    sa.Column('tracking', sa.String(length=40), nullable=False),
    sa.Column('safety_stock', types.Quantity(), nullable=False),
    sa.Column('reorder_point', types.Quantity(), nullable=True),
    sa.Column('reorder_qty', types.Quantity(), nullable=True),
    sa.Column('lead_days', sa.Integer(), nullable=True),
    sa.Column('standard_cost', types.Price(), nullable=True),
    sa.Column('list_price', types.Price(), nullable=True),
    sa.Column('weight', types.Quantity(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['masterdata_item_category.id'], name=op.f('fk_masterdata_item_category_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['second_uom_id'], ['masterdata_uom.id'], name=op.f('fk_masterdata_item_second_uom_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['uom_id'], ['masterdata_uom.id'], name=op.f('fk_masterdata_item_uom_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_item')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_item_code'))
    )
    with op.batch_alter_table('masterdata_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_item_category_id'), ['category_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_item_drawing_number'), ['drawing_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_item_kind'), ['kind'], unique=False)
        batch_op.create_index('ix_masterdata_item_name_specification', ['name', 'specification'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_item_second_uom_id'), ['second_uom_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_item_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_item_uom_id'), ['uom_id'], unique=False)

    op.create_table('masterdata_partner',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('short_name', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('tax_number', sa.String(length=40), nullable=True),
    sa.Column('currency_id', types.Identity, nullable=True),
    sa.Column('payment_terms', sa.String(length=40), nullable=False),
    sa.Column('payment_days', sa.Integer(), nullable=False),
    sa.Column('credit_limit', types.Money(), nullable=True),
    sa.Column('rating', sa.String(length=40), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('block_reason', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('owner_id', types.Identity, nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['currency_id'], ['masterdata_currency.id'], name=op.f('fk_masterdata_partner_currency_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_masterdata_partner_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_masterdata_partner_owner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_partner')),
    sa.UniqueConstraint('code', name=op.f('uq_masterdata_partner_code'))
    )
    with op.batch_alter_table('masterdata_partner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_partner_currency_id'), ['currency_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_partner_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_partner_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_partner_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_partner_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_masterdata_partner_tax_number'), ['tax_number'], unique=False)

    op.create_table('masterdata_partner_address',
    sa.Column('partner_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=60), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['masterdata_partner.id'], name=op.f('fk_masterdata_partner_address_partner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_partner_address'))
    )
    with op.batch_alter_table('masterdata_partner_address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_partner_address_partner_id'), ['partner_id'], unique=False)

    op.create_table('masterdata_partner_contact',
    sa.Column('partner_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('position', sa.String(length=60), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('email', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['masterdata_partner.id'], name=op.f('fk_masterdata_partner_contact_partner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_masterdata_partner_contact'))
    )
    with op.batch_alter_table('masterdata_partner_contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_masterdata_partner_contact_partner_id'), ['partner_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('masterdata_partner_contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_contact_partner_id'))

    op.drop_table('masterdata_partner_contact')
    with op.batch_alter_table('masterdata_partner_address', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_address_partner_id'))

    op.drop_table('masterdata_partner_address')
    with op.batch_alter_table('masterdata_partner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_tax_number'))
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_state'))
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_owner_id'))
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_org_unit_id'))
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_kind'))
        batch_op.drop_index(batch_op.f('ix_masterdata_partner_currency_id'))

    op.drop_table('masterdata_partner')
    with op.batch_alter_table('masterdata_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_item_uom_id'))
        batch_op.drop_index(batch_op.f('ix_masterdata_item_state'))
        batch_op.drop_index(batch_op.f('ix_masterdata_item_second_uom_id'))
        batch_op.drop_index('ix_masterdata_item_name_specification')
        batch_op.drop_index(batch_op.f('ix_masterdata_item_kind'))
        batch_op.drop_index(batch_op.f('ix_masterdata_item_drawing_number'))
        batch_op.drop_index(batch_op.f('ix_masterdata_item_category_id'))

    op.drop_table('masterdata_item')
    with op.batch_alter_table('masterdata_calendar_shift', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_calendar_shift_calendar_id'))

    op.drop_table('masterdata_calendar_shift')
    with op.batch_alter_table('masterdata_calendar_day', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_calendar_day_calendar_id'))

    op.drop_table('masterdata_calendar_day')
    op.drop_table('masterdata_work_calendar')
    with op.batch_alter_table('masterdata_uom', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_uom_family_id'))

    op.drop_table('masterdata_uom')
    with op.batch_alter_table('masterdata_currency_rate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_currency_rate_currency_id'))

    op.drop_table('masterdata_currency_rate')
    op.drop_table('masterdata_uom_family')
    with op.batch_alter_table('masterdata_item_category', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_masterdata_item_category_parent_id'))

    op.drop_table('masterdata_item_category')
    op.drop_table('masterdata_currency')
