"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "mrp_routing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('mrp_routing_scan_event',
    sa.Column('event_id', sa.String(length=36), nullable=False),
    sa.Column('device', sa.String(length=60), nullable=False),
    sa.Column('device_seq', sa.Integer(), nullable=True),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('received_at', types.UtcDateTime(), nullable=False),
    sa.Column('payload', types.Json, nullable=False),
    sa.Column('payload_hash', sa.String(length=64), nullable=False),
    sa.Column('verdict', sa.String(length=40), nullable=False),
    sa.Column('message', sa.String(length=400), nullable=True),
    sa.Column('answer', types.Json, nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_scan_event')),
    sa.UniqueConstraint('device', 'device_seq', name=op.f('uq_mrp_routing_scan_event_device_device_seq')),
    sa.UniqueConstraint('event_id', name=op.f('uq_mrp_routing_scan_event_event_id'))
    )
    with op.batch_alter_table('mrp_routing_scan_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_scan_event_received_at'), ['received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_scan_event_verdict'), ['verdict'], unique=False)

    op.create_table('mrp_routing_work_center',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_work_center')),
    sa.UniqueConstraint('code', name=op.f('uq_mrp_routing_work_center_code'))
    )
    op.create_table('mrp_routing_machine',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('work_center_id', types.Identity, nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['work_center_id'], ['mrp_routing_work_center.id'], name=op.f('fk_mrp_routing_machine_work_center_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_machine')),
    sa.UniqueConstraint('code', name=op.f('uq_mrp_routing_machine_code'))
    )
    with op.batch_alter_table('mrp_routing_machine', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_machine_work_center_id'), ['work_center_id'], unique=False)

    op.create_table('mrp_routing_operation_type',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('work_center_id', types.Identity, nullable=False),
    sa.Column('setup_minutes', types.Quantity(), nullable=False),
    sa.Column('run_minutes', types.Quantity(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['work_center_id'], ['mrp_routing_work_center.id'], name=op.f('fk_mrp_routing_operation_type_work_center_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_operation_type')),
    sa.UniqueConstraint('code', name=op.f('uq_mrp_routing_operation_type_code'))
    )
    with op.batch_alter_table('mrp_routing_operation_type', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_operation_type_work_center_id'), ['work_center_id'], unique=False)

    op.create_table('mrp_routing_routing',
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_mrp_routing_routing_item_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_routing')),
    sa.UniqueConstraint('item_id', 'revision', name=op.f('uq_mrp_routing_routing_item_id_revision'))
    )
    with op.batch_alter_table('mrp_routing_routing', schema=None) as batch_op:
        batch_op.create_index('ix_mrp_routing_routing_approved', ['item_id'], unique=True, sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'"))
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_state'), ['state'], unique=False)

    op.create_table('mrp_routing_routing_operation',
    sa.Column('routing_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('operation_type_id', types.Identity, nullable=False),
    sa.Column('work_center_id', types.Identity, nullable=False),
    sa.Column('setup_minutes', types.Quantity(), nullable=False),
    sa.Column('run_minutes', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['operation_type_id'], ['mrp_routing_operation_type.id'], name=op.f('fk_mrp_routing_routing_operation_operation_type_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['routing_id'], ['mrp_routing_routing.id'], name=op.f('fk_mrp_routing_routing_operation_routing_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['work_center_id'], ['mrp_routing_work_center.id'], name=op.f('fk_mrp_routing_routing_operation_work_center_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_routing_operation'))
    )
    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_operation_operation_type_id'), ['operation_type_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_operation_routing_id'), ['routing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_operation_work_center_id'), ['work_center_id'], unique=False)

    op.create_table('mrp_routing_work_order',
    sa.Column('item_id', types.Identity, nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=60), nullable=True),
    sa.Column('routing_id', types.Identity, nullable=True),
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
    sa.ForeignKeyConstraint(['item_id'], ['masterdata_item.id'], name=op.f('fk_mrp_routing_work_order_item_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_mrp_routing_work_order_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_mrp_routing_work_order_owner_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['routing_id'], ['mrp_routing_routing.id'], name=op.f('fk_mrp_routing_work_order_routing_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_work_order')),
    sa.UniqueConstraint('number', name=op.f('uq_mrp_routing_work_order_number'))
    )
    with op.batch_alter_table('mrp_routing_work_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_routing_id'), ['routing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_order_state'), ['state'], unique=False)

    op.create_table('mrp_routing_operation',
    sa.Column('work_order_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('operation_type_id', types.Identity, nullable=False),
    sa.Column('work_center_id', types.Identity, nullable=False),
    sa.Column('setup_minutes', types.Quantity(), nullable=False),
    sa.Column('run_minutes', types.Quantity(), nullable=False),
    sa.Column('good', types.Quantity(), nullable=False),
    sa.Column('scrap', types.Quantity(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('good >= 0 AND scrap >= 0', name=op.f('ck_mrp_routing_operation_reported')),
    sa.ForeignKeyConstraint(['operation_type_id'], ['mrp_routing_operation_type.id'], name=op.f('fk_mrp_routing_operation_operation_type_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['work_center_id'], ['mrp_routing_work_center.id'], name=op.f('fk_mrp_routing_operation_work_center_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['work_order_id'], ['mrp_routing_work_order.id'], name=op.f('fk_mrp_routing_operation_work_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_operation')),
    sa.UniqueConstraint('work_order_id', 'seq', name=op.f('uq_mrp_routing_operation_work_order_id_seq'))
    )
    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_operation_operation_type_id'), ['operation_type_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_operation_work_center_id'), ['work_center_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_operation_work_order_id'), ['work_order_id'], unique=False)

    op.create_table('mrp_routing_time_entry',
    sa.Column('operation_id', types.Identity, nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('machine_id', types.Identity, nullable=True),
    sa.Column('started_at', types.UtcDateTime(), nullable=False),
    sa.Column('finished_at', types.UtcDateTime(), nullable=True),
    sa.Column('good', types.Quantity(), nullable=False),
    sa.Column('scrap', types.Quantity(), nullable=False),
    sa.Column('start_event', sa.String(length=36), nullable=True),
    sa.Column('finish_event', sa.String(length=36), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('good >= 0 AND scrap >= 0', name=op.f('ck_mrp_routing_time_entry_reported')),
    sa.ForeignKeyConstraint(['machine_id'], ['mrp_routing_machine.id'], name=op.f('fk_mrp_routing_time_entry_machine_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['operation_id'], ['mrp_routing_operation.id'], name=op.f('fk_mrp_routing_time_entry_operation_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_mrp_routing_time_entry_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_time_entry'))
    )
    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_time_entry_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index('ix_mrp_routing_time_entry_open', ['operation_id', 'user_id'], unique=True, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_mrp_routing_time_entry_operation_id'), ['operation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_time_entry_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_time_entry_user_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_time_entry_operation_id'))
        batch_op.drop_index('ix_mrp_routing_time_entry_open', sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_time_entry_machine_id'))

    op.drop_table('mrp_routing_time_entry')
    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_operation_work_order_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_operation_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_operation_operation_type_id'))

    op.drop_table('mrp_routing_operation')
    with op.batch_alter_table('mrp_routing_work_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_state'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_routing_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_owner_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_org_unit_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_item_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_order_due_on'))

    op.drop_table('mrp_routing_work_order')
    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_operation_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_operation_routing_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_operation_operation_type_id'))

    op.drop_table('mrp_routing_routing_operation')
    with op.batch_alter_table('mrp_routing_routing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_state'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_item_id'))
        batch_op.drop_index('ix_mrp_routing_routing_approved', sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'"))

    op.drop_table('mrp_routing_routing')
    with op.batch_alter_table('mrp_routing_operation_type', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_operation_type_work_center_id'))

    op.drop_table('mrp_routing_operation_type')
    with op.batch_alter_table('mrp_routing_machine', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_machine_work_center_id'))

    op.drop_table('mrp_routing_machine')
    op.drop_table('mrp_routing_work_center')
    with op.batch_alter_table('mrp_routing_scan_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_scan_event_verdict'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_scan_event_received_at'))

    op.drop_table('mrp_routing_scan_event')
