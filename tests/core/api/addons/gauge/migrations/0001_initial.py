"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "gauge_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('gauge_maker',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=True),
    sa.Column('rebate', types.Quantity(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('owner_id', types.Identity, nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_gauge_maker_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_gauge_maker_owner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gauge_maker')),
    sa.UniqueConstraint('code', name=op.f('uq_gauge_maker_code'))
    )
    with op.batch_alter_table('gauge_maker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gauge_maker_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gauge_maker_owner_id'), ['owner_id'], unique=False)

    op.create_table('gauge_sheet',
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('maker_id', types.Identity, nullable=True),
    sa.Column('qty', types.Quantity(), nullable=False),
    sa.Column('price', types.Price(), nullable=True),
    sa.Column('amount', types.Money(), nullable=True),
    sa.Column('times', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('checked_at', types.UtcDateTime(), nullable=True),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('colour', sa.String(length=40), nullable=True),
    sa.Column('origin', sa.String(length=20), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.Column('created_at', types.UtcDateTime(), nullable=False),
    sa.Column('updated_at', types.UtcDateTime(), nullable=False),
    sa.Column('created_by_id', types.Identity, nullable=True),
    sa.Column('updated_by_id', types.Identity, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('x', types.Json, nullable=True),
    sa.Column('owner_id', types.Identity, nullable=True),
    sa.Column('org_unit_id', types.Identity, nullable=True),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['maker_id'], ['gauge_maker.id'], name=op.f('fk_gauge_sheet_maker_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['org_unit_id'], ['core_org_unit.id'], name=op.f('fk_gauge_sheet_org_unit_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['core_user.id'], name=op.f('fk_gauge_sheet_owner_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gauge_sheet')),
    sa.UniqueConstraint('number', name=op.f('uq_gauge_sheet_number'))
    )
    with op.batch_alter_table('gauge_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gauge_sheet_maker_id'), ['maker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gauge_sheet_org_unit_id'), ['org_unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gauge_sheet_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gauge_sheet_state'), ['state'], unique=False)

    op.create_table('gauge_sheet_line',
    sa.Column('sheet_id', types.Identity, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('maker_id', types.Identity, nullable=True),
    sa.Column('qty', types.Quantity(), nullable=False),
    sa.Column('cost', types.Money(), nullable=True),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['maker_id'], ['gauge_maker.id'], name=op.f('fk_gauge_sheet_line_maker_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['sheet_id'], ['gauge_sheet.id'], name=op.f('fk_gauge_sheet_line_sheet_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gauge_sheet_line'))
    )
    with op.batch_alter_table('gauge_sheet_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gauge_sheet_line_maker_id'), ['maker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gauge_sheet_line_sheet_id'), ['sheet_id'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('gauge_sheet_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_line_sheet_id'))
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_line_maker_id'))

    op.drop_table('gauge_sheet_line')
    with op.batch_alter_table('gauge_sheet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_state'))
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_owner_id'))
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_org_unit_id'))
        batch_op.drop_index(batch_op.f('ix_gauge_sheet_maker_id'))

    op.drop_table('gauge_sheet')
    with op.batch_alter_table('gauge_maker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gauge_maker_owner_id'))
        batch_op.drop_index(batch_op.f('ix_gauge_maker_org_unit_id'))

    op.drop_table('gauge_maker')
