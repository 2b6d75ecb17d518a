"""Custom fields: their definitions, and room for their values in what core itself keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

TABLES = ("core_number_rule", "core_org_unit", "core_post", "core_role", "core_user")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "core_custom_field",
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=True),
        sa.Column("help", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("minimum", types.Quantity(), nullable=True),
        sa.Column("maximum", types.Quantity(), nullable=True),
        sa.Column("mask", sa.String(length=60), nullable=True),
        sa.Column("target", sa.String(length=120), nullable=True),
        sa.Column("default", sa.String(length=255), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("searchable", sa.Boolean(), nullable=False),
        sa.Column("in_list", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Boolean(), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=40), nullable=True),
        sa.Column("write", sa.String(length=40), nullable=False),
        sa.Column("visible_when", types.Json, nullable=True),
        sa.Column("required_when", types.Json, nullable=True),
        sa.Column("read_only_when", types.Json, nullable=True),
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", types.Identity, nullable=True),
        sa.Column("updated_by_id", types.Identity, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("x", types.Json, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_custom_field")),
        sa.UniqueConstraint("model", "key", name=op.f("uq_core_custom_field_model_key")),
    )
    op.create_index(op.f("ix_core_custom_field_state"), "core_custom_field", ["state"])
    op.create_table(
        "core_custom_choice",
        sa.Column("field_id", types.Identity, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("id", types.Identity, nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["core_custom_field.id"],
            name=op.f("fk_core_custom_choice_field_id_core_custom_field"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_custom_choice")),
        sa.UniqueConstraint("field_id", "code", name=op.f("uq_core_custom_choice_field_id_code")),
    )
    op.create_index(op.f("ix_core_custom_choice_field_id"), "core_custom_choice", ["field_id"])
    for table in TABLES:
        op.add_column(table, sa.Column("x", types.Json, nullable=True))


def downgrade() -> None:
    """Take back, with the values."""
    for table in TABLES:
        op.drop_column(table, "x")
    op.drop_table("core_custom_choice")
    op.drop_table("core_custom_field")
