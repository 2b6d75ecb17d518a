"""Tickets that carry the pieces of an order, the ledger of quantities, corrections, reasons, machine stops."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "mrp_routing_0003"
down_revision = 'mrp_routing_0002'
branch_labels = None
depends_on = None

COUNTS = ("received", "reworked", "rework", "held")
REPORTED = "received >= 0 AND reworked >= 0 AND good >= 0 AND scrap >= 0 AND rework >= 0 AND held >= 0"
CENTER: dict[str, Any] = {
    "over_report": sa.String(length=40),
    "tolerance_percent": types.Quantity(),
    "gate": sa.String(length=40),
    "time_split": sa.String(length=40),
}
ENTRY = """INSERT INTO mrp_routing_quantity_entry
    (operation_id, at, outcome, quantity, user_id, machine_id, event_id, is_correction)
    SELECT operation_id, finished_at, '{outcome}', {outcome}, user_id, machine_id, finish_event, false
    FROM mrp_routing_time_entry WHERE finished_at IS NOT NULL AND {outcome} > 0"""
MARK = """UPDATE mrp_routing_scan_event SET does = '{does}', operation_id = t.operation_id, worker_id = t.user_id,
    machine_id = t.machine_id FROM mrp_routing_time_entry t WHERE t.{does}_event = mrp_routing_scan_event.event_id"""
BACK = """UPDATE mrp_routing_time_entry SET {outcome} = coalesce((SELECT sum(q.quantity) FROM mrp_routing_quantity_entry q
    WHERE q.event_id = mrp_routing_time_entry.finish_event AND q.outcome = '{outcome}'), 0)"""
CARRIED = (
    """INSERT INTO mrp_routing_job_ticket (work_order_id, number, quantity, state, last_at, waiting)
    SELECT w.id, w.number || '-1', w.quantity,
    CASE w.state WHEN 'done' THEN 'done' WHEN 'cancelled' THEN 'cancelled' ELSE 'open' END,
    (SELECT max(coalesce(t.finished_at, t.started_at)) FROM mrp_routing_time_entry t
        JOIN mrp_routing_operation o ON o.id = t.operation_id WHERE o.work_order_id = w.id), 0
    FROM mrp_routing_work_order w WHERE w.id IN (SELECT work_order_id FROM mrp_routing_operation)""",
    """UPDATE mrp_routing_operation SET reworked = 0, rework = 0, held = 0,
    ticket_id = (SELECT t.id FROM mrp_routing_job_ticket t
        WHERE t.work_order_id = mrp_routing_operation.work_order_id),
    received = coalesce(
        (SELECT p.good FROM mrp_routing_operation p WHERE p.work_order_id = mrp_routing_operation.work_order_id
            AND p.seq < mrp_routing_operation.seq ORDER BY p.seq DESC LIMIT 1),
        (SELECT w.quantity FROM mrp_routing_work_order w WHERE w.id = mrp_routing_operation.work_order_id))""",
    ENTRY.format(outcome="good"),
    ENTRY.format(outcome="scrap"),
    "UPDATE mrp_routing_scan_event SET clock_offset = 0, is_offline = false",
    MARK.format(does="start"),
    MARK.format(does="finish"),
    "UPDATE mrp_routing_time_entry SET kind = 'run', machine_key = coalesce(machine_id, 0), is_given = false,"
    " is_corrected = false, closed_by = CASE WHEN finished_at IS NULL THEN NULL ELSE 'scan' END",
)


def upgrade() -> None:
    """Apply."""
    op.create_table('mrp_routing_reason',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_reason')),
    sa.UniqueConstraint('kind', 'code', name=op.f('uq_mrp_routing_reason_kind_code'))
    )
    op.create_table('mrp_routing_scan_flag',
    sa.Column('event_id', types.Identity, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('message', sa.String(length=400), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['mrp_routing_scan_event.id'], name=op.f('fk_mrp_routing_scan_flag_event_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_scan_flag')),
    sa.UniqueConstraint('event_id', 'code', name=op.f('uq_mrp_routing_scan_flag_event_id_code'))
    )
    with op.batch_alter_table('mrp_routing_scan_flag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_scan_flag_code'), ['code'], unique=False)

    op.create_table('mrp_routing_machine_stop',
    sa.Column('machine_id', types.Identity, nullable=False),
    sa.Column('reason_id', types.Identity, nullable=True),
    sa.Column('began_at', types.UtcDateTime(), nullable=False),
    sa.Column('ended_at', types.UtcDateTime(), nullable=True),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['machine_id'], ['mrp_routing_machine.id'], name=op.f('fk_mrp_routing_machine_stop_machine_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reason_id'], ['mrp_routing_reason.id'], name=op.f('fk_mrp_routing_machine_stop_reason_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_machine_stop'))
    )
    with op.batch_alter_table('mrp_routing_machine_stop', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_machine_stop_began_at'), ['began_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_machine_stop_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index('ix_mrp_routing_machine_stop_open', ['machine_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('mrp_routing_job_ticket',
    sa.Column('work_order_id', types.Identity, nullable=False),
    sa.Column('number', sa.String(length=70), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('split_from_id', types.Identity, nullable=True),
    sa.Column('split_seq', sa.Integer(), nullable=True),
    sa.Column('last_at', types.UtcDateTime(), nullable=True),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.CheckConstraint('quantity >= 0 AND waiting >= 0', name=op.f('ck_mrp_routing_job_ticket_counts')),
    sa.ForeignKeyConstraint(['split_from_id'], ['mrp_routing_job_ticket.id'], name=op.f('fk_mrp_routing_job_ticket_split_from_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['work_order_id'], ['mrp_routing_work_order.id'], name=op.f('fk_mrp_routing_job_ticket_work_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_job_ticket')),
    sa.UniqueConstraint('number', name=op.f('uq_mrp_routing_job_ticket_number'))
    )
    with op.batch_alter_table('mrp_routing_job_ticket', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_job_ticket_split_from_id'), ['split_from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_job_ticket_work_order_id'), ['work_order_id'], unique=False)

    op.create_table('mrp_routing_correction',
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('operation_id', types.Identity, nullable=False),
    sa.Column('worker_id', types.Identity, nullable=True),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('event_id', sa.String(length=36), nullable=True),
    sa.Column('before', sa.String(length=200), nullable=False),
    sa.Column('after', sa.String(length=200), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['mrp_routing_operation.id'], name=op.f('fk_mrp_routing_correction_operation_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_correction'))
    )
    with op.batch_alter_table('mrp_routing_correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_correction_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_correction_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_correction_operation_id'), ['operation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_correction_user_id'), ['user_id'], unique=False)

    op.create_table('mrp_routing_quantity_entry',
    sa.Column('operation_id', types.Identity, nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('quantity', types.Quantity(), nullable=False),
    sa.Column('reason_id', types.Identity, nullable=True),
    sa.Column('back_to_id', types.Identity, nullable=True),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('machine_id', types.Identity, nullable=True),
    sa.Column('event_id', sa.String(length=36), nullable=True),
    sa.Column('is_correction', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['back_to_id'], ['mrp_routing_operation.id'], name=op.f('fk_mrp_routing_quantity_entry_back_to_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['machine_id'], ['mrp_routing_machine.id'], name=op.f('fk_mrp_routing_quantity_entry_machine_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['operation_id'], ['mrp_routing_operation.id'], name=op.f('fk_mrp_routing_quantity_entry_operation_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reason_id'], ['mrp_routing_reason.id'], name=op.f('fk_mrp_routing_quantity_entry_reason_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_quantity_entry'))
    )
    with op.batch_alter_table('mrp_routing_quantity_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_quantity_entry_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_quantity_entry_operation_id'), ['operation_id'], unique=False)
        batch_op.create_index('ix_mrp_routing_quantity_entry_worker', ['user_id', 'at'], unique=False)

    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('transfer_lot', types.Quantity(), nullable=True))

    with op.batch_alter_table('mrp_routing_scan_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('clock_offset', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('is_offline', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('does', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('worker_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('machine_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('operation_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('reason_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('settled_at', types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('settled_by_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('settlement', sa.String(length=200), nullable=True))
        batch_op.create_index(batch_op.f('ix_mrp_routing_scan_event_machine_id'), ['machine_id'], unique=False)
        batch_op.create_index('ix_mrp_routing_scan_event_mark', ['operation_id', 'worker_id'], unique=False)

    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('closed_by', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('reason_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('machine_key', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('is_given', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('is_corrected', sa.Boolean(), nullable=True))

    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ticket_id', types.Identity, nullable=True))
        batch_op.add_column(sa.Column('transfer_lot', types.Quantity(), nullable=True))
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, types.Quantity(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_operation_work_order_id'))
        batch_op.drop_constraint(batch_op.f('uq_mrp_routing_operation_work_order_id_seq'), type_='unique')
        batch_op.drop_constraint(batch_op.f('ck_mrp_routing_operation_reported'), type_='check')
    _carry_over()
    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.alter_column('ticket_id', existing_type=types.Identity, nullable=False)
        for name in COUNTS:
            batch_op.alter_column(name, existing_type=types.Quantity(), nullable=False)
        batch_op.create_check_constraint(batch_op.f('ck_mrp_routing_operation_reported'), REPORTED)
        batch_op.create_index('ix_mrp_routing_operation_place', ['work_order_id', 'ticket_id', 'seq'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_mrp_routing_operation_ticket_id_seq'), ['ticket_id', 'seq'])
        batch_op.create_foreign_key(batch_op.f('fk_mrp_routing_operation_ticket_id'), 'mrp_routing_job_ticket', ['ticket_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('mrp_routing_scan_event', schema=None) as batch_op:
        batch_op.alter_column('clock_offset', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('is_offline', existing_type=sa.Boolean(), nullable=False)

    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_mrp_routing_time_entry_open')
        batch_op.drop_index(batch_op.f('ix_mrp_routing_time_entry_machine_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_time_entry_user_id'))
        batch_op.drop_constraint(batch_op.f('ck_mrp_routing_time_entry_reported'), type_='check')
        batch_op.alter_column('kind', existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column('machine_key', existing_type=types.Identity, nullable=False)
        batch_op.alter_column('is_given', existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column('is_corrected', existing_type=sa.Boolean(), nullable=False)
        batch_op.create_index('ix_mrp_routing_time_entry_machine', ['machine_id', 'started_at'], unique=False)
        batch_op.create_index('ix_mrp_routing_time_entry_worker', ['user_id', 'started_at'], unique=False)
        batch_op.create_index('ix_mrp_routing_time_entry_open', ['operation_id', 'user_id', 'machine_key'], unique=True, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
        batch_op.create_foreign_key(batch_op.f('fk_mrp_routing_time_entry_reason_id'), 'mrp_routing_reason', ['reason_id'], ['id'], ondelete='RESTRICT')
        batch_op.drop_column('scrap')
        batch_op.drop_column('good')

    with op.batch_alter_table('mrp_routing_work_center', schema=None) as batch_op:
        batch_op.add_column(sa.Column('over_report', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('tolerance_percent', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('gate', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('time_split', sa.String(length=40), nullable=True))
    _carry_over_centers()
    with op.batch_alter_table('mrp_routing_work_center', schema=None) as batch_op:
        for name, type_ in CENTER.items():
            batch_op.alter_column(name, existing_type=type_, nullable=False)


def _carry_over() -> None:
    """Each order in production gets a ticket for all of it; reports become entries; scans say what they were."""
    for statement in CARRIED:
        op.execute(statement)


def _carry_over_centers() -> None:
    op.execute(
        "UPDATE mrp_routing_work_center SET over_report = 'strict', tolerance_percent = 0, gate = 'hard', time_split = 'equal'"
    )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('mrp_routing_work_center', schema=None) as batch_op:
        batch_op.drop_column('time_split')
        batch_op.drop_column('gate')
        batch_op.drop_column('tolerance_percent')
        batch_op.drop_column('over_report')

    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('good', types.Quantity(), nullable=True))
        batch_op.add_column(sa.Column('scrap', types.Quantity(), nullable=True))
    for outcome in ("good", "scrap"):
        op.execute(BACK.format(outcome=outcome))
    with op.batch_alter_table('mrp_routing_time_entry', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mrp_routing_time_entry_reason_id'), type_='foreignkey')
        batch_op.drop_index('ix_mrp_routing_time_entry_open')
        batch_op.drop_index('ix_mrp_routing_time_entry_worker')
        batch_op.drop_index('ix_mrp_routing_time_entry_machine')
        batch_op.alter_column('good', existing_type=types.Quantity(), nullable=False)
        batch_op.alter_column('scrap', existing_type=types.Quantity(), nullable=False)
        batch_op.create_check_constraint(batch_op.f('ck_mrp_routing_time_entry_reported'), 'good >= 0 AND scrap >= 0')
        batch_op.create_index('ix_mrp_routing_time_entry_open', ['operation_id', 'user_id'], unique=True, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_mrp_routing_time_entry_user_id'), ['user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mrp_routing_time_entry_machine_id'), ['machine_id'], unique=False)
        for name in ('is_corrected', 'is_given', 'machine_key', 'reason_id', 'closed_by', 'kind'):
            batch_op.drop_column(name)

    with op.batch_alter_table('mrp_routing_scan_event', schema=None) as batch_op:
        batch_op.drop_index('ix_mrp_routing_scan_event_mark')
        batch_op.drop_index(batch_op.f('ix_mrp_routing_scan_event_machine_id'))
        batch_op.drop_column('settlement')
        batch_op.drop_column('settled_by_id')
        batch_op.drop_column('settled_at')
        batch_op.drop_column('reason_id')
        batch_op.drop_column('operation_id')
        batch_op.drop_column('machine_id')
        batch_op.drop_column('worker_id')
        batch_op.drop_column('does')
        batch_op.drop_column('is_offline')
        batch_op.drop_column('clock_offset')

    with op.batch_alter_table('mrp_routing_routing_operation', schema=None) as batch_op:
        batch_op.drop_column('transfer_lot')

    with op.batch_alter_table('mrp_routing_operation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mrp_routing_operation_ticket_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_mrp_routing_operation_ticket_id_seq'), type_='unique')
        batch_op.drop_constraint(batch_op.f('ck_mrp_routing_operation_reported'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_mrp_routing_operation_reported'), 'good >= 0 AND scrap >= 0')
        batch_op.drop_index('ix_mrp_routing_operation_place')
        batch_op.create_unique_constraint(batch_op.f('uq_mrp_routing_operation_work_order_id_seq'), ['work_order_id', 'seq'])
        batch_op.create_index(batch_op.f('ix_mrp_routing_operation_work_order_id'), ['work_order_id'], unique=False)
        batch_op.drop_column('held')
        batch_op.drop_column('rework')
        batch_op.drop_column('reworked')
        batch_op.drop_column('received')
        batch_op.drop_column('transfer_lot')
        batch_op.drop_column('ticket_id')

    with op.batch_alter_table('mrp_routing_quantity_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_mrp_routing_quantity_entry_worker')
        batch_op.drop_index(batch_op.f('ix_mrp_routing_quantity_entry_operation_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_quantity_entry_event_id'))

    op.drop_table('mrp_routing_quantity_entry')
    with op.batch_alter_table('mrp_routing_correction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_correction_user_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_correction_operation_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_correction_event_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_correction_at'))

    op.drop_table('mrp_routing_correction')
    with op.batch_alter_table('mrp_routing_job_ticket', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_job_ticket_work_order_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_job_ticket_split_from_id'))

    op.drop_table('mrp_routing_job_ticket')
    with op.batch_alter_table('mrp_routing_machine_stop', schema=None) as batch_op:
        batch_op.drop_index('ix_mrp_routing_machine_stop_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_machine_stop_machine_id'))
        batch_op.drop_index(batch_op.f('ix_mrp_routing_machine_stop_began_at'))

    op.drop_table('mrp_routing_machine_stop')
    with op.batch_alter_table('mrp_routing_scan_flag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_scan_flag_code'))

    op.drop_table('mrp_routing_scan_flag')
    op.drop_table('mrp_routing_reason')
