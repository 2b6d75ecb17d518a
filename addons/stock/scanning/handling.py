"""What the pages for receiving and issuing have in common: a draft whose lines are handled one after another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from addons.masterdata.models import Item
from addons.stock.models import Issue, Receipt
from addons.stock.scanning.codes import find, find_one
from addons.stock.scanning.flow import Kept, Row
from addons.stock.scanning.goods import kept_id
from addons.stock.services import Handled
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import _
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.web.format import number_text

ZERO = Decimal(0)
MOST = 500
CLASSES: Mapping[str, Any] = {"receipt": Receipt, "issue": Issue}


@dataclass(frozen=True)
class Draft:
    """A draft that is being handled: the document, and what was handled of it so far."""

    noun: str
    document: Any
    handled: tuple[Handled, ...]

    @property
    def kept(self) -> dict[str, str]:
        """What the page keeps of it."""
        rows = [[h.line_id, str(h.quantity), dict(h.values)] for h in self.handled]
        return {"document": str(self.document.id), "handled": json.dumps(rows, ensure_ascii=False)}

    def left(self, line: Any) -> Decimal:
        """What of a line is still to be handled."""
        done = sum((h.quantity for h in self.handled if h.line_id == line.id), ZERO)
        return max(Decimal(line.quantity) - done, ZERO)

    @property
    def open(self) -> list[Any]:
        """The lines of which something is left."""
        return [line for line in self.document.lines if self.left(line) > ZERO]

    def line_for(self, item_id: int) -> Any:
        """The first open line with an item; raises `NotFound` when it is on none."""
        for line in self.open:
            if line.item_id == item_id:
                return line
        raise NotFound(_("This is not on %(document)s, or it is done.", document=self.document.number))

    def line(self, line_id: str) -> Any:
        """A line the page has kept; raises `NotFound`."""
        wanted = kept_id(line_id)
        for line in self.document.lines:
            if line.id == wanted:
                return line
        raise NotFound(_("This line is gone. Start over."))

    def add(self, line: Any, quantity: Decimal, values: Mapping[str, Any]) -> Draft:
        """The same with one part more."""
        more = Handled(line_id=line.id, quantity=quantity, values=values)
        return Draft(self.noun, self.document, (*self.handled, more))

    @property
    def rows(self) -> list[Row]:
        """What is left, as lines under the scans."""
        return [
            Row(
                " ".join(filter(None, (line.item.code, line.item.name, getattr(line, "lot_number", None)))),
                f"{number_text(self.left(line))} {line.item.uom.code}",
            )
            for line in self.open
        ]


def find_draft(noun: str, text: str) -> Draft:
    """The draft whose number was scanned, or the oldest one proposed for the document that was, such as a job ticket.

    Raises `NotFound`, or `Conflict` when it is none any more.
    """
    found = find(text, noun)
    proposed = _proposed_for(noun, text) if not found else None
    return _draft(noun, proposed or find_one(text, noun).id, ())


def _proposed_for(noun: str, text: str) -> int | None:
    """The id of a draft whose source document bears this code; another addon knows its own codes."""
    named = hooks.ask("scanned_code", code=text) or _by_number(text)
    if named is None:
        return None
    model = CLASSES[noun]
    query = select(model.id).where(model.source_model == named[0], model.source_id == named[1], model.state == "draft")
    return db.session.scalar(query.order_by(model.id).limit(1))


def _by_number(text: str) -> tuple[str, int] | None:
    """Model and id of the document whose number drafts name as their source."""
    for model in CLASSES.values():
        query = select(model.source_model, model.source_id).where(model.source == text.strip(), model.state == "draft")
        row = db.session.execute(query.limit(1)).first()
        if row is not None and row[0] is not None and row[1] is not None:
            return row[0], row[1]
    return None


def get_draft(noun: str, kept: Kept) -> Draft:
    """The draft a page has kept, with what was handled of it; ValueError for what the page cannot have written."""
    rows = json.loads(kept.get("handled") or "[]")
    if not isinstance(rows, list) or len(rows) > MOST:
        raise ValueError("no list of what was handled")
    return _draft(noun, kept_id(kept["document"]), tuple(_handled(row) for row in rows))


def _handled(row: Any) -> Handled:
    line_id, quantity, values = row
    amount = Decimal(quantity)
    if not amount.is_finite() or amount <= ZERO or not isinstance(values, dict):
        raise ValueError("no quantity")
    known = {name: values[name] for name in ("location_id", "lot_id", "lot_number") if name in values}
    return Handled(line_id=kept_id(line_id), quantity=amount, values=known)


def _draft(noun: str, record_id: int, handled: Sequence[Handled]) -> Draft:
    model = CLASSES[noun]
    lines = selectinload(model.lines)
    with_items = lines.joinedload(model.lines.property.mapper.class_.item).joinedload(Item.uom)
    document = db.session.get(model, record_id, options=[lines, with_items])
    if document is None:
        raise NotFound(_("There is no such document."))
    if document.state != "draft":
        state = current_registry().workflows[f"stock.{noun}"].states[document.state].title
        raise Conflict(_("%(document)s is %(state)s.", document=document.number, state=state))
    return Draft(noun, document, tuple(handled))
