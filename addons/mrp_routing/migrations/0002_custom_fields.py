"""Room for the values of custom fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "mrp_routing_0002"
down_revision = "mrp_routing_0001"
branch_labels = None
depends_on = None

TABLES = (
    "mrp_routing_machine",
    "mrp_routing_operation_type",
    "mrp_routing_routing",
    "mrp_routing_routing_operation",
    "mrp_routing_work_center",
    "mrp_routing_work_order",
)


def upgrade() -> None:
    """Add the column `x`, empty."""
    for table in TABLES:
        op.add_column(table, sa.Column("x", types.Json, nullable=True))


def downgrade() -> None:
    """Take it away, with the values in it."""
    for table in TABLES:
        op.drop_column(table, "x")
