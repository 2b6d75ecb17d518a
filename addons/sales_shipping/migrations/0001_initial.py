"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_shipping_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('sales_shipping_sales_order',
    sa.Column('partner_id', types.Identity, nullable=False),
    sa.Column('customer_number', sa.String(length=60), nullable=True),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('ship_to', sa.String(length=200), nullable=True),
    sa.Column('note', sa.String(length=400), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('owner_id', types.Identity, nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_sales_shipping_sales_order_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_sales_shipping_sales_order_owner_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['partner_id'], ['masterdata_partner.id'], name=op.f('fk_sales_shipping_sales_order_partner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_shipping_sales_order')),
    sa.UniqueConstraint('number', name=op.f('uq_sales_shipping_sales_order_number'))
    )
    with op.batch_alter_table('sales_shipping_sales_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_state'), ['state'], unique=False)

    op.create_table('sales_shipping_shipment',
    sa.Column('partner_id', types.Identity, nullable=False),
    sa.Column('ship_on', sa.Date(), nullable=False),
    sa.Column('carrier', sa.String(length=80), nullable=True),
    sa.Column('tracking_number', sa.String(length=80), nullable=True),
    sa.Column('note', sa.String(length=400), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('owner_id', types.Identity, nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_sales_shipping_shipment_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_sales_shipping_shipment_owner_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['partner_id'], ['masterdata_partner.id'], name=op.f('fk_sales_shipping_shipment_partner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_shipping_shipment')),
    sa.UniqueConstraint('number', name=op.f('uq_sales_shipping_shipment_number'))
    )
    with op.batch_alter_table('sales_shipping_shipment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_state'), ['state'], unique=False)

    op.create_table('sales_shipping_sales_order_line',
    sa.Column('order_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('price', types.Price(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('released', types.Quantity(), nullable=False),
    sa.Column('shipped', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('released >= 0 AND released <= quantity', name=op.f('ck_sales_shipping_sales_order_line_released')),
    sa.CheckConstraint('shipped >= 0 AND shipped <= quantity', name=op.f('ck_sales_shipping_sales_order_line_shipped')),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_sales_shipping_sales_order_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['order_id'], ['sales_shipping_sales_order.id'], name=op.f('fk_sales_shipping_sales_order_line_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_shipping_sales_order_line'))
    )
    with op.batch_alter_table('sales_shipping_sales_order_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_line_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_sales_order_line_order_id'), ['order_id'], unique=False)

    op.create_table('sales_shipping_release_portion',
    sa.Column('line_id', types.Identity, nullable=False),
    sa.Column('route', sa.String(length=40), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('target_model', sa.String(length=80), nullable=False),
    sa.Column('target_id', types.Identity, nullable=False),
    sa.Column('released_at', types.UtcDateTime(), nullable=False),
    sa.Column('taken_back_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_sales_shipping_release_portion_quantity')),
    sa.ForeignKeyConstraint(['line_id'], ['sales_shipping_sales_order_line.id'], name=op.f('fk_sales_shipping_release_portion_line_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_shipping_release_portion'))
    )
    with op.batch_alter_table('sales_shipping_release_portion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_shipping_release_portion_line_id'), ['line_id'], unique=False)
        batch_op.create_index('ix_sales_shipping_release_portion_target', ['target_model', 'target_id'], unique=False)

    op.create_table('sales_shipping_shipment_line',
    sa.Column('shipment_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('order_line_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['order_line_id'], ['sales_shipping_sales_order_line.id'], name=op.f('fk_sales_shipping_shipment_line_order_line_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['shipment_id'], ['sales_shipping_shipment.id'], name=op.f('fk_sales_shipping_shipment_line_shipment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_shipping_shipment_line'))
    )
    with op.batch_alter_table('sales_shipping_shipment_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_line_order_line_id'), ['order_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_shipping_shipment_line_shipment_id'), ['shipment_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('sales_shipping_shipment_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_line_shipment_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_line_order_line_id'))

    op.drop_table('sales_shipping_shipment_line')
    with op.batch_alter_table('sales_shipping_release_portion', schema=None) as batch_op:
        batch_op.drop_index('ix_sales_shipping_release_portion_target')
        batch_op.drop_index(batch_op.f('ix_sales_shipping_release_portion_line_id'))

    op.drop_table('sales_shipping_release_portion')
    with op.batch_alter_table('sales_shipping_sales_order_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_line_order_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_line_item_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_line_due_on'))

    op.drop_table('sales_shipping_sales_order_line')
    with op.batch_alter_table('sales_shipping_shipment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_state'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_partner_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_owner_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_shipment_org_unit_id'))

    op.drop_table('sales_shipping_shipment')
    with op.batch_alter_table('sales_shipping_sales_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_state'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_partner_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_owner_id'))
        batch_op.drop_index(batch_op.f('ix_sales_shipping_sales_order_org_unit_id'))

    op.drop_table('sales_shipping_sales_order')
