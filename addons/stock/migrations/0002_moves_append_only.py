"""The ledger is append-only: the database itself refuses changes."""

from __future__ import annotations

from alembic import op

revision = "stock_0002"
down_revision = "stock_0001"
branch_labels = None
depends_on = None

TABLE = "stock_move"
VERBS = ("UPDATE", "DELETE")


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Refuse UPDATE and DELETE on the moves."""
    if _on_postgres():
        op.execute(
            "CREATE FUNCTION stock_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    for verb in VERBS:
        op.execute(_trigger(verb))


def _trigger(verb: str) -> str:
    name = f"{TABLE}_no_{verb.lower()}"
    if _on_postgres():
        return (
            f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change()"
        )
    return f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"


def downgrade() -> None:
    """Allow them again."""
    on = f" ON {TABLE}" if _on_postgres() else ""
    for verb in VERBS:
        op.execute(f"DROP TRIGGER {TABLE}_no_{verb.lower()}{on}")
    if _on_postgres():
        op.execute("DROP FUNCTION stock_refuse_change()")
