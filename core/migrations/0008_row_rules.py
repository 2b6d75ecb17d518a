"""Roles may be limited to some rows of a kind of document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No role has rules yet."""
    op.add_column("core_role", sa.Column("row_rules", types.Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("core_role", "row_rules")
