"""Similar routings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "mrp_routing_0005"
down_revision = 'mrp_routing_0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('mrp_routing_feature',
    sa.Column('text', sa.String(length=80), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_feature')),
    sa.UniqueConstraint('text', name=op.f('uq_mrp_routing_feature_text'))
    )
    op.create_table('mrp_routing_routing_feature',
    sa.Column('feature_id', types.Identity, nullable=False),
    sa.Column('routing_id', types.Identity, nullable=False),
    sa.Column('id', types.Identity, nullable=False),
    sa.ForeignKeyConstraint(['feature_id'], ['mrp_routing_feature.id'], name=op.f('fk_mrp_routing_routing_feature_feature_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['routing_id'], ['mrp_routing_routing.id'], name=op.f('fk_mrp_routing_routing_feature_routing_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mrp_routing_routing_feature')),
    sa.UniqueConstraint('feature_id', 'routing_id', name=op.f('uq_mrp_routing_routing_feature_feature_id_routing_id'))
    )
    with op.batch_alter_table('mrp_routing_routing_feature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mrp_routing_routing_feature_routing_id'), ['routing_id'], unique=False)

    with op.batch_alter_table('mrp_routing_routing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('approved_at', types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('indexed_at', types.UtcDateTime(), nullable=True))



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('mrp_routing_routing', schema=None) as batch_op:
        batch_op.drop_column('indexed_at')
        batch_op.drop_column('approved_at')

    with op.batch_alter_table('mrp_routing_routing_feature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mrp_routing_routing_feature_routing_id'))

    op.drop_table('mrp_routing_routing_feature')
    op.drop_table('mrp_routing_feature')
