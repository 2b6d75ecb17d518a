"""Counting SQL statements: a list page or a hot path asserts how many it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from core.db.session import db

TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK TO")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of a block in order, those that only begin or end a transaction left out."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(TRANSACTION):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def count_statements(work: Callable[[], Any]) -> int:
    """How many statements a call takes."""
    with statements() as found:
        work()
    return len(found)
