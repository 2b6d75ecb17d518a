"""Every table of the first release. Longer than 400 lines: it is one list of tables, generated and then read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('core_addon_state',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('changed_at', types.UtcDateTime(), nullable=False),
    sa.Column('demo_loaded_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_addon_state')),
    sa.UniqueConstraint('name', name=op.f('uq_core_addon_state_name'))
    )
    op.create_table('core_audit_entry',
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('user_name', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=True),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=True),
    sa.Column('root_model', sa.String(length=120), nullable=False),
    sa.Column('root_id', types.Identity, nullable=True),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('changes', types.Json, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_audit_entry'))
    )
    with op.batch_alter_table('core_audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_audit_entry_at'), ['at'], unique=False)
        batch_op.create_index('ix_core_audit_entry_record', ['root_model', 'root_id', 'id'], unique=False)
        batch_op.create_index('ix_core_audit_entry_user', ['user_id', 'at'], unique=False)

    op.create_table('core_audit_seal',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last_id', types.Identity, nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('sealed_at', types.UtcDateTime(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_audit_seal')),
    sa.UniqueConstraint('day', name=op.f('uq_core_audit_seal_day'))
    )
    op.create_table('core_idempotency_key',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('method', sa.String(length=10), nullable=False),
    sa.Column('path', sa.String(length=255), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', types.Json, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_idempotency_key')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_core_idempotency_key_user_id_key'))
    )
    with op.batch_alter_table('core_idempotency_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_idempotency_key_created_at'), ['created_at'], unique=False)

    op.create_table('core_number_rule',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('pattern', sa.String(length=120), nullable=False),
    sa.Column('mode', sa.String(length=40), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_number_rule')),
    sa.UniqueConstraint('model', name=op.f('uq_core_number_rule_model'))
    )
    op.create_table('core_org_unit',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('parent_id', types.Identity, nullable=True),
    sa.Column('manager_id', types.Identity, nullable=True),
    sa.Column('path', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['core_org_unit.id'], name=op.f('fk_core_org_unit_parent_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_org_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_core_org_unit_code'))
    )
    with op.batch_alter_table('core_org_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_org_unit_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_org_unit_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_org_unit_path'), ['path'], unique=False)

    op.create_table('core_role',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('scope', sa.String(length=40), nullable=False),
    sa.Column('permissions', types.Json, nullable=False),
    sa.Column('field_groups', types.Json, nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_role')),
    sa.UniqueConstraint('code', name=op.f('uq_core_role_code'))
    )
    op.create_table('core_sign_in_attempt',
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_sign_in_attempt'))
    )
    with op.batch_alter_table('core_sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_core_sign_in_attempt_key_at', ['key', 'at'], unique=False)

    op.create_table('core_tag',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_tag')),
    sa.UniqueConstraint('model', 'record_id', 'word', name=op.f('uq_core_tag_model_record_id_word'))
    )
    op.create_table('core_number_counter',
    sa.Column('rule_id', types.Identity, nullable=False),
    sa.Column('scope', sa.String(length=120), nullable=False),
    sa.Column('value', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['rule_id'], ['core_number_rule.id'], name=op.f('fk_core_number_counter_rule_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_number_counter')),
    sa.UniqueConstraint('rule_id', 'scope', name=op.f('uq_core_number_counter_rule_id_scope'))
    )
    op.create_table('core_post',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('org_unit_id', types.Identity, nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_core_post_org_unit_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_post')),
    sa.UniqueConstraint('code', name=op.f('uq_core_post_code'))
    )
    with op.batch_alter_table('core_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_post_org_unit_id'), ['org_unit_id'], unique=False)

    op.create_table('core_user',
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('badge', sa.String(length=40), nullable=True),
    sa.Column('email', sa.String(length=200), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=True),
    sa.Column('password_changed_at', types.UtcDateTime(), nullable=True),
    sa.Column('totp_secret', sa.String(length=64), nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=True),
    sa.Column('recovery_hashes', types.Json, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_core_user_org_unit_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_user')),
    sa.UniqueConstraint('badge', name=op.f('uq_core_user_badge')),
    sa.UniqueConstraint('login', name=op.f('uq_core_user_login'))
    )
    with op.batch_alter_table('core_user', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_user_org_unit_id'), ['org_unit_id'], unique=False)

    op.create_table('core_api_token',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('permissions', types.Json, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('expires_at', types.UtcDateTime(), nullable=True),
    sa.Column('revoked_at', types.UtcDateTime(), nullable=True),
    sa.Column('used_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_api_token_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_core_api_token_token_hash'))
    )
    with op.batch_alter_table('core_api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_api_token_user_id'), ['user_id'], unique=False)

    op.create_table('core_attachment',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('content_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_attachment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_attachment')),
    sa.UniqueConstraint('key', name=op.f('uq_core_attachment_key'))
    )
    with op.batch_alter_table('core_attachment', schema=None) as batch_op:
        batch_op.create_index('ix_core_attachment_record', ['model', 'record_id'], unique=False)

    op.create_table('core_comment',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_comment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_comment'))
    )
    with op.batch_alter_table('core_comment', schema=None) as batch_op:
        batch_op.create_index('ix_core_comment_record', ['model', 'record_id'], unique=False)

    op.create_table('core_delivery',
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('addon', sa.String(length=60), nullable=False),
    sa.Column('target', sa.String(length=160), nullable=False),
    sa.Column('payload', types.Json, nullable=False),
    sa.Column('key', sa.String(length=160), nullable=True),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('finished_at', types.UtcDateTime(), nullable=True),
    sa.Column('lease_until', types.UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('cursor', types.Json, nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_delivery_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_delivery')),
    sa.UniqueConstraint('key', name=op.f('uq_core_delivery_key'))
    )
    with op.batch_alter_table('core_delivery', schema=None) as batch_op:
        batch_op.create_index('ix_core_delivery_due', ['state', 'due_at'], unique=False)

    op.create_table('core_follower',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('record_id', types.Identity, nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_follower_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_follower')),
    sa.UniqueConstraint('model', 'record_id', 'user_id', name=op.f('uq_core_follower_model_record_id_user_id'))
    )
    op.create_table('core_notification',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('at', types.UtcDateTime(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('params', types.Json, nullable=False),
    sa.Column('link', sa.String(length=300), nullable=True),
    sa.Column('key', sa.String(length=160), nullable=True),
    sa.Column('read_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_notification_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_notification')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_core_notification_user_id_key'))
    )
    with op.batch_alter_table('core_notification', schema=None) as batch_op:
        batch_op.create_index('ix_core_notification_unread', ['user_id', 'read_at'], unique=False)

    op.create_table('core_notification_setting',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('email', sa.Boolean(), nullable=False),
    sa.Column('quiet_from', sa.String(length=5), nullable=True),
    sa.Column('quiet_to', sa.String(length=5), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_notification_setting_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_notification_setting')),
    sa.UniqueConstraint('user_id', name=op.f('uq_core_notification_setting_user_id'))
    )
    op.create_table('core_one_time_link',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('user_id', types.Identity, nullable=True),
    sa.Column('expires_at', types.UtcDateTime(), nullable=False),
    sa.Column('used_at', types.UtcDateTime(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_one_time_link_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_one_time_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_core_one_time_link_token_hash'))
    )
    op.create_table('core_post_role',
    sa.Column('post_id', types.Identity, nullable=False),
    sa.Column('role_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['core_post.id'], name=op.f('fk_core_post_role_post_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['core_role.id'], name=op.f('fk_core_post_role_role_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_post_role')),
    sa.UniqueConstraint('post_id', 'role_id', name=op.f('uq_core_post_role_post_id_role_id'))
    )
    with op.batch_alter_table('core_post_role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_post_role_post_id'), ['post_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_post_role_role_id'), ['role_id'], unique=False)

    op.create_table('core_saved_view',
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('role_id', types.Identity, nullable=True),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('opens', sa.Boolean(), nullable=False),
    sa.Column('state', types.Json, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['core_role.id'], name=op.f('fk_core_saved_view_role_id')),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_saved_view_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_saved_view'))
    )
    with op.batch_alter_table('core_saved_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_saved_view_model'), ['model'], unique=False)

    op.create_table('core_user_post',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('post_id', types.Identity, nullable=False),
    sa.Column('is_main', sa.Boolean(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['core_post.id'], name=op.f('fk_core_user_post_post_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_user_post_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_user_post')),
    sa.UniqueConstraint('user_id', 'post_id', name=op.f('uq_core_user_post_user_id_post_id'))
    )
    with op.batch_alter_table('core_user_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_user_post_post_id'), ['post_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_user_post_user_id'), ['user_id'], unique=False)

    op.create_table('core_user_role',
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('role_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['core_role.id'], name=op.f('fk_core_user_role_role_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_user_role_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_user_role')),
    sa.UniqueConstraint('user_id', 'role_id', name=op.f('uq_core_user_role_user_id_role_id'))
    )
    with op.batch_alter_table('core_user_role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_user_role_role_id'), ['role_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_core_user_role_user_id'), ['user_id'], unique=False)

    op.create_table('core_user_session',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('seen_at', types.UtcDateTime(), nullable=False),
    sa.Column('ended_at', types.UtcDateTime(), nullable=True),
    sa.Column('address', sa.String(length=64), nullable=True),
    sa.Column('agent', sa.String(length=255), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['core_user.id'], name=op.f('fk_core_user_session_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_core_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_core_user_session_token_hash'))
    )
    with op.batch_alter_table('core_user_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_core_user_session_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('core_user_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_user_session_user_id'))

    op.drop_table('core_user_session')
    with op.batch_alter_table('core_user_role', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_user_role_user_id'))
        batch_op.drop_index(batch_op.f('ix_core_user_role_role_id'))

    op.drop_table('core_user_role')
    with op.batch_alter_table('core_user_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_user_post_user_id'))
        batch_op.drop_index(batch_op.f('ix_core_user_post_post_id'))

    op.drop_table('core_user_post')
    with op.batch_alter_table('core_saved_view', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_saved_view_model'))

    op.drop_table('core_saved_view')
    with op.batch_alter_table('core_post_role', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_post_role_role_id'))
        batch_op.drop_index(batch_op.f('ix_core_post_role_post_id'))

    op.drop_table('core_post_role')
    op.drop_table('core_one_time_link')
    op.drop_table('core_notification_setting')
    with op.batch_alter_table('core_notification', schema=None) as batch_op:
        batch_op.drop_index('ix_core_notification_unread')

    op.drop_table('core_notification')
    op.drop_table('core_follower')
    with op.batch_alter_table('core_delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_core_delivery_due')

    op.drop_table('core_delivery')
    with op.batch_alter_table('core_comment', schema=None) as batch_op:
        batch_op.drop_index('ix_core_comment_record')

    op.drop_table('core_comment')
    with op.batch_alter_table('core_attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_core_attachment_record')

    op.drop_table('core_attachment')
    with op.batch_alter_table('core_api_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_api_token_user_id'))

    op.drop_table('core_api_token')
    with op.batch_alter_table('core_user', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_user_org_unit_id'))

    op.drop_table('core_user')
    with op.batch_alter_table('core_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_post_org_unit_id'))

    op.drop_table('core_post')
    op.drop_table('core_number_counter')
    op.drop_table('core_tag')
    with op.batch_alter_table('core_sign_in_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_core_sign_in_attempt_key_at')

    op.drop_table('core_sign_in_attempt')
    op.drop_table('core_role')
    with op.batch_alter_table('core_org_unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_org_unit_path'))
        batch_op.drop_index(batch_op.f('ix_core_org_unit_parent_id'))
        batch_op.drop_index(batch_op.f('ix_core_org_unit_manager_id'))

    op.drop_table('core_org_unit')
    op.drop_table('core_number_rule')
    with op.batch_alter_table('core_idempotency_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_core_idempotency_key_created_at'))

    op.drop_table('core_idempotency_key')
    op.drop_table('core_audit_seal')
    with op.batch_alter_table('core_audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_core_audit_entry_user')
        batch_op.drop_index('ix_core_audit_entry_record')
        batch_op.drop_index(batch_op.f('ix_core_audit_entry_at'))

    op.drop_table('core_audit_entry')
    op.drop_table('core_addon_state')
