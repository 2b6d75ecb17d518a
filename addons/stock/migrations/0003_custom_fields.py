"""Room for the values of custom fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "stock_0003"
down_revision = "stock_0002"
branch_labels = None
depends_on = None

TABLES = (
    "stock_location",
    "stock_lot",
    "stock_receipt",
    "stock_receipt_line",
    "stock_warehouse",
)


def upgrade() -> None:
    """Add the column `x`, empty."""
    for table in TABLES:
        op.add_column(table, sa.Column("x", types.Json, nullable=True))


def downgrade() -> None:
    """Take it away, with the values in it."""
    for table in TABLES:
        op.drop_column(table, "x")
