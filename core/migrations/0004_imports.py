"""Tables of imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Imports with what became of their rows, mappings to remember, exports made by jobs."""
    op.create_table(
        "core_import",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("user_id", types.Identity, nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("preview", types.Json, nullable=False),
        sa.Column("settings", types.Json, nullable=False),
        sa.Column("counts", types.Json, nullable=False),
        sa.Column("delivery_id", types.Identity, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_import_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import")),
    )
    for column in ("model", "user_id", "digest"):
        op.create_index(op.f(f"ix_core_import_{column}"), "core_import", [column])
    op.create_table(
        "core_import_row",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("import_id", types.Identity, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("record_id", types.Identity, nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("told", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["core_import.id"], name=op.f("fk_core_import_row_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_row")),
    )
    op.create_index("ix_core_import_row_place", "core_import_row", ["import_id", "row"])
    op.create_table(
        "core_import_mapping",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("user_id", types.Identity, nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("settings", types.Json, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_import_mapping_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_mapping")),
        sa.UniqueConstraint(
            "user_id", "model", "signature", name=op.f("uq_core_import_mapping_user_id_model_signature")
        ),
    )
    op.create_table(
        "core_export",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("user_id", types.Identity, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("state", types.Json, nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("delivery_id", types.Identity, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_export_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_export")),
    )
    op.create_index(op.f("ix_core_export_user_id"), "core_export", ["user_id"])


def downgrade() -> None:
    """Take them away."""
    for table in ("core_export", "core_import_mapping", "core_import_row", "core_import"):
        op.drop_table(table)
