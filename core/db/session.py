"""The database session, and the one way to run a unit of work.

Web, CLI, API and the job wrapper each commit in one place, all through `run_unit`; services flush
and never commit. On SQLite a unit that may write begins with `BEGIN IMMEDIATE` and holds a
process-wide lock, so that writers queue instead of failing.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from core.db.base import Base
from core.errors import QingmesError

T = TypeVar("T")

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

RETRYABLE = {"40001", "40P01"}
LOCK_SECONDS = 30

_reading: ContextVar[bool] = ContextVar("qingmes_reading", default=False)
_write_locks: dict[str, threading.Lock] = {}


@contextmanager
def reading() -> Iterator[None]:
    """A block that only reads (a GET): SQLite then takes no write lock."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """A block that may write, inside one that reads."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def run_unit(work: Callable[[], T], attempts: int = 3) -> T:
    """Run `work` in a transaction and commit; any error rolls back.

    The whole unit runs again, up to `attempts` times, after a serialisation failure or deadlock.
    """
    for attempt in range(1, attempts + 1):
        try:
            result = work()
            db.session.commit()
            return result
        except DBAPIError as error:
            db.session.rollback()
            if attempt == attempts or not is_retryable(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        except BaseException:
            db.session.rollback()
            raise
    raise AssertionError("unreachable")


def refusal_of(work: Callable[[], Any]) -> str:
    """Do something within the unit: why it was refused, and nothing of it is left; empty when it was done."""
    try:
        with db.session.begin_nested():
            work()
    except QingmesError as error:
        return str(error)
    return ""


def is_retryable(error: DBAPIError) -> bool:
    """Whether running the unit again can succeed: serialisation failure or deadlock."""
    return getattr(error.orig, "sqlstate", None) in RETRYABLE


def install(engine: Engine) -> None:
    """Prepare an engine of SQLite; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "checkin", _release_sqlite)
    _write_locks.setdefault(str(engine.url), threading.Lock())


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own knows ASCII only; searching must find Ä by ä, and as PostgreSQL does.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    if _reading.get():
        connection.exec_driver_sql("BEGIN")
        return
    if "write_lock" not in connection.info:
        lock = _write_locks[str(connection.engine.url)]
        if not lock.acquire(timeout=LOCK_SECONDS):
            raise RuntimeError("a writing unit waited 30 s for another one: are two nested in one thread?")
        connection.info["write_lock"] = lock
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _release_sqlite(connection: Any, record: Any) -> None:
    lock = record.info.pop("write_lock", None)
    if lock is not None:
        lock.release()
