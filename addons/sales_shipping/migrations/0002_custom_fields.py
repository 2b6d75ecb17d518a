"""Room for the values of custom fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_shipping_0002"
down_revision = "sales_shipping_0001"
branch_labels = None
depends_on = None

TABLES = (
    "sales_shipping_sales_order",
    "sales_shipping_sales_order_line",
    "sales_shipping_shipment",
    "sales_shipping_shipment_line",
)


def upgrade() -> None:
    """Add the column `x`, empty."""
    for table in TABLES:
        op.add_column(table, sa.Column("x", types.Json, nullable=True))


def downgrade() -> None:
    """Take it away, with the values in it."""
    for table in TABLES:
        op.drop_column(table, "x")
