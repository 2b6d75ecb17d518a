"""Counting: the stocktake, the place, then everything in it; the place again when all of it is counted."""

from __future__ import annotations

from decimal import Decimal

from addons.masterdata.models import Item
from addons.stock.models import Lot, Stocktake, StocktakeLine
from addons.stock.scanning.codes import Found, find_one, quantity_of
from addons.stock.scanning.flow import Kept, Row, Slot, Task, Turn
from addons.stock.scanning.goods import get_place, kept_id
from addons.stock.services import (
    count_goods,
    end_place,
    find_lines,
    find_place,
    find_places,
    lock_stocktake,
    missing_in,
)
from core.db import db
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _, gettext
from core.web.format import number_text
from core.workflow.quantities import read_quantity

MOST_ROWS = 30


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for counting."""
    if "count" not in kept:
        return _ask({"count": str(lock_stocktake(find_one(text, "stocktake").id).id)} if text else {})
    if not text:
        return _ask(kept)
    stocktake = _stocktake(kept)
    if "place" not in kept:
        place = find_one(text, "location").id
        find_place(stocktake, place)
        return _ask({"count": kept["count"], "place": str(place)})
    if "item" not in kept:
        return _goods_or_end(stocktake, kept, find_one(text, "item", "lot", "location"))
    return _count(stocktake, kept, text)


def _stocktake(kept: Kept) -> Stocktake:
    found = db.session.get(Stocktake, kept_id(kept["count"]))
    if found is None:
        raise NotFound(_("There is no such document."))
    return found


def _goods_or_end(stocktake: Stocktake, kept: Kept, found: Found) -> Turn:
    if found.kind == "location":
        if found.id != kept_id(kept["place"]):
            raise Conflict(_("Scan %(place)s again first: it is not done yet.", place=get_place(kept["place"])[0]))
        return _end(stocktake, kept)
    item = db.session.get_one(Item, found.item_id)
    if found.kind == "item" and item.tracking != "none":
        raise ValidationError(_("%(item)s is tracked by lot: scan the lot.", item=item.code))
    lot = {"lot": str(found.id)} if found.kind == "lot" else {}
    return _ask({"count": kept["count"], "place": kept["place"], "item": str(item.id), **lot})


def _end(stocktake: Stocktake, kept: Kept) -> Turn:
    """The place is done; what nobody found there asks once more."""
    place = kept_id(kept["place"])
    missing = len(missing_in(stocktake.id, place))
    if missing and "ending" not in kept:
        prompt = _("%(n)s goods of the books were not counted. Scan the place again if they are not there.", n=missing)
        return Turn(kept={**kept, "ending": "1"}, prompt=prompt, slots=_slots(stocktake, kept))
    end_place(stocktake.id, place)
    news = gettext("%(place)s is counted.", place=get_place(place)[0])
    return _ask({"count": kept["count"]}, news, done=True)


def _ask(kept: Kept, news: str = "", done: bool = False) -> Turn:
    """Show what is known, and ask for the next thing."""
    if "count" not in kept:
        slots = [Slot(_("Stocktake")), Slot(_("Place")), Slot(_("Goods"))]
        return Turn(prompt=_("Scan the stocktake."), slots=slots)
    stocktake = _stocktake(kept)
    slots = _slots(stocktake, kept)
    if "place" not in kept:
        left = [Row(p.location.code, p.location.name) for p in find_places(stocktake.id) if p.counted_at is None]
        prompt = _("Scan a place to count.") if left else _("Every place is counted. The office ends the count.")
        return Turn(kept=kept, prompt=prompt, slots=slots, rows=left[:MOST_ROWS], news=news, done=done)
    if "item" not in kept:
        rows = _rows(stocktake, kept_id(kept["place"]))
        prompt = _("Scan the goods; the place again when all is counted.")
        return Turn(kept=kept, prompt=prompt, slots=slots, rows=rows, news=news, done=done)
    before = _before(stocktake, kept)
    prompt = _("How many are there?")
    if before is not None:
        prompt = _("Counted before: %(n)s. How many are there? +3 adds 3.", n=number_text(before.counted))
    return Turn(kept=kept, prompt=prompt, is_quantity=True, slots=slots)


def _before(stocktake: Stocktake, kept: Kept) -> StocktakeLine | None:
    """What was counted of the goods before."""
    key = (kept_id(kept["item"]), _lot_id(kept) or 0)
    for line in find_lines(stocktake.id, kept_id(kept["place"])):
        if (line.item_id, line.lot_key) == key and line.counted is not None:
            return line
    return None


def _lot_id(kept: Kept) -> int | None:
    return kept_id(kept["lot"]) if "lot" in kept else None


def _rows(stocktake: Stocktake, place: int) -> list[Row]:
    """What was counted here; with a count that is not blind, what the books say of the rest."""
    here = find_lines(stocktake.id, place)
    rows = [Row(_title(line), number_text(line.counted)) for line in here if line.counted is not None]
    if not stocktake.blind:
        rows += [Row(_title(line), f"? {number_text(line.expected)}") for line in here if line.counted is None]
    return rows[:MOST_ROWS]


def _title(line: StocktakeLine) -> str:
    return " ".join(filter(None, (line.item.code, line.item.name, line.lot.number if line.lot else None)))


def _slots(stocktake: Stocktake, kept: Kept) -> list[Slot]:
    done = sum(1 for place in stocktake.places if place.counted_at is not None)
    slots = [Slot(_("Stocktake"), stocktake.number, _("%(done)s of %(all)s", done=done, all=len(stocktake.places)))]
    slots.append(Slot(_("Place"), *get_place(kept["place"])) if "place" in kept else Slot(_("Place")))
    if "item" not in kept:
        return [*slots, Slot(_("Goods"))]
    item = db.session.get(Item, kept_id(kept["item"]))
    lot = db.session.get(Lot, _lot_id(kept) or 0)
    if item is None:
        raise NotFound(_("There is no such item."))
    return [*slots, Slot(_("Goods"), f"{item.code} {item.name}", lot.number if lot else item.specification or "")]


def _count(stocktake: Stocktake, kept: Kept, text: str) -> Turn:
    adds = text.startswith("+")
    quantity = quantity_of(text[1:]) if adds else _amount(text)
    line = count_goods(stocktake.id, kept_id(kept["place"]), kept_id(kept["item"]), _lot_id(kept), quantity, adds=adds)
    news = gettext(
        "%(quantity)s %(unit)s of %(goods)s counted.",
        quantity=number_text(line.counted),
        unit=line.item.uom.code,
        goods=_title(line),
    )
    return _ask({"count": kept["count"], "place": kept["place"]}, news, done=True)


def _amount(text: str) -> Decimal:
    """A count: nothing is one as well."""
    return read_quantity(text) if text.strip("0.") == "" else quantity_of(text)


TASK = Task(name="count", title=_("Count"), icon="clipboard-list", permission="stock.stocktake.count", take=take)
