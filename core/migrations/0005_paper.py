"""Tables of paper."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", types.Identity, nullable=True),
        sa.Column("updated_by_id", types.Identity, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    """The letterhead, templates and their versions, printouts."""
    op.create_table(
        "core_letterhead",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("company", sa.String(120), nullable=False),
        sa.Column("company_en", sa.String(120), nullable=True),
        sa.Column("address", sa.String(200), nullable=True),
        sa.Column("address_en", sa.String(200), nullable=True),
        sa.Column("contact", sa.String(200), nullable=True),
        sa.Column("footer", sa.String(400), nullable=True),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_letterhead")),
    )
    op.create_table(
        "core_print_template",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("paper", sa.String(120), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(10), nullable=True),
        sa.Column("for_field", sa.String(60), nullable=True),
        sa.Column("for_id", types.Identity, nullable=True),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("margin_mm", sa.Integer(), nullable=False),
        sa.Column("letterhead", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_print_template")),
    )
    op.create_index(op.f("ix_core_print_template_model"), "core_print_template", ["model"])
    op.create_table(
        "core_print_template_version",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("template_id", types.Identity, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("margin_mm", sa.Integer(), nullable=False),
        sa.Column("letterhead", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("published_at", types.UtcDateTime(), nullable=False),
        sa.Column("user_id", types.Identity, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_print_template_version")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["core_print_template.id"],
            name=op.f("fk_core_print_template_version_template_id"),
        ),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_core_print_template_version_template_id_number")),
    )
    op.create_table(
        "core_printout",
        sa.Column("id", types.Identity, nullable=False),
        sa.Column("user_id", types.Identity, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("order", types.Json, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(80), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_printout")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_printout_user_id")),
    )
    op.create_index(op.f("ix_core_printout_user_id"), "core_printout", ["user_id"])
    op.create_index(op.f("ix_core_printout_at"), "core_printout", ["at"])


def downgrade() -> None:
    """Take them away, with what is in them."""
    for table in ("core_printout", "core_print_template_version", "core_print_template", "core_letterhead"):
        op.drop_table(table)
