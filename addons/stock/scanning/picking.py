"""Picking: the list leads from place to place; at each the place, the goods and how many are scanned."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from addons.stock.models import PickLine, PickList
from addons.stock.scanning.codes import Found, find_one, quantity_of
from addons.stock.scanning.flow import Kept, Row, Slot, Task, Turn
from addons.stock.scanning.goods import get_place, kept_id
from addons.stock.services import Pick, PickStep, find_short, lock_pick_list, pick, promise, propose_walk
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _, gettext
from core.web.format import number_text

ZERO = Decimal(0)


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for picking."""
    if "list" not in kept:
        return _begin(text) if text else _ask({})
    if not text:
        return _ask(kept)
    pick_list = list_of(kept)
    if text == pick_list.number:
        return _ask({"list": kept["list"], "skipped": str(_skipped(kept) + 1)})
    if "place" not in kept:
        return _ask({**kept, "place": str(find_one(text, "location").id)})
    if "line" not in kept:
        return _ask({**kept, **_goods(pick_list, kept, find_one(text, "item", "lot"))})
    return _fetch(pick_list, kept, quantity_of(text))


def _begin(text: str) -> Turn:
    """Promise what has come in since the list was released, then show the way."""
    pick_list = lock_pick_list(find_one(text, "pick_list").id)
    promise(pick_list, pick_list.lines)
    return _ask({"list": str(pick_list.id)})


def list_of(kept: Kept) -> PickList:
    """The list a page has kept; raises `NotFound`."""
    found = db.session.get(PickList, kept_id(kept["list"]))
    if found is None:
        raise NotFound(_("There is no such document."))
    return found


def _skipped(kept: Kept) -> int:
    return int(kept.get("skipped", "0")) % 1000


def _ask(kept: Kept, news: str = "", done: bool = False) -> Turn:
    """Show where to go and what to take, and ask for the next thing."""
    if "list" not in kept:
        slots = [Slot(_("Picking list")), Slot(_("Place")), Slot(_("Goods"))]
        return Turn(prompt=_("Scan the picking list."), slots=slots, news=news, done=done)
    pick_list = list_of(kept)
    steps = propose_walk(pick_list)
    turn = partial(Turn, kept=kept, news=news, done=done, rows=_rows(pick_list, steps))
    step = steps[_skipped(kept) % len(steps)] if steps else None
    slots = _slots(pick_list, kept, step)
    if "line" in kept:
        preset = f"{_usual(pick_list, kept, steps):f}"
        return turn(prompt=_("How many?"), preset=preset, is_quantity=True, slots=slots)
    if step is None and "place" not in kept:
        return turn(prompt=_("Nothing more is there. Scan a place, or start over."), slots=slots)
    prompt = _("Scan the goods.") if "place" in kept else _("Go there and scan the place; the list again to skip it.")
    return turn(prompt=prompt, slots=slots)


def _rows(pick_list: PickList, steps: list[PickStep]) -> list[Row]:
    """The stops ahead, then what there is not enough of."""
    ahead = [
        Row(" ".join(filter(None, (s.place, s.item, s.lot))), f"{number_text(s.quantity)} {s.unit}") for s in steps
    ]
    short = [
        Row(
            gettext("Not there: %(item)s", item=f"{line.item.code} {line.item.name}"),
            f"{number_text(quantity)} {line.item.uom.code}",
        )
        for line, quantity in find_short(pick_list, steps)
    ]
    return ahead + short


def _slots(pick_list: PickList, kept: Kept, step: PickStep | None) -> list[Slot]:
    slots = [Slot(_("Picking list"), pick_list.number, pick_list.source or "")]
    if "place" in kept:
        slots.append(Slot(_("Place"), *get_place(kept["place"])))
    else:
        slots.append(Slot(_("Place"), more=step.place_name, wanted=step.place) if step else Slot(_("Place")))
    if "line" in kept:
        item = line_of(pick_list, kept).item
        slots.append(Slot(_("Goods"), f"{item.code} {item.name}", kept.get("lot_number", "")))
    elif step is not None:
        amount = f"{number_text(step.quantity)} {step.unit}"
        slots.append(Slot(_("Goods"), more=" · ".join(filter(None, (step.lot, amount))), wanted=step.item))
    else:
        slots.append(Slot(_("Goods")))
    return slots


def line_of(pick_list: PickList, kept: Kept) -> PickLine:
    """The line of a list a page has kept; raises `NotFound`."""
    for line in pick_list.lines:
        if line.id == kept_id(kept["line"]):
            return line
    raise NotFound(_("This line is not on the picking list. Start over."))


def _goods(pick_list: PickList, kept: Kept, found: Found) -> dict[str, str]:
    """The line that scanned goods are for, and their lot; raises `NotFound` or `ValidationError`."""
    place = kept_id(kept["place"])
    here = [s for s in propose_walk(pick_list) if s.location_id == place and s.item_id == found.item_id]
    if found.kind == "lot":
        here = [s for s in here if s.lot_id == found.id] or here
    line_id = here[0].line_id if here else None
    for line in pick_list.lines:
        if line.item_id == found.item_id and line_id in (None, line.id):
            return {"line": str(line.id), **_lot(line, found, here)}
    raise NotFound(_("%(goods)s is not on this picking list. Scan other goods.", goods=found.title))


def _lot(line: PickLine, found: Found, here: list[PickStep]) -> dict[str, str]:
    if line.item.tracking == "none":
        return {}
    if found.kind == "lot":
        return {"lot": str(found.id), "lot_number": found.title}
    if len(here) == 1 and here[0].lot is not None:
        return {"lot": str(here[0].lot_id), "lot_number": here[0].lot}
    raise ValidationError(_("%(item)s is here in several lots. Scan the lot.", item=found.title))


def _usual(pick_list: PickList, kept: Kept, steps: list[PickStep]) -> Decimal:
    """What is to be taken here: what is promised in this place and lot, or all that is still to be fetched."""
    line = line_of(pick_list, kept)
    lot = kept_id(kept["lot"]) if "lot" in kept else None
    place = kept_id(kept["place"])
    here = [s.quantity for s in steps if (s.line_id, s.location_id, s.lot_id) == (line.id, place, lot)]
    return sum(here, ZERO) or max(line.open, ZERO)


def _fetch(pick_list: PickList, kept: Kept, quantity: Decimal) -> Turn:
    line = line_of(pick_list, kept)
    lot = kept_id(kept["lot"]) if "lot" in kept else None
    part = Pick(line_id=line.id, quantity=quantity, location_id=kept_id(kept["place"]), lot_id=lot)
    after = pick(pick_list.id, [part])
    amounts = {"quantity": number_text(quantity), "unit": line.item.uom.code, "goods": line.item.code}
    if after.state == "done":
        return _ask({}, gettext("%(list)s is complete.", list=after.number), done=True)
    return _ask({"list": kept["list"]}, gettext("%(quantity)s %(unit)s of %(goods)s: next.", **amounts), done=True)


TASK = Task(name="pick", title=_("Pick"), icon="list-check", permission="stock.pick_list.pick", take=take)
