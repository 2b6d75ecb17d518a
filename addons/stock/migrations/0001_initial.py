"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "stock_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('stock_warehouse',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_warehouse')),
    sa.UniqueConstraint('code', name=op.f('uq_stock_warehouse_code'))
    )
    op.create_table('stock_location',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('warehouse_id', types.Identity, nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['warehouse_id'], ['stock_warehouse.id'], name=op.f('fk_stock_location_warehouse_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_location')),
    sa.UniqueConstraint('code', name=op.f('uq_stock_location_code'))
    )
    with op.batch_alter_table('stock_location', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_location_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_location_warehouse_id'), ['warehouse_id'], unique=False)

    op.create_table('stock_receipt',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('source', sa.String(length=60), nullable=True),
    sa.Column('source_model', sa.String(length=80), nullable=True),
    sa.Column('source_id', types.Identity, nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_receipt_location_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_receipt')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_receipt_number'))
    )
    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_receipt_location_id'), ['location_id'], unique=False)
        batch_op.create_index('ix_stock_receipt_source', ['source_model', 'source_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_receipt_state'), ['state'], unique=False)

    op.create_table('stock_lot',
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('supplier_lot', sa.String(length=60), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_lot_item_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_lot')),
    sa.UniqueConstraint('item_id', 'number', name=op.f('uq_stock_lot_item_id_number'))
    )
    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_lot_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_number'), ['number'], unique=False)

    op.create_table('stock_balance',
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.Column('lot_key', types.Identity, nullable=False),
    sa.Column('on_hand', types.Quantity(), nullable=False),
    sa.Column('reserved', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('on_hand >= 0', name=op.f('ck_stock_balance_on_hand')),
    sa.CheckConstraint('reserved >= 0 AND reserved <= on_hand', name=op.f('ck_stock_balance_reserved')),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_balance_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_balance_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_balance_lot_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_balance')),
    sa.UniqueConstraint('item_id', 'location_id', 'lot_key', name=op.f('uq_stock_balance_item_id_location_id_lot_key'))
    )
    with op.batch_alter_table('stock_balance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_balance_location_id'), ['location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_balance_lot_id'), ['lot_id'], unique=False)

    op.create_table('stock_move',
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('from_location_id', types.Identity, nullable=False),
    sa.Column('to_location_id', types.Identity, nullable=False),
    sa.Column('cause', sa.String(length=120), nullable=True),
    sa.Column('cause_model', sa.String(length=80), nullable=False),
    sa.Column('cause_id', types.Identity, nullable=True),
    sa.Column('cause_line', types.Identity, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('from_location_id <> to_location_id', name=op.f('ck_stock_move_somewhere_else')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_move_quantity')),
    sa.ForeignKeyConstraint(['from_location_id'], ['stock_location.id'], name=op.f('fk_stock_move_from_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_move_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_move_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['to_location_id'], ['stock_location.id'], name=op.f('fk_stock_move_to_location_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_move'))
    )
    with op.batch_alter_table('stock_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_move_at'), ['at'], unique=False)
        batch_op.create_index('ix_stock_move_cause', ['cause_model', 'cause_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_move_from_location_id'), ['from_location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_move_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_move_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_move_to_location_id'), ['to_location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_move_user_id'), ['user_id'], unique=False)

    op.create_table('stock_receipt_line',
    sa.Column('receipt_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('lot_number', sa.String(length=60), nullable=True),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_receipt_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_receipt_line_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['receipt_id'], ['stock_receipt.id'], name=op.f('fk_stock_receipt_line_receipt_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_receipt_line'))
    )
    with op.batch_alter_table('stock_receipt_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_receipt_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_receipt_line_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_receipt_line_receipt_id'), ['receipt_id'], unique=False)

    op.create_table('stock_reservation',
    sa.Column('balance_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('taken', types.Quantity(), nullable=False),
    sa.Column('purpose', sa.String(length=120), nullable=True),
    sa.Column('for_model', sa.String(length=80), nullable=False),
    sa.Column('for_id', types.Identity, nullable=False),
    sa.Column('made_at', types.UtcDateTime(), nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('taken >= 0 AND taken <= quantity', name=op.f('ck_stock_reservation_taken')),
    sa.ForeignKeyConstraint(['balance_id'], ['stock_balance.id'], name=op.f('fk_stock_reservation_balance_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_reservation'))
    )
    with op.batch_alter_table('stock_reservation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_reservation_balance_id'), ['balance_id'], unique=False)
        batch_op.create_index('ix_stock_reservation_for', ['for_model', 'for_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('stock_reservation', schema=None) as batch_op:
        batch_op.drop_index('ix_stock_reservation_for')
        batch_op.drop_index(batch_op.f('ix_stock_reservation_balance_id'))

    op.drop_table('stock_reservation')
    with op.batch_alter_table('stock_receipt_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_receipt_line_receipt_id'))
        batch_op.drop_index(batch_op.f('ix_stock_receipt_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_receipt_line_item_id'))

    op.drop_table('stock_receipt_line')
    with op.batch_alter_table('stock_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_move_user_id'))
        batch_op.drop_index(batch_op.f('ix_stock_move_to_location_id'))
        batch_op.drop_index(batch_op.f('ix_stock_move_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_move_item_id'))
        batch_op.drop_index(batch_op.f('ix_stock_move_from_location_id'))
        batch_op.drop_index('ix_stock_move_cause')
        batch_op.drop_index(batch_op.f('ix_stock_move_at'))

    op.drop_table('stock_move')
    with op.batch_alter_table('stock_balance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_balance_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_balance_location_id'))

    op.drop_table('stock_balance')
    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_lot_number'))
        batch_op.drop_index(batch_op.f('ix_stock_lot_item_id'))

    op.drop_table('stock_lot')
    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_receipt_state'))
        batch_op.drop_index('ix_stock_receipt_source')
        batch_op.drop_index(batch_op.f('ix_stock_receipt_location_id'))

    op.drop_table('stock_receipt')
    with op.batch_alter_table('stock_location', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_location_warehouse_id'))
        batch_op.drop_index(batch_op.f('ix_stock_location_kind'))

    op.drop_table('stock_location')
    op.drop_table('stock_warehouse')
