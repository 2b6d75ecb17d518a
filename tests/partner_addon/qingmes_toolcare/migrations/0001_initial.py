"""The table of care plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "toolcare_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "toolcare_item_care",
        sa.Column("item_id", types.Identity, nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", types.Identity, nullable=True),
        sa.Column("updated_by_id", types.Identity, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("x", types.Json, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["masterdata_item.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_toolcare_item_care_item_id", "toolcare_item_care", ["item_id"], unique=True)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_toolcare_item_care_item_id", "toolcare_item_care")
    op.drop_table("toolcare_item_care")
