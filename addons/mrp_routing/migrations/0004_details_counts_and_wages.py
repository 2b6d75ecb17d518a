"""Details counts and wages"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "mrp_routing_0004"
down_revision = 'mrp_routing_0003'
branch_labels = None
depends_on = None

NO, NONE, DAYS = (sa.Boolean(), False), (types.Quantity(), Decimal(0)), (sa.Integer(), 0)
STEP = {
    "queue_minutes": NONE,
    "move_minutes": NONE,
    "is_outsourced": NO,
    "lead_days": DAYS,
    "first_article": NO,
    "needs_inspection": NO,
}
USUAL: dict[str, dict[str, tuple[Any, Any]]] = {
    "mrp_routing_operation": STEP,
    "mrp_routing_routing_operation": STEP,
    "mrp_routing_operation_type": {"is_outsourced": NO, "needs_inspection": NO},
    "mrp_routing_work_center": {"efficiency": (types.Quantity(), Decimal(100)), "capacity": (sa.Integer(), 1)},
}
LYING = """UPDATE mrp_routing_operation SET moved_at = (SELECT coalesce(t.last_at, w.updated_at)
    FROM mrp_routing_job_ticket t JOIN mrp_routing_work_order w ON w.id = t.work_order_id
    WHERE t.id = mrp_routing_operation.ticket_id)
    WHERE received - good - scrap - rework - held > 0"""


def upgrade() -> None:
    """Apply."""
    op.create_table('mrp_routing_wage_period',
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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_wage_period')),
    sa.UniqueConstraint('starts_on', name=op.f('uq_mrp_routing_wage_period_starts_on'))
    )
    with op.batch_alter_table('mrp_routing_wage_period', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_wage_period_state'), ['state'], unique=False)

    op.create_table('mrp_routing_wage_line',
    sa.Column('period_id', types.Identity, nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('hours', types.Quantity(), nullable=False),
    sa.Column('pieces', types.Quantity(), nullable=False),
    sa.Column('hour_pay', types.Money(), nullable=False),
    sa.Column('piece_pay', types.Money(), nullable=False),
    sa.Column('total', types.Money(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['mrp_routing_wage_period.id'], name=op.f('fk_mrp_routing_wage_line_period_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_mrp_routing_wage_line_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_wage_line')),
    sa.UniqueConstraint('period_id', 'user_id', name=op.f('uq_mrp_routing_wage_line_period_id_user_id'))
    )
    with op.batch_alter_table('mrp_routing_wage_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_wage_line_period_id'), ['period_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_wage_line_user_id'), ['user_id'], unique=False)

    op.create_table('mrp_routing_wage_rate',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('hourly', types.Money(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_mrp_routing_wage_rate_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_wage_rate')),
    sa.UniqueConstraint('user_id', 'starts_on', name=op.f('uq_mrp_routing_wage_rate_user_id_starts_on'))
    )
    with op.batch_alter_table('mrp_routing_wage_rate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_wage_rate_user_id'), ['user_id'], unique=False)

    op.create_table('mrp_routing_wip_count',
    sa.Column('work_center_id', types.Identity, nullable=False),
    sa.Column('listed_at', types.UtcDateTime(), nullable=True),
    sa.Column('accuracy', types.Quantity(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['work_center_id'], ['mrp_routing_work_center.id'], name=op.f('fk_mrp_routing_wip_count_work_center_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_wip_count')),
    sa.UniqueConstraint('number', name=op.f('uq_mrp_routing_wip_count_number'))
    )
    with op.batch_alter_table('mrp_routing_wip_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_wip_count_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_wip_count_work_center_id'), ['work_center_id'], unique=False)

    op.create_table('mrp_routing_wip_count_line',
    sa.Column('count_id', types.Identity, nullable=False),
    sa.Column('operation_id', types.Identity, nullable=False),
    sa.Column('place', sa.String(length=250), nullable=False),
    sa.Column('expected', types.Quantity(), nullable=False),
    sa.Column('counted', types.Quantity(), nullable=True),
    sa.Column('explanation', sa.String(length=200), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['count_id'], ['mrp_routing_wip_count.id'], name=op.f('fk_mrp_routing_wip_count_line_count_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['operation_id'], ['mrp_routing_operation.id'], name=op.f('fk_mrp_routing_wip_count_line_operation_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_wip_count_line')),
    sa.UniqueConstraint('count_id', 'operation_id', name=op.f('uq_mrp_routing_wip_count_line_count_id_operation_id'))
    )
    with op.batch_alter_table('mrp_routing_wip_count_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_wip_count_line_count_id'), ['count_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_wip_count_line_operation_id'), ['operation_id'], unique=False)

    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('queue_minutes', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('move_minutes', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('is_outsourced', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('lead_days', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('first_article', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('needs_inspection', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('instruction', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('piece_rate', types.Price(), nullable=True))
        batch_op.add_column(sa.Column('moved_at', types.UtcDateTime(), nullable=True))
        batch_op.create_index('ix_mrp_routing_operation_moved', ['work_center_id', 'moved_at'], unique=False, sqlite_where=sa.text('moved_at IS NOT NULL'), postgresql_where=sa.text('moved_at IS NOT NULL'))

    with op.batch_alter_table('mrp_routing_operation_type', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_outsourced', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('needs_inspection', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('instruction', sa.Text(), nullable=True))

    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('queue_minutes', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('move_minutes', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('is_outsourced', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('lead_days', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('first_article', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('needs_inspection', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('instruction', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('piece_rate', types.Price(), nullable=True))

    with op.batch_alter_table('mrp_routing_work_center', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('efficiency', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('hourly_rate', types.Money(), nullable=True))
        batch_op.add_column(sa.Column('silent_hours', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('long_hours', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('responsible_id', types.Identity, nullable=True))
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_center_calendar_id'), ['calendar_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_work_center_responsible_id'), ['responsible_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_mrp_routing_work_center_responsible_id'), 'core_user', ['responsible_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_foreign_key(batch_op.f('fk_mrp_routing_work_center_calendar_id'), 'masterdata_work_calendar', ['calendar_id'], ['id'], ondelete='RESTRICT')

    for table, values in USUAL.items():
        _fill(table, values)
    op.execute(LYING)


def _fill(table: str, values: dict[str, tuple[Any, Any]]) -> None:
    """Rows that are there get the usual values; then every row has to have one."""
    columns = [sa.column(name, type_) for name, (type_, _value) in values.items()]
    op.execute(sa.table(table, *columns).update().values({name: value for name, (_type, value) in values.items()}))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, (type_, _value) in values.items():
            batch_op.alter_column(name, existing_type=type_, nullable=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('mrp_routing_work_center', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mrp_routing_work_center_calendar_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_mrp_routing_work_center_responsible_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_center_responsible_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_work_center_calendar_id'))
        batch_op.drop_column('responsible_id')
        batch_op.drop_column('long_hours')
        batch_op.drop_column('silent_hours')
        batch_op.drop_column('hourly_rate')
        batch_op.drop_column('capacity')
        batch_op.drop_column('efficiency')
        batch_op.drop_column('calendar_id')

    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.drop_column('piece_rate')
        batch_op.drop_column('instruction')
        batch_op.drop_column('needs_inspection')
        batch_op.drop_column('first_article')
        batch_op.drop_column('lead_days')
        batch_op.drop_column('is_outsourced')
        batch_op.drop_column('move_minutes')
        batch_op.drop_column('queue_minutes')

    with op.batch_alter_table('mrp_routing_operation_type', schema=None) as batch_op:
        batch_op.drop_column('instruction')
        batch_op.drop_column('needs_inspection')
        batch_op.drop_column('is_outsourced')

    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.drop_index('ix_mrp_routing_operation_moved', sqlite_where=sa.text('moved_at IS NOT NULL'), postgresql_where=sa.text('moved_at IS NOT NULL'))
        batch_op.drop_column('moved_at')
        batch_op.drop_column('piece_rate')
        batch_op.drop_column('instruction')
        batch_op.drop_column('needs_inspection')
        batch_op.drop_column('first_article')
        batch_op.drop_column('lead_days')
        batch_op.drop_column('is_outsourced')
        batch_op.drop_column('move_minutes')
        batch_op.drop_column('queue_minutes')

    with op.batch_alter_table('mrp_routing_wip_count_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wip_count_line_operation_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wip_count_line_count_id'))

    op.drop_table('mrp_routing_wip_count_line')
    with op.batch_alter_table('mrp_routing_wip_count', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wip_count_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wip_count_state'))

    op.drop_table('mrp_routing_wip_count')
    with op.batch_alter_table('mrp_routing_wage_rate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wage_rate_user_id'))

    op.drop_table('mrp_routing_wage_rate')
    with op.batch_alter_table('mrp_routing_wage_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wage_line_user_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wage_line_period_id'))

    op.drop_table('mrp_routing_wage_line')
    with op.batch_alter_table('mrp_routing_wage_period', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_wage_period_state'))

    op.drop_table('mrp_routing_wage_period')
