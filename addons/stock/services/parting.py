"""Posting what of a draft was really handled; the rest stays a draft of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

from addons.stock.services.balances import ZERO
from addons.stock.services.documents import lock_lines
from core.db import db
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.numbering import next_number
from core.workflow.records import get_record

OF_LINE = frozenset({"id"})
OF_DOCUMENT = OF_LINE | {"number", "state", "version", "created_at", "updated_at", "created_by_id", "updated_by_id"}


@dataclass(frozen=True, kw_only=True)
class Handled:
    """So much of a draft's line: the quantity (> 0), and what is to be written on the line (`location_id`, a lot)."""

    line_id: int
    quantity: Decimal
    values: Mapping[str, Any]


def lock_draft(model: str, record_id: int) -> Any:
    """A draft to be posted, its row locked; raises `NotFound`, `Forbidden`, or `Conflict` when it is none any more."""
    found = get_record(current_registry().model(model), record_id, verb="post", lock=True)
    if found.state != "draft":
        raise Conflict(_("%(document)s is posted or cancelled already. Scan another.", document=found.number))
    lock_lines(found)
    return found


def post_part(model: str, record_id: int, handled: Sequence[Handled]) -> tuple[Any, Any | None]:
    """Post a draft with what was handled of it. Flushes; returns it, and the new draft of the rest if there is one.

    A line may be handled in several parts, and in more than it says. Raises as `lock_draft` and posting do.
    """
    document = lock_draft(model, record_id)
    parts: dict[int, list[Handled]] = defaultdict(list)
    for part in handled:
        parts[part.line_id].append(part)
    if not parts or set(parts) - {line.id for line in document.lines}:
        raise ValidationError(_("Add at least one line before posting."))
    rest, lines = [], []
    for line in list(document.lines):
        left = line.quantity - sum((part.quantity for part in parts[line.id]), ZERO)
        if left > ZERO:
            rest.append(_copy(line, quantity=left))
        lines += [_copy(line, quantity=part.quantity, **part.values) for part in parts[line.id]]
    other = _split_off(document, rest) if rest else None
    document.lines = _numbered(lines)
    db.session.flush()
    return fire(document, "post"), other


def _split_off(document: Any, lines: list[Any]) -> Any:
    other = _copy(document, without=OF_DOCUMENT)
    other.lines = _numbered(lines)
    other.number = next_number(other)
    db.session.add(other)
    return other


def _copy(record: Any, *, without: Set[str] = OF_LINE, **values: Any) -> Any:
    """A new record with the same columns, some of them different."""
    parent = getattr(record.__meta__, "parent", None)
    skipped = {*without, f"{parent}_id"}
    names = [column.key for column in inspect(type(record)).column_attrs if column.key not in skipped]
    return type(record)(**{**{name: getattr(record, name) for name in names}, **values})


def _numbered(lines: list[Any]) -> list[Any]:
    for seq, line in enumerate(lines, 1):
        line.seq = seq
    return lines
