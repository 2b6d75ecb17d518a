"""Moving goods: the place they are in, the goods, how many, the place they go to."""

from __future__ import annotations

from addons.stock.scanning.codes import find_one, quantity_of
from addons.stock.scanning.flow import Kept, Slot, Task, Turn
from addons.stock.scanning.goods import (
    choose,
    find_here,
    get_goods,
    get_place,
    kept_id,
    post_new,
    quantity_within,
    rows_of,
)
from core.i18n import _, gettext
from core.web.format import number_text


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for moving goods."""
    if not text:
        return _ask(kept)
    if "place" not in kept:
        return _ask({"place": str(find_one(text, "location").id)})
    if "item" not in kept:
        return _ask({**kept, **choose(kept["place"], text).kept})
    if "quantity" not in kept:
        quantity = quantity_within(quantity_of(text), get_goods(kept["place"], kept))
        return _ask({**kept, "quantity": str(quantity)})
    return _move(kept, find_one(text, "location").id)


def _ask(kept: Kept, news: str = "", done: bool = False) -> Turn:
    """Show what is known, and ask for the next thing."""
    if "place" not in kept:
        return Turn(kept=kept, prompt=_("Scan the place the goods are in."), slots=_slots(kept), news=news, done=done)
    if "item" not in kept:
        here = find_here(kept["place"])
        return Turn(
            kept=kept, prompt=_("Scan the goods."), slots=_slots(kept), rows=rows_of(here), news=news, done=done
        )
    if "quantity" not in kept:
        preset = f"{get_goods(kept['place'], kept).free:f}"
        return Turn(kept=kept, prompt=_("How many?"), preset=preset, is_quantity=True, slots=_slots(kept))
    return Turn(kept=kept, prompt=_("Scan the place they go to."), slots=_slots(kept))


def _slots(kept: Kept) -> list[Slot]:
    slots = [Slot(_("From location"), *get_place(kept["place"])) if "place" in kept else Slot(_("From location"))]
    slots.append(get_goods(kept["place"], kept).slot if "item" in kept else Slot(_("Goods")))
    slots.append(Slot(_("Quantity"), kept.get("quantity", "")))
    return slots


def _move(kept: Kept, to_id: int) -> Turn:
    goods = get_goods(kept["place"], kept)
    line = {"item_id": goods.item_id, "lot_id": goods.lot_id, "quantity": kept["quantity"]}
    post_new("stock.transfer", from_location_id=kept_id(kept["place"]), to_location_id=to_id, lines=[line])
    news = gettext(
        "%(quantity)s %(unit)s of %(goods)s are in %(place)s now.",
        quantity=number_text(quantity_of(kept["quantity"])),
        unit=goods.unit,
        goods=goods.title,
        place=get_place(to_id)[0],
    )
    return _ask({"place": kept["place"]}, news, done=True)


TASK = Task(name="move", title=_("Move"), icon="arrows-exchange", permission="stock.transfer.post", take=take)
