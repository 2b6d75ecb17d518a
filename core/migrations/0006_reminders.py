"""Reminders, robots and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0006"
down_revision = 'core_0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('core_reminder_rule',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('trigger', sa.String(length=40), nullable=False),
    sa.Column('field', sa.String(length=120), nullable=True),
    sa.Column('state', sa.String(length=40), nullable=True),
    sa.Column('offset', sa.String(length=20), nullable=True),
    sa.Column('at', sa.String(length=5), nullable=False),
    sa.Column('every', sa.String(length=10), nullable=True),
    sa.Column('on_day', sa.Integer(), nullable=True),
    sa.Column('criteria', types.Json, nullable=False),
    sa.Column('recipients', types.Json, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('email', sa.Boolean(), nullable=False),
    sa.Column('robots', types.Json, nullable=False),
    sa.Column('repeat', sa.String(length=20), nullable=True),
    sa.Column('escalate', sa.String(length=20), nullable=True),
    sa.Column('escalate_to', types.Json, nullable=False),
    sa.Column('quiet_from', sa.String(length=5), nullable=True),
    sa.Column('quiet_to', sa.String(length=5), nullable=True),
    sa.Column('skip_days_off', sa.Boolean(), nullable=False),
    sa.Column('since', types.UtcDateTime(), nullable=True),
    sa.Column('problem', sa.String(length=400), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_reminder_rule'))
    )
    with op.batch_alter_table('core_reminder_rule', schema=None) as batch_op:
        batch_op.create_index('ix_core_reminder_rule_active', ['active', 'model'], unique=False)

    op.create_table('core_robot',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('post_url', sa.String(length=500), nullable=False),
    sa.Column('signing_secret', sa.String(length=200), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('silent_until', types.UtcDateTime(), nullable=True),
    sa.Column('wake_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_robot'))
    )
    op.create_table('core_reminder',
    sa.Column('rule_id', types.Identity, nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('occurrence', sa.String(length=80), nullable=False),
    sa.Column('anchor_on', sa.Date(), nullable=True),
    sa.Column('anchor_at', types.UtcDateTime(), nullable=True),
    sa.Column('found_at', types.UtcDateTime(), nullable=False),
    sa.Column('next_at', types.UtcDateTime(), nullable=True),
    sa.Column('first_at', types.UtcDateTime(), nullable=True),
    sa.Column('last_at', types.UtcDateTime(), nullable=True),
    sa.Column('ended_at', types.UtcDateTime(), nullable=True),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['rule_id'], ['core_reminder_rule.id'], name=op.f('fk_core_reminder_rule_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_reminder')),
    sa.UniqueConstraint('rule_id', 'record_id', 'occurrence', name=op.f('uq_core_reminder_rule_id_record_id_occurrence'))
    )
    with op.batch_alter_table('core_reminder', schema=None) as batch_op:
        batch_op.create_index('ix_core_reminder_next_at', ['next_at'], unique=False)

    op.create_table('core_robot_message',
    sa.Column('robot_id', types.Identity, nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=True),
    sa.Column('key', sa.String(length=160), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent_at', types.UtcDateTime(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=400), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['robot_id'], ['core_robot.id'], name=op.f('fk_core_robot_message_robot_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_robot_message')),
    sa.UniqueConstraint('robot_id', 'key', name=op.f('uq_core_robot_message_robot_id_key'))
    )
    with op.batch_alter_table('core_robot_message', schema=None) as batch_op:
        batch_op.create_index('ix_core_robot_message_sent_at', ['robot_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_core_robot_message_state', ['robot_id', 'state', 'id'], unique=False)

    op.create_table('core_webhook',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('post_url', sa.String(length=500), nullable=False),
    sa.Column('events', types.Json, nullable=False),
    sa.Column('signing_secret', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_webhook_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_webhook'))
    )
    op.create_table('core_webhook_call',
    sa.Column('webhook_id', types.Identity, nullable=False),
    sa.Column('event', sa.String(length=160), nullable=False),
    sa.Column('data', types.Json, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', types.UtcDateTime(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('response', sa.Text(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['webhook_id'], ['core_webhook.id'], name=op.f('fk_core_webhook_call_webhook_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_webhook_call'))
    )
    with op.batch_alter_table('core_webhook_call', schema=None) as batch_op:
        batch_op.create_index('ix_core_webhook_call_webhook', ['webhook_id', 'id'], unique=False)

    with op.batch_alter_table('core_notification_setting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('muted', types.Json, nullable=True))

def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('core_notification_setting', schema=None) as batch_op:
        batch_op.drop_column('muted')

    with op.batch_alter_table('core_webhook_call', schema=None) as batch_op:
        batch_op.drop_index('ix_core_webhook_call_webhook')

    op.drop_table('core_webhook_call')
    op.drop_table('core_webhook')
    with op.batch_alter_table('core_robot_message', schema=None) as batch_op:
        batch_op.drop_index('ix_core_robot_message_state')
        batch_op.drop_index('ix_core_robot_message_sent_at')

    op.drop_table('core_robot_message')
    with op.batch_alter_table('core_reminder', schema=None) as batch_op:
        batch_op.drop_index('ix_core_reminder_next_at')

    op.drop_table('core_reminder')
    op.drop_table('core_robot')
    with op.batch_alter_table('core_reminder_rule', schema=None) as batch_op:
        batch_op.drop_index('ix_core_reminder_rule_active')

    op.drop_table('core_reminder_rule')
