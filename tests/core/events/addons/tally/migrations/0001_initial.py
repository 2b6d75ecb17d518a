"""Its table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "tally_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tally_mark",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("id", types.Identity, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_mark")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("tally_mark")
