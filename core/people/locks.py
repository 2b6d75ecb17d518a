"""Taking turns at changes that must be looked at one after the other, until the transaction ends."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

TREE = 7_301_001  # moves in the tree of org units: two at once could make a circle
RIGHTS = 7_301_002  # taking rights away: two administrators could remove each other


def one_at_a_time(connection: Connection, key: int) -> None:
    """Wait until nobody else holds this lock; on SQLite, which has one writer, there is nothing to wait for."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(key)))
