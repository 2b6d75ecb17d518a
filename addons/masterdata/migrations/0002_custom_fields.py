"""Room for the values of custom fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "masterdata_0002"
down_revision = "masterdata_0001"
branch_labels = None
depends_on = None

TABLES = (
    "masterdata_currency",
    "masterdata_item",
    "masterdata_item_category",
    "masterdata_partner",
    "masterdata_partner_address",
    "masterdata_partner_contact",
    "masterdata_uom",
    "masterdata_uom_family",
    "masterdata_work_calendar",
)


def upgrade() -> None:
    """Add the column `x`, empty."""
    for table in TABLES:
        op.add_column(table, sa.Column("x", types.Json, nullable=True))


def downgrade() -> None:
    """Take it away, with the values in it."""
    for table in TABLES:
        op.drop_column(table, "x")
