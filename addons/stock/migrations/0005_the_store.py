"""Picking lists, extra issues, stocktakes, the tool crib, and rules by category."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "stock_0005"
down_revision = 'stock_0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the columns that lead to them."""
    op.create_table('stock_stocktake',
    sa.Column('freeze', sa.Boolean(), nullable=False),
    sa.Column('blind', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_stocktake')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_stocktake_number'))
    )
    with op.batch_alter_table('stock_stocktake', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_stocktake_state'), ['state'], unique=False)

    op.create_table('stock_category_rule',
    sa.Column('category_id', types.Identity, nullable=False),
    sa.Column('over_issue', sa.String(length=40), nullable=False),
    sa.Column('dead_after_days', sa.Integer(), nullable=False),
    sa.Column('loan_days', sa.Integer(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['category_id'], ['masterdata_item_category.id'], name=op.f('fk_stock_category_rule_category_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_category_rule')),
    sa.UniqueConstraint('category_id', name=op.f('uq_stock_category_rule_category_id'))
    )
    op.create_table('stock_pick_list',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('project_id', types.Identity, nullable=True),
    sa.Column('needed_on', sa.Date(), nullable=True),
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
    sa.Column('x', types.Json, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['stock_project.id'], name=op.f('fk_stock_pick_list_project_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_pick_list')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_pick_list_number'))
    )
    with op.batch_alter_table('stock_pick_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_pick_list_needed_on'), ['needed_on'], unique=False)
        batch_op.create_index('ix_stock_pick_list_source', ['source_model', 'source_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_pick_list_state'), ['state'], unique=False)

    op.create_table('stock_stocktake_place',
    sa.Column('stocktake_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('counted_at', types.UtcDateTime(), nullable=True),
    sa.Column('counted_by_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_stocktake_place_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['stocktake_id'], ['stock_stocktake.id'], name=op.f('fk_stock_stocktake_place_stocktake_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_stocktake_place')),
    sa.UniqueConstraint('stocktake_id', 'location_id', name=op.f('uq_stock_stocktake_place_stocktake_id_location_id'))
    )
    op.create_table('stock_extra_issue',
    sa.Column('pick_list_id', types.Identity, nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_extra_issue_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pick_list_id'], ['stock_pick_list.id'], name=op.f('fk_stock_extra_issue_pick_list_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_extra_issue')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_extra_issue_number'))
    )
    with op.batch_alter_table('stock_extra_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_extra_issue_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_extra_issue_pick_list_id'), ['pick_list_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_extra_issue_state'), ['state'], unique=False)

    op.create_table('stock_pick_line',
    sa.Column('pick_list_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('requested', types.Quantity(), nullable=False),
    sa.Column('extra', types.Quantity(), nullable=False),
    sa.Column('picked', types.Quantity(), nullable=False),
    sa.Column('returned', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.CheckConstraint('returned >= 0 AND returned <= picked', name=op.f('ck_stock_pick_line_returned')),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_pick_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pick_list_id'], ['stock_pick_list.id'], name=op.f('fk_stock_pick_line_pick_list_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_pick_line'))
    )
    with op.batch_alter_table('stock_pick_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_pick_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_pick_line_pick_list_id'), ['pick_list_id'], unique=False)

    op.create_table('stock_calibration',
    sa.Column('lot_id', types.Identity, nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('certificate', sa.String(length=80), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_calibration_lot_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_calibration')),
    sa.UniqueConstraint('lot_id', 'done_on', name=op.f('uq_stock_calibration_lot_id_done_on'))
    )
    with op.batch_alter_table('stock_calibration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_calibration_lot_id'), ['lot_id'], unique=False)

    op.create_table('stock_stocktake_line',
    sa.Column('stocktake_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.Column('lot_key', types.Identity, nullable=False),
    sa.Column('expected', types.Quantity(), nullable=False),
    sa.Column('counted', types.Quantity(), nullable=True),
    sa.Column('first_count', types.Quantity(), nullable=True),
    sa.Column('difference', types.Quantity(), nullable=False),
    sa.Column('value', types.Money(), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_stocktake_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_stocktake_line_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_stocktake_line_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['stocktake_id'], ['stock_stocktake.id'], name=op.f('fk_stock_stocktake_line_stocktake_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_stocktake_line')),
    sa.UniqueConstraint('stocktake_id', 'location_id', 'item_id', 'lot_key', name=op.f('uq_stock_stocktake_line_goods'))
    )
    op.create_table('stock_tool_loan',
    sa.Column('lot_id', types.Identity, nullable=False),
    sa.Column('item_id', types.Identity, nullable=True),
    sa.Column('holder_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=True),
    sa.Column('lent_at', types.UtcDateTime(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('returned_at', types.UtcDateTime(), nullable=True),
    sa.Column('condition', sa.String(length=40), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_tool_loan_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_tool_loan_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_tool_loan_lot_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_tool_loan')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_tool_loan_number'))
    )
    with op.batch_alter_table('stock_tool_loan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_tool_loan_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_tool_loan_holder_id'), ['holder_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_tool_loan_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_tool_loan_state'), ['state'], unique=False)
        batch_op.create_index('uq_stock_tool_loan_lent', ['lot_id'], unique=True, postgresql_where=sa.text("state = 'lent'"), sqlite_where=sa.text("state = 'lent'"))

    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calibrated_until', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_stock_lot_calibrated_until'), ['calibrated_until'], unique=False)

    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pick_list_id', types.Identity, nullable=True))
        batch_op.create_index(batch_op.f('ix_stock_receipt_pick_list_id'), ['pick_list_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_stock_receipt_pick_list_id'), 'stock_pick_list', ['pick_list_id'], ['id'], ondelete='RESTRICT')



def downgrade() -> None:
    """Take them away, with what is in them."""
    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_receipt_pick_list_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_stock_receipt_pick_list_id'))
        batch_op.drop_column('pick_list_id')

    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_lot_calibrated_until'))
        batch_op.drop_column('calibrated_until')

    with op.batch_alter_table('stock_tool_loan', schema=None) as batch_op:
        batch_op.drop_index('uq_stock_tool_loan_lent', postgresql_where=sa.text("state = 'lent'"), sqlite_where=sa.text("state = 'lent'"))
        batch_op.drop_index(batch_op.f('ix_stock_tool_loan_state'))
        batch_op.drop_index(batch_op.f('ix_stock_tool_loan_item_id'))
        batch_op.drop_index(batch_op.f('ix_stock_tool_loan_holder_id'))
        batch_op.drop_index(batch_op.f('ix_stock_tool_loan_due_on'))

    op.drop_table('stock_tool_loan')
    op.drop_table('stock_stocktake_line')
    with op.batch_alter_table('stock_calibration', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_calibration_lot_id'))

    op.drop_table('stock_calibration')
    with op.batch_alter_table('stock_pick_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_pick_line_pick_list_id'))
        batch_op.drop_index(batch_op.f('ix_stock_pick_line_item_id'))

    op.drop_table('stock_pick_line')
    with op.batch_alter_table('stock_extra_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_extra_issue_state'))
        batch_op.drop_index(batch_op.f('ix_stock_extra_issue_pick_list_id'))
        batch_op.drop_index(batch_op.f('ix_stock_extra_issue_item_id'))

    op.drop_table('stock_extra_issue')
    op.drop_table('stock_stocktake_place')
    with op.batch_alter_table('stock_pick_list', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_pick_list_state'))
        batch_op.drop_index('ix_stock_pick_list_source')
        batch_op.drop_index(batch_op.f('ix_stock_pick_list_needed_on'))

    op.drop_table('stock_pick_list')
    op.drop_table('stock_category_rule')
    with op.batch_alter_table('stock_stocktake', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_stocktake_state'))

    op.drop_table('stock_stocktake')
