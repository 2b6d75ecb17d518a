"""Whether this process can serve people now."""

from __future__ import annotations

import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.db import migrate
from core.db.session import db
from core.kernel.registry import current_registry

log = structlog.get_logger()
KEPT = "qingmes_upgraded"


def not_ready() -> str:
    """Why not, in words that tell nothing to a stranger; empty when ready.

    Once found up to date the migrations are not asked again: only a new start brings new ones.
    """
    try:
        db.session.execute(text("SELECT 1"))
        db.session.rollback()
        if KEPT not in current_app.extensions and migrate.pending(db.engine, current_registry()):
            return "migrations are pending"
    except SQLAlchemyError as error:
        log.warning("not ready", error=str(error))
        db.session.rollback()
        return "the database does not answer"
    current_app.extensions[KEPT] = True
    return ""
