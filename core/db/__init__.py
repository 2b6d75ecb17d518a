"""The database layer: one session, exact types, labelled columns, row scope, migrations."""

from core.db.base import (
    Base,
    Document,
    Extendable,
    Meta,
    Numbered,
    Record,
    Scoped,
    Stamped,
    Stateful,
    Versioned,
    display,
)
from core.db.fields import ColumnInfo, choice, column, link
from core.db.scope import get_or_none
from core.db.session import db, reading, run_unit, writing
from core.db.types import Json, Money, Price, Quantity, UtcDateTime, utcnow

__all__ = [
    "Base",
    "ColumnInfo",
    "Document",
    "Extendable",
    "Json",
    "Meta",
    "Money",
    "Numbered",
    "Price",
    "Quantity",
    "Record",
    "Scoped",
    "Stamped",
    "Stateful",
    "UtcDateTime",
    "Versioned",
    "choice",
    "column",
    "db",
    "display",
    "get_or_none",
    "link",
    "reading",
    "run_unit",
    "utcnow",
    "writing",
]
