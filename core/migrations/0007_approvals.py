"""Approval flows, their versions, requests with steps, tasks and log, delegations and timers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None

EVENTS = "core_approval_event"
VERSIONS = "core_approval_version"


def upgrade() -> None:
    """Apply."""
    op.create_table('core_approval_flow',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('transition', sa.String(length=60), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('admin_role_id', types.Identity, nullable=True),
    sa.Column('match', types.Json, nullable=True),
    sa.Column('version_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['admin_role_id'], ['core_role.id'], name=op.f('fk_core_approval_flow_admin_role_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_flow')),
    sa.UniqueConstraint('code', name=op.f('uq_core_approval_flow_code'))
    )
    with op.batch_alter_table('core_approval_flow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_approval_flow_admin_role_id'), ['admin_role_id'], unique=False)
        batch_op.create_index('ix_core_approval_flow_transition', ['model', 'transition', 'priority'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_approval_flow_version_id'), ['version_id'], unique=False)

    op.create_table('core_approval_delegation',
    sa.Column('from_id', types.Identity, nullable=False),
    sa.Column('to_id', types.Identity, nullable=False),
    sa.Column('starts_at', types.UtcDateTime(), nullable=False),
    sa.Column('ends_at', types.UtcDateTime(), nullable=False),
    sa.Column('flows', types.Json, nullable=False),
    sa.Column('include_open', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('revoked_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['from_id'], ['core_user.id'], name=op.f('fk_core_approval_delegation_from_id')),
    sa.ForeignKeyConstraint(['to_id'], ['core_user.id'], name=op.f('fk_core_approval_delegation_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_delegation'))
    )
    with op.batch_alter_table('core_approval_delegation', schema=None) as batch_op:
        batch_op.create_index('ix_core_approval_delegation_from', ['from_id', 'ends_at'], unique=False)

    op.create_table('core_approval_version',
    sa.Column('flow_id', types.Identity, nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('definition', types.Json, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('published_at', types.UtcDateTime(), nullable=True),
    sa.Column('published_by_id', types.Identity, nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['flow_id'], ['core_approval_flow.id'], name=op.f('fk_core_approval_version_flow_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_version')),
    sa.UniqueConstraint('flow_id', 'no', name=op.f('uq_core_approval_version_flow_id_no'))
    )
    with op.batch_alter_table('core_approval_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_approval_version_flow_id'), ['flow_id'], unique=False)

    op.create_table('core_approval_request',
    sa.Column('version_id', types.Identity, nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('transition', sa.String(length=60), nullable=False),
    sa.Column('params', types.Json, nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('initiator_id', types.Identity, nullable=False),
    sa.Column('unit_id', types.Identity, nullable=True),
    sa.Column('amount', types.Money(), nullable=True),
    sa.Column('facts', types.Json, nullable=False),
    sa.Column('facts_hash', sa.String(length=64), nullable=False),
    sa.Column('progress', types.Json, nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('last_hash', sa.String(length=64), nullable=False),
    sa.Column('submitted_at', types.UtcDateTime(), nullable=False),
    sa.Column('finished_at', types.UtcDateTime(), nullable=True),
    sa.Column('executed_at', types.UtcDateTime(), nullable=True),
    sa.Column('revoked_at', types.UtcDateTime(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['initiator_id'], ['core_user.id'], name=op.f('fk_core_approval_request_initiator_id')),
    sa.ForeignKeyConstraint(['version_id'], ['core_approval_version.id'], name=op.f('fk_core_approval_request_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_request'))
    )
    with op.batch_alter_table('core_approval_request', schema=None) as batch_op:
        batch_op.create_index('ix_core_approval_request_initiator', ['initiator_id', 'state', 'id'], unique=False)
        batch_op.create_index('ix_core_approval_request_record', ['model', 'record_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_approval_request_version_id'), ['version_id'], unique=False)
        batch_op.create_index('uq_core_approval_request_open', ['model', 'record_id', 'transition'], unique=True, postgresql_where=sa.text("state IN ('running', 'blocked', 'returned')"), sqlite_where=sa.text("state IN ('running', 'blocked', 'returned')"))

    op.create_table('core_approval_copy',
    sa.Column('request_id', types.Identity, nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('occasion', sa.String(length=20), nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('read_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['core_approval_request.id'], name=op.f('fk_core_approval_copy_request_id')),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_approval_copy_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_copy')),
    sa.UniqueConstraint('request_id', 'user_id', name=op.f('uq_core_approval_copy_request_id_user_id'))
    )
    with op.batch_alter_table('core_approval_copy', schema=None) as batch_op:
        batch_op.create_index('ix_core_approval_copy_user', ['user_id', 'id'], unique=False)

    op.create_table('core_approval_event',
    sa.Column('request_id', types.Identity, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('actor_id', types.Identity, nullable=True),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('data', types.Json, nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['core_approval_request.id'], name=op.f('fk_core_approval_event_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_event')),
    sa.UniqueConstraint('request_id', 'n', name=op.f('uq_core_approval_event_request_id_n'))
    )
    op.create_table('core_approval_step',
    sa.Column('request_id', types.Identity, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('parent', sa.Integer(), nullable=True),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('threshold', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('carried_from', sa.Integer(), nullable=True),
    sa.Column('opened_at', types.UtcDateTime(), nullable=True),
    sa.Column('closed_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['core_approval_request.id'], name=op.f('fk_core_approval_step_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_step')),
    sa.UniqueConstraint('request_id', 'n', name=op.f('uq_core_approval_step_request_id_n'))
    )
    with op.batch_alter_table('core_approval_step', schema=None) as batch_op:
        batch_op.create_index('uq_core_approval_step_open', ['request_id'], unique=True, postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))

    op.create_table('core_approval_task',
    sa.Column('request_id', types.Identity, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('ord', sa.Integer(), nullable=False),
    sa.Column('assignee_id', types.Identity, nullable=False),
    sa.Column('principal_id', types.Identity, nullable=True),
    sa.Column('why', types.Json, nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('added_by', types.Identity, nullable=True),
    sa.Column('facts_hash', sa.String(length=64), nullable=True),
    sa.Column('tolerated', sa.String(length=64), nullable=True),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('decided_at', types.UtcDateTime(), nullable=True),
    sa.Column('decided_by', types.Identity, nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('source', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('signature', sa.Text(), nullable=True),
    sa.Column('client_key', sa.String(length=64), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['core_user.id'], name=op.f('fk_core_approval_task_assignee_id')),
    sa.ForeignKeyConstraint(['request_id'], ['core_approval_request.id'], name=op.f('fk_core_approval_task_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_task')),
    sa.UniqueConstraint('assignee_id', 'client_key', name=op.f('uq_core_approval_task_assignee_id_client_key')),
    sa.UniqueConstraint('request_id', 'n', name=op.f('uq_core_approval_task_request_id_n'))
    )
    with op.batch_alter_table('core_approval_task', schema=None) as batch_op:
        batch_op.create_index('ix_core_approval_task_inbox', ['assignee_id', 'state', 'id'], unique=False)

    op.create_table('core_approval_timer',
    sa.Column('request_id', types.Identity, nullable=False),
    sa.Column('task', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('due_at', types.UtcDateTime(), nullable=False),
    sa.Column('fired_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['core_approval_request.id'], name=op.f('fk_core_approval_timer_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_approval_timer')),
    sa.UniqueConstraint('request_id', 'task', 'kind', 'n', name=op.f('uq_core_approval_timer_request_id_task_kind_n'))
    )
    with op.batch_alter_table('core_approval_timer', schema=None) as batch_op:
        batch_op.create_index('ix_core_approval_timer_due', ['due_at'], unique=False, postgresql_where=sa.text('fired_at IS NULL'), sqlite_where=sa.text('fired_at IS NULL'))
    _protect()


def _protect() -> None:
    """The log is append-only; a version that is no draft keeps its definition and is not deleted."""
    for verb in ("UPDATE", "DELETE"):
        op.execute(_refuse(f"{EVENTS}_no_{verb.lower()}", verb, EVENTS, "", "approval events are append-only"))
    changed = "OLD.state <> 'draft' AND (NEW.sha256 <> OLD.sha256 OR NEW.state = 'draft')"
    op.execute(_refuse(f"{VERSIONS}_no_update", "UPDATE", VERSIONS, changed, "a published version never changes"))
    kept = "OLD.state <> 'draft'"
    op.execute(_refuse(f"{VERSIONS}_no_delete", "DELETE", VERSIONS, kept, "a published version is kept"))


def _refuse(name: str, verb: str, table: str, when: str, sentence: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        condition = f"WHEN ({when}) " if when else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {condition}"
            "EXECUTE FUNCTION core_refuse_change()"
        )
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{sentence}'); END"


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "postgresql":
        for table, verb in ((EVENTS, "update"), (EVENTS, "delete"), (VERSIONS, "update"), (VERSIONS, "delete")):
            op.execute(f"DROP TRIGGER {table}_no_{verb} ON {table}")
    with op.batch_alter_table('core_approval_timer', schema=None) as batch_op:
        batch_op.drop_index('ix_core_approval_timer_due', postgresql_where=sa.text('fired_at IS NULL'), sqlite_where=sa.text('fired_at IS NULL'))

    op.drop_table('core_approval_timer')
    with op.batch_alter_table('core_approval_task', schema=None) as batch_op:
        batch_op.drop_index('ix_core_approval_task_inbox')

    op.drop_table('core_approval_task')
    with op.batch_alter_table('core_approval_step', schema=None) as batch_op:
        batch_op.drop_index('uq_core_approval_step_open', postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))

    op.drop_table('core_approval_step')
    op.drop_table('core_approval_event')
    with op.batch_alter_table('core_approval_copy', schema=None) as batch_op:
        batch_op.drop_index('ix_core_approval_copy_user')

    op.drop_table('core_approval_copy')
    with op.batch_alter_table('core_approval_request', schema=None) as batch_op:
        batch_op.drop_index('uq_core_approval_request_open', postgresql_where=sa.text("state IN ('running', 'blocked', 'returned')"), sqlite_where=sa.text("state IN ('running', 'blocked', 'returned')"))
        batch_op.drop_index(batch_op.f('ix_core_approval_request_version_id'))
        batch_op.drop_index('ix_core_approval_request_record')
        batch_op.drop_index('ix_core_approval_request_initiator')

    op.drop_table('core_approval_request')
    with op.batch_alter_table('core_approval_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_approval_version_flow_id'))

    op.drop_table('core_approval_version')
    with op.batch_alter_table('core_approval_delegation', schema=None) as batch_op:
        batch_op.drop_index('ix_core_approval_delegation_from')

    op.drop_table('core_approval_delegation')
    with op.batch_alter_table('core_approval_flow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_approval_flow_version_id'))
        batch_op.drop_index('ix_core_approval_flow_transition')
        batch_op.drop_index(batch_op.f('ix_core_approval_flow_admin_role_id'))

    op.drop_table('core_approval_flow')
