"""The audit trail is append-only: the database itself refuses changes."""

from __future__ import annotations

from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None

TABLES = ("core_audit_entry", "core_audit_seal")


def upgrade() -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on the audit tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in TABLES:
        for verb in _verbs():
            op.execute(_trigger(table, verb))


def _verbs() -> tuple[str, ...]:
    """SQLite has no TRUNCATE."""
    return ("UPDATE", "DELETE", "TRUNCATE") if op.get_bind().dialect.name == "postgresql" else ("UPDATE", "DELETE")


def _trigger(table: str, verb: str) -> str:
    name = f"{table}_no_{verb.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        return (
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()"
        )
    return f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def downgrade() -> None:
    """Allow them again."""
    for table in TABLES:
        for verb in _verbs():
            name = f"{table}_no_{verb.lower()}"
            on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {name}{on}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION core_refuse_change()")
