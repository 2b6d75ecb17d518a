"""Material that comes back: the picking list it was fetched with, the goods, how many, and where they are put."""

from __future__ import annotations

from decimal import Decimal

from addons.stock.models import Lot, PickList
from addons.stock.scanning.codes import find_one, quantity_of
from addons.stock.scanning.flow import Kept, Row, Slot, Task, Turn
from addons.stock.scanning.goods import get_place, kept_id, post_new
from addons.stock.scanning.picking import line_of, list_of
from addons.stock.services import find_default_location
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _, gettext
from core.web.format import number_text

ZERO = Decimal(0)


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for material that comes back."""
    if "list" not in kept:
        return _ask({"list": str(find_one(text, "pick_list").id)} if text else {})
    if not text:
        return _ask(kept)
    if "line" not in kept:
        return _ask({**kept, **_goods(list_of(kept), text)})
    if "quantity" not in kept:
        return _ask({**kept, "quantity": str(quantity_of(text))})
    return _bring_back(kept, find_one(text, "location").id)


def _goods(pick_list: PickList, text: str) -> dict[str, str]:
    found = find_one(text, "item", "lot")
    line = next((i for i in pick_list.lines if i.item_id == found.item_id and i.used > ZERO), None)
    if line is None:
        raise NotFound(_("%(goods)s was not fetched with this list. Scan other goods.", goods=found.title))
    if found.kind == "item" and line.item.tracking != "none":
        raise ValidationError(_("%(item)s is tracked by lot: scan the lot.", item=line.item.code))
    return {"line": str(line.id), **({"lot": str(found.id)} if found.kind == "lot" else {})}


def _ask(kept: Kept, news: str = "", done: bool = False) -> Turn:
    """Show what is known, and ask for the next thing."""
    if "list" not in kept:
        slots = [Slot(_("Picking list")), Slot(_("Goods")), Slot(_("Quantity"))]
        return Turn(prompt=_("Scan the picking list."), slots=slots, news=news, done=done)
    pick_list = list_of(kept)
    slots = [Slot(_("Picking list"), pick_list.number, pick_list.source or "")]
    if "line" not in kept:
        rows = [
            Row(f"{line.item.code} {line.item.name}", f"{number_text(line.used)} {line.item.uom.code}")
            for line in pick_list.lines
            if line.used > ZERO
        ]
        slots += [Slot(_("Goods")), Slot(_("Quantity"))]
        return Turn(kept=kept, prompt=_("Scan the goods."), slots=slots, rows=rows, news=news, done=done)
    line = line_of(pick_list, kept)
    slots.append(Slot(_("Goods"), f"{line.item.code} {line.item.name}", _lot_number(kept) or ""))
    slots.append(Slot(_("Quantity"), kept.get("quantity", "")))
    if "quantity" not in kept:
        return Turn(kept=kept, prompt=_("How many?"), preset=f"{line.used:f}", is_quantity=True, slots=slots)
    preset = find_default_location().code
    return Turn(kept=kept, prompt=_("Scan the place it is put in."), preset=preset, slots=slots)


def _lot_number(kept: Kept) -> str | None:
    lot = db.session.get(Lot, kept_id(kept["lot"])) if "lot" in kept else None
    return lot.number if lot is not None else None


def _bring_back(kept: Kept, place_id: int) -> Turn:
    line = line_of(list_of(kept), kept)
    arrival = {"item_id": line.item_id, "quantity": kept["quantity"], "lot_number": _lot_number(kept)}
    post_new("stock.receipt", kind="material", location_id=place_id, pick_list_id=line.pick_list_id, lines=[arrival])
    news = gettext(
        "%(quantity)s %(unit)s of %(goods)s are in %(place)s now.",
        quantity=number_text(quantity_of(kept["quantity"])),
        unit=line.item.uom.code,
        goods=f"{line.item.code} {line.item.name}",
        place=get_place(place_id)[0],
    )
    return _ask({"list": kept["list"]}, news, done=True)


TASK = Task(name="return", title=_("Material return"), icon="arrow-back-up", permission="stock.receipt.post", take=take)
