"""What a scanned code names for the keeper: an item, a lot, a place, a document, or a number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import literal, null, select, union_all

from addons.masterdata.models import Item
from addons.stock.models import Issue, Location, Lot, PickList, Receipt, Stocktake
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.paper.codes import find_scanned
from core.workflow.quantities import read_quantity

MODELS: dict[str, Any] = {
    "item": Item.code,
    "lot": Lot.number,
    "location": Location.code,
    "receipt": Receipt.number,
    "issue": Issue.number,
    "pick_list": PickList.number,
    "stocktake": Stocktake.number,
}
LONGEST = 120
QUANTITY = "*Q"  # begins the printed code of a quantity


@dataclass(frozen=True)
class Found:
    """One thing a code names. `item_id` is the item of a lot, and of an item itself."""

    kind: str
    id: int
    title: str
    item_id: int | None = None


def quantity_of(text: str) -> Decimal:
    """The quantity a text is: `12.5`, or a printed `*Q12.5`. Raises `ValidationError` for none, and for nothing."""
    word = text.strip()
    quantity = read_quantity(word[2:] if word[:2].upper() == QUANTITY else word)
    if quantity <= 0:
        raise ValidationError(_("A quantity must be more than zero."))
    return quantity


def find(text: str, *kinds: str) -> list[Found]:
    """Everything of these kinds that bears this code; the kinds are keys of `MODELS`. One statement."""
    word = text.strip()[:LONGEST]
    by_id = find_scanned(word)
    queries = []
    for kind in kinds:
        code = MODELS[kind]
        model = code.class_
        item = model.id if kind == "item" else model.item_id if kind == "lot" else null()
        named = by_id is not None and by_id[0] == f"{_addon(kind)}.{kind}"
        which = model.id == by_id[1] if named and by_id else code == word
        queries.append(select(literal(kind), model.id, code, item).where(which))
    return [Found(*row) for row in db.session.execute(union_all(*queries))]


def _addon(kind: str) -> str:
    return "masterdata" if kind == "item" else "stock"


def find_one(text: str, *kinds: str) -> Found:
    """The one thing of these kinds that bears this code; raises `NotFound` for none, `ValidationError` for several."""
    found = find(text, *kinds)
    if not found:
        raise NotFound(_("“%(code)s” is not known here. Scan again.", code=text.strip()[:40]))
    if len(found) > 1:
        raise ValidationError(
            _("“%(code)s” means several things. Scan the printed label instead.", code=text.strip()[:40])
        )
    return found[0]
