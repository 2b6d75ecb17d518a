"""What the pages for receiving and issuing have in common: a draft whose lines are handled one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate
from marshmallow import ValidationError as MarshmallowError
from sqlalchemy import and_, select
from sqlalchemy.orm import selectinload

from addons.masterdata.models import Item
from addons.stock.models import Issue, Receipt
from addons.stock.scanning.codes import find_one, quantity_of
from addons.stock.scanning.flow import Kept, Row
from addons.stock.scanning.goods import kept_id
from addons.stock.services import Handled
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import _
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.web.addresses import LARGEST_ID
from core.web.format import number_text

ZERO = Decimal(0)
LONGEST = 200_000
LONGEST_LOT = 60
IS_ID = validate.Range(min=1, max=LARGEST_ID)
PART = Schema.from_dict(
    {
        "line_id": fields.Integer(required=True, strict=True, validate=IS_ID),
        "quantity": fields.String(required=True),
        "location_id": fields.Integer(strict=True, validate=IS_ID),
        "lot_id": fields.Integer(strict=True, allow_none=True, validate=IS_ID),
        "lot_number": fields.String(validate=validate.Length(min=1, max=LONGEST_LOT)),
    }
)()
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
        rows = [{"line_id": h.line_id, "quantity": str(h.quantity), **h.values} for h in self.handled]
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
        raise NotFound(
            _("This is not on %(document)s, or it is done. Scan other goods.", document=self.document.number)
        )

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
    record_id = _proposed_for(CLASSES[noun], text) or find_one(text, noun).id
    return _draft(noun, record_id, ())


def _proposed_for(model: Any, text: str) -> int | None:
    """The id of a draft whose source document bears this code or number; another addon knows its own codes."""
    named = hooks.ask("scanned_code", code=text)
    is_source = model.source == text.strip()
    if named is not None:
        is_source = and_(model.source_model == named[0], model.source_id == named[1])
    return db.session.scalar(select(model.id).where(is_source, model.state == "draft").order_by(model.id).limit(1))


def get_draft(noun: str, kept: Kept) -> Draft:
    """The draft a page has kept, with what was handled of it; ValueError for what the page cannot have written."""
    return _draft(noun, kept_id(kept["document"]), tuple(_read(kept.get("handled") or "[]")))


def _read(text: str) -> Iterator[Handled]:
    """The parts handled so far, as `Draft.kept` wrote them; ValueError for anything else."""
    if len(text) > LONGEST:
        raise ValueError("too much was handled")
    try:
        rows = PART.load(json.loads(text), many=True)
    except (RecursionError, MarshmallowError) as error:
        raise ValueError("not what was handled") from error
    for row in rows:
        line_id, quantity = row.pop("line_id"), quantity_of(row.pop("quantity"))
        yield Handled(line_id=line_id, quantity=quantity, values=row)


def _draft(noun: str, record_id: int, handled: Sequence[Handled]) -> Draft:
    model = CLASSES[noun]
    lines = selectinload(model.lines)
    with_items = lines.joinedload(model.lines.property.mapper.class_.item).joinedload(Item.uom)
    document = db.session.get(model, record_id, options=[lines, with_items])
    if document is None:
        raise NotFound(_("There is no such document."))
    if document.state != "draft":
        state = current_registry().workflows[f"stock.{noun}"].states[document.state].title
        raise Conflict(_("%(document)s is %(state)s. Scan another.", document=document.number, state=state))
    return Draft(noun, document, tuple(handled))
