"""The whole ledger: projects, statuses, values and months; every document that moves goods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "stock_0004"
down_revision = "stock_0003"
branch_labels = None
depends_on = None

SOMEWHERE_ELSE = (
    "from_location_id <> to_location_id OR from_status <> to_status"
    " OR coalesce(from_project_id, 0) <> coalesce(to_project_id, 0)"
)
BALANCE_RULES = {
    "on_hand": "on_hand >= 0 OR may_be_negative",
    "reserved": "reserved >= 0 AND (reserved <= on_hand OR (may_be_negative AND reserved = 0))",
    "reserved_is_available": "reserved = 0 OR status = 'available'",
}
VERBS = ("update", "delete")


def upgrade() -> None:
    """Apply."""
    op.create_table('stock_adjustment',
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
    sa.Column('booked_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_adjustment')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_adjustment_number'))
    )
    with op.batch_alter_table('stock_adjustment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_adjustment_state'), ['state'], unique=False)

    op.create_table('stock_period',
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_period')),
    sa.UniqueConstraint('starts_on', name=op.f('uq_stock_period_starts_on'))
    )
    with op.batch_alter_table('stock_period', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_period_ends_on'), ['ends_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_period_state'), ['state'], unique=False)

    op.create_table('stock_project',
    sa.Column('of_model', sa.String(length=80), nullable=False),
    sa.Column('of_id', types.Identity, nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_project')),
    sa.UniqueConstraint('of_model', 'of_id', name=op.f('uq_stock_project_of_model_of_id'))
    )
    with op.batch_alter_table('stock_project', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_project_title'), ['title'], unique=False)

    op.create_table('stock_scrap',
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
    sa.Column('booked_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_scrap')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_scrap_number'))
    )
    with op.batch_alter_table('stock_scrap', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_scrap_state'), ['state'], unique=False)

    op.create_table('stock_transfer',
    sa.Column('from_location_id', types.Identity, nullable=False),
    sa.Column('to_location_id', types.Identity, nullable=False),
    sa.Column('from_project_id', types.Identity, nullable=True),
    sa.Column('to_project_id', types.Identity, nullable=True),
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
    sa.ForeignKeyConstraint(['from_location_id'], ['stock_location.id'], name=op.f('fk_stock_transfer_from_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['from_project_id'], ['stock_project.id'], name=op.f('fk_stock_transfer_from_project_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['to_location_id'], ['stock_location.id'], name=op.f('fk_stock_transfer_to_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['to_project_id'], ['stock_project.id'], name=op.f('fk_stock_transfer_to_project_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_transfer_number'))
    )
    with op.batch_alter_table('stock_transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_transfer_state'), ['state'], unique=False)

    op.create_table('stock_issue',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('partner_id', types.Identity, nullable=True),
    sa.Column('source', sa.String(length=60), nullable=True),
    sa.Column('source_model', sa.String(length=80), nullable=True),
    sa.Column('source_id', types.Identity, nullable=True),
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
    sa.ForeignKeyConstraint(['partner_id'], ['masterdata_partner.id'], name=op.f('fk_stock_issue_partner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_issue')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_issue_number'))
    )
    with op.batch_alter_table('stock_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_issue_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index('ix_stock_issue_source', ['source_model', 'source_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_issue_state'), ['state'], unique=False)

    op.create_table('stock_item_value',
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('value', types.Money(), nullable=False),
    sa.Column('last_cost', types.Price(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_item_value_item_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_item_value')),
    sa.UniqueConstraint('item_id', name=op.f('uq_stock_item_value_item_id'))
    )
    op.create_table('stock_lot_change',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
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
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_lot_change_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_lot_change_location_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_lot_change')),
    sa.UniqueConstraint('number', name=op.f('uq_stock_lot_change_number'))
    )
    with op.batch_alter_table('stock_lot_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_lot_change_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_change_state'), ['state'], unique=False)

    op.create_table('stock_period_line',
    sa.Column('period_id', types.Identity, nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('opening_qty', types.Quantity(), nullable=False),
    sa.Column('in_qty', types.Quantity(), nullable=False),
    sa.Column('out_qty', types.Quantity(), nullable=False),
    sa.Column('closing_qty', types.Quantity(), nullable=False),
    sa.Column('opening_value', types.Money(), nullable=False),
    sa.Column('in_value', types.Money(), nullable=False),
    sa.Column('out_value', types.Money(), nullable=False),
    sa.Column('closing_value', types.Money(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_period_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['period_id'], ['stock_period.id'], name=op.f('fk_stock_period_line_period_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_period_line')),
    sa.UniqueConstraint('period_id', 'item_id', name=op.f('uq_stock_period_line_period_id_item_id'))
    )
    with op.batch_alter_table('stock_period_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_period_line_item_id'), ['item_id'], unique=False)

    op.create_table('stock_adjustment_line',
    sa.Column('adjustment_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('project_id', types.Identity, nullable=True),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('unit_cost', types.Price(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.ForeignKeyConstraint(['adjustment_id'], ['stock_adjustment.id'], name=op.f('fk_stock_adjustment_line_adjustment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_adjustment_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_adjustment_line_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_adjustment_line_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['project_id'], ['stock_project.id'], name=op.f('fk_stock_adjustment_line_project_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_adjustment_line'))
    )
    with op.batch_alter_table('stock_adjustment_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_adjustment_line_adjustment_id'), ['adjustment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_adjustment_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_adjustment_line_lot_id'), ['lot_id'], unique=False)

    op.create_table('stock_issue_line',
    sa.Column('issue_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.ForeignKeyConstraint(['issue_id'], ['stock_issue.id'], name=op.f('fk_stock_issue_line_issue_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_issue_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_issue_line_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_issue_line_lot_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_issue_line'))
    )
    with op.batch_alter_table('stock_issue_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_issue_line_issue_id'), ['issue_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_issue_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_issue_line_lot_id'), ['lot_id'], unique=False)

    op.create_table('stock_lot_change_line',
    sa.Column('change_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('lot_id', types.Identity, nullable=False),
    sa.Column('into_number', sa.String(length=60), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['change_id'], ['stock_lot_change.id'], name=op.f('fk_stock_lot_change_line_change_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_lot_change_line_lot_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_lot_change_line'))
    )
    with op.batch_alter_table('stock_lot_change_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_lot_change_line_change_id'), ['change_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_change_line_lot_id'), ['lot_id'], unique=False)

    op.create_table('stock_lot_origin',
    sa.Column('from_id', types.Identity, nullable=False),
    sa.Column('into_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('cause', sa.String(length=120), nullable=True),
    sa.Column('cause_model', sa.String(length=80), nullable=False),
    sa.Column('cause_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('from_id <> into_id', name=op.f('ck_stock_lot_origin_another_lot')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_lot_origin_quantity')),
    sa.ForeignKeyConstraint(['from_id'], ['stock_lot.id'], name=op.f('fk_stock_lot_origin_from_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['into_id'], ['stock_lot.id'], name=op.f('fk_stock_lot_origin_into_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_lot_origin')),
    sa.UniqueConstraint('into_id', 'from_id', 'cause_model', 'cause_id', name=op.f('uq_stock_lot_origin_into_id_from_id_cause_model_cause_id'))
    )
    with op.batch_alter_table('stock_lot_origin', schema=None) as batch_op:
        batch_op.create_index('ix_stock_lot_origin_cause', ['cause_model', 'cause_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_origin_from_id'), ['from_id'], unique=False)

    op.create_table('stock_scrap_line',
    sa.Column('scrap_id', types.Identity, nullable=False),
    sa.Column('location_id', types.Identity, nullable=False),
    sa.Column('project_id', types.Identity, nullable=True),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_scrap_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['location_id'], ['stock_location.id'], name=op.f('fk_stock_scrap_line_location_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_scrap_line_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['project_id'], ['stock_project.id'], name=op.f('fk_stock_scrap_line_project_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['scrap_id'], ['stock_scrap.id'], name=op.f('fk_stock_scrap_line_scrap_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_scrap_line'))
    )
    with op.batch_alter_table('stock_scrap_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_scrap_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_scrap_line_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_scrap_line_scrap_id'), ['scrap_id'], unique=False)

    op.create_table('stock_transfer_line',
    sa.Column('transfer_id', types.Identity, nullable=False),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('lot_id', types.Identity, nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_stock_transfer_line_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['stock_lot.id'], name=op.f('fk_stock_transfer_line_lot_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['transfer_id'], ['stock_transfer.id'], name=op.f('fk_stock_transfer_line_transfer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_transfer_line'))
    )
    with op.batch_alter_table('stock_transfer_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_transfer_line_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_transfer_line_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_transfer_line_transfer_id'), ['transfer_id'], unique=False)

    with op.batch_alter_table('stock_balance', schema=None) as batch_op:
        batch_op.add_column(sa.Column('project_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('project_key', types.Identity, nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('status', sa.String(length=40), nullable=False, server_default='available'))
        batch_op.add_column(sa.Column('may_be_negative', sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, rule in BALANCE_RULES.items():
            if name != 'reserved_is_available':
                batch_op.drop_constraint(op.f(f'ck_stock_balance_{name}'), type_='check')
            batch_op.create_check_constraint(op.f(f'ck_stock_balance_{name}'), rule)
        batch_op.drop_constraint(batch_op.f('uq_stock_balance_item_id_location_id_lot_key'), type_='unique')
        batch_op.create_index(batch_op.f('ix_stock_balance_project_id'), ['project_id'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_stock_balance_item_id_location_id_lot_key_project_key_status'), ['item_id', 'location_id', 'lot_key', 'project_key', 'status'])
        batch_op.create_foreign_key(batch_op.f('fk_stock_balance_project_id'), 'stock_project', ['project_id'], ['id'], ondelete='RESTRICT')

    with op.batch_alter_table('stock_location', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sequence', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('stocktake_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('may_be_negative', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('supplier_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('received_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('expires_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('note', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('state', sa.String(length=40), nullable=False, server_default='open'))
        batch_op.create_index(batch_op.f('ix_stock_lot_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_lot_supplier_id'), ['supplier_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_stock_lot_supplier_id'), 'masterdata_partner', ['supplier_id'], ['id'], ondelete='RESTRICT')

    op.create_table('stock_keeper_scan',
    sa.Column('event_id', sa.String(length=36), nullable=False),
    sa.Column('task', sa.String(length=20), nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('news', sa.String(length=400), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_keeper_scan')),
    sa.UniqueConstraint('event_id', name=op.f('uq_stock_keeper_scan_event_id'))
    )
    _allow_changes()
    with op.batch_alter_table('stock_move', schema=None) as batch_op:
        batch_op.add_column(sa.Column('booked_on', sa.Date(), nullable=False, server_default='2000-01-01'))
        batch_op.add_column(sa.Column('value', types.Money(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('flow', sa.String(length=40), nullable=False, server_default='inner'))
        batch_op.add_column(sa.Column('from_status', sa.String(length=40), nullable=False, server_default='available'))
        batch_op.add_column(sa.Column('to_status', sa.String(length=40), nullable=False, server_default='available'))
        batch_op.add_column(sa.Column('from_project_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('to_project_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('reverses_id', types.Identity, nullable=True))
        batch_op.drop_constraint(op.f('ck_stock_move_somewhere_else'), type_='check')
        batch_op.create_check_constraint(op.f('ck_stock_move_somewhere_else'), SOMEWHERE_ELSE)
        batch_op.drop_index(batch_op.f('ix_stock_move_item_id'))
        batch_op.create_index(batch_op.f('ix_stock_move_booked_on'), ['booked_on'], unique=False)
        batch_op.create_index('ix_stock_move_item_flow', ['item_id', 'flow', 'booked_on'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_stock_move_reverses_id'), ['reverses_id'])
        batch_op.create_foreign_key(batch_op.f('fk_stock_move_reverses_id'), 'stock_move', ['reverses_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_foreign_key(batch_op.f('fk_stock_move_to_project_id'), 'stock_project', ['to_project_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_foreign_key(batch_op.f('fk_stock_move_from_project_id'), 'stock_project', ['from_project_id'], ['id'], ondelete='RESTRICT')

    _fill_moves()
    _refuse_changes()
    _fill_values()

    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('partner_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('project_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('booked_on', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_stock_receipt_partner_id'), ['partner_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_stock_receipt_partner_id'), 'masterdata_partner', ['partner_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_foreign_key(batch_op.f('fk_stock_receipt_project_id'), 'stock_project', ['project_id'], ['id'], ondelete='RESTRICT')

    with op.batch_alter_table('stock_receipt_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('location_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('supplier_lot', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('expires_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('unit_cost', types.Price(), nullable=True))
        batch_op.add_column(sa.Column('status', sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_stock_receipt_line_location_id'), 'stock_location', ['location_id'], ['id'], ondelete='RESTRICT')



def downgrade() -> None:
    """Take back."""
    op.drop_table('stock_keeper_scan')
    with op.batch_alter_table('stock_receipt_line', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_receipt_line_location_id'), type_='foreignkey')
        batch_op.drop_column('status')
        batch_op.drop_column('unit_cost')
        batch_op.drop_column('expires_on')
        batch_op.drop_column('supplier_lot')
        batch_op.drop_column('location_id')

    with op.batch_alter_table('stock_receipt', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_receipt_project_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_stock_receipt_partner_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_stock_receipt_partner_id'))
        batch_op.drop_column('booked_on')
        batch_op.drop_column('project_id')
        batch_op.drop_column('partner_id')

    _allow_changes()
    with op.batch_alter_table('stock_move', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_move_from_project_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_stock_move_to_project_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_stock_move_reverses_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_stock_move_reverses_id'), type_='unique')
        batch_op.drop_constraint(op.f('ck_stock_move_somewhere_else'), type_='check')
        batch_op.create_check_constraint(op.f('ck_stock_move_somewhere_else'), 'from_location_id <> to_location_id')
        batch_op.drop_index('ix_stock_move_item_flow')
        batch_op.drop_index(batch_op.f('ix_stock_move_booked_on'))
        batch_op.create_index(batch_op.f('ix_stock_move_item_id'), ['item_id'], unique=False)
        batch_op.drop_column('reverses_id')
        batch_op.drop_column('to_project_id')
        batch_op.drop_column('from_project_id')
        batch_op.drop_column('to_status')
        batch_op.drop_column('from_status')
        batch_op.drop_column('flow')
        batch_op.drop_column('value')
        batch_op.drop_column('booked_on')

    _refuse_changes()
    with op.batch_alter_table('stock_lot', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_lot_supplier_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_stock_lot_supplier_id'))
        batch_op.drop_index(batch_op.f('ix_stock_lot_state'))
        batch_op.drop_index(batch_op.f('ix_stock_lot_expires_on'))
        batch_op.drop_column('state')
        batch_op.drop_column('note')
        batch_op.drop_column('expires_on')
        batch_op.drop_column('received_on')
        batch_op.drop_column('supplier_id')

    with op.batch_alter_table('stock_location', schema=None) as batch_op:
        batch_op.drop_column('may_be_negative')
        batch_op.drop_column('stocktake_id')
        batch_op.drop_column('sequence')

    with op.batch_alter_table('stock_balance', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_stock_balance_project_id'), type_='foreignkey')
        for name in BALANCE_RULES:
            batch_op.drop_constraint(op.f(f'ck_stock_balance_{name}'), type_='check')
        batch_op.create_check_constraint(op.f('ck_stock_balance_on_hand'), 'on_hand >= 0')
        batch_op.create_check_constraint(op.f('ck_stock_balance_reserved'), 'reserved >= 0 AND reserved <= on_hand')
        batch_op.drop_constraint(batch_op.f('uq_stock_balance_item_id_location_id_lot_key_project_key_status'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_stock_balance_project_id'))
        batch_op.create_unique_constraint(batch_op.f('uq_stock_balance_item_id_location_id_lot_key'), ['item_id', 'location_id', 'lot_key'])
        batch_op.drop_column('may_be_negative')
        batch_op.drop_column('status')
        batch_op.drop_column('project_key')
        batch_op.drop_column('project_id')

    with op.batch_alter_table('stock_transfer_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_transfer_line_transfer_id'))
        batch_op.drop_index(batch_op.f('ix_stock_transfer_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_transfer_line_item_id'))

    op.drop_table('stock_transfer_line')
    with op.batch_alter_table('stock_scrap_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_scrap_line_scrap_id'))
        batch_op.drop_index(batch_op.f('ix_stock_scrap_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_scrap_line_item_id'))

    op.drop_table('stock_scrap_line')
    with op.batch_alter_table('stock_lot_origin', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_lot_origin_from_id'))
        batch_op.drop_index('ix_stock_lot_origin_cause')

    op.drop_table('stock_lot_origin')
    with op.batch_alter_table('stock_lot_change_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_lot_change_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_lot_change_line_change_id'))

    op.drop_table('stock_lot_change_line')
    with op.batch_alter_table('stock_issue_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_issue_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_issue_line_item_id'))
        batch_op.drop_index(batch_op.f('ix_stock_issue_line_issue_id'))

    op.drop_table('stock_issue_line')
    with op.batch_alter_table('stock_adjustment_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_adjustment_line_lot_id'))
        batch_op.drop_index(batch_op.f('ix_stock_adjustment_line_item_id'))
        batch_op.drop_index(batch_op.f('ix_stock_adjustment_line_adjustment_id'))

    op.drop_table('stock_adjustment_line')
    with op.batch_alter_table('stock_period_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_period_line_item_id'))

    op.drop_table('stock_period_line')
    with op.batch_alter_table('stock_lot_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_lot_change_state'))
        batch_op.drop_index(batch_op.f('ix_stock_lot_change_item_id'))

    op.drop_table('stock_lot_change')
    op.drop_table('stock_item_value')
    with op.batch_alter_table('stock_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_issue_state'))
        batch_op.drop_index('ix_stock_issue_source')
        batch_op.drop_index(batch_op.f('ix_stock_issue_partner_id'))

    op.drop_table('stock_issue')
    with op.batch_alter_table('stock_transfer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_transfer_state'))

    op.drop_table('stock_transfer')
    with op.batch_alter_table('stock_scrap', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_scrap_state'))

    op.drop_table('stock_scrap')
    with op.batch_alter_table('stock_project', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_project_title'))

    op.drop_table('stock_project')
    with op.batch_alter_table('stock_period', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_period_state'))
        batch_op.drop_index(batch_op.f('ix_stock_period_ends_on'))

    op.drop_table('stock_period')
    with op.batch_alter_table('stock_adjustment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_adjustment_state'))

    op.drop_table('stock_adjustment')


def _allow_changes() -> None:
    """Take the triggers off the ledger."""
    on = " ON stock_move" if op.get_bind().dialect.name == "postgresql" else ""
    for verb in VERBS:
        op.execute(f"DROP TRIGGER stock_move_no_{verb}{on}")


def _refuse_changes() -> None:
    """Put them on again: the ledger is append-only."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for verb in VERBS:
        head = f"CREATE TRIGGER stock_move_no_{verb} BEFORE {verb.upper()} ON stock_move "
        op.execute(
            head + "FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change()"
            if is_postgres
            else head + "BEGIN SELECT RAISE(ABORT, 'stock_move is append-only'); END"
        )


def _fill_moves() -> None:
    """Which way earlier moves went, and the day they count for."""
    op.execute("UPDATE stock_move SET booked_on = date(at)")
    for flow, side in (("in", "from"), ("out", "to")):
        move, place = sa.table("stock_move", sa.column("flow"), sa.column(f"{side}_location_id")), _locations()
        virtual = sa.select(place.c.id).where(place.c.kind != "internal")
        op.execute(move.update().where(move.c[f"{side}_location_id"].in_(virtual)).values(flow=flow))


def _locations() -> sa.TableClause:
    return sa.table("stock_location", sa.column("id"), sa.column("kind"))


def _fill_values() -> None:
    """A row for every item that was moved: so much on hand, worth nothing, as nothing was valued before."""
    op.execute(
        "INSERT INTO stock_item_value (item_id, quantity, value)"
        " SELECT item_id, sum(CASE flow WHEN 'in' THEN quantity WHEN 'out' THEN -quantity ELSE 0 END), 0"
        " FROM stock_move GROUP BY item_id"
    )
