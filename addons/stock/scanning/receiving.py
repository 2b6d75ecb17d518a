"""Receiving: the receipt, then for each of its goods how many, which lot and where it is put; labels at the end."""

from __future__ import annotations

from typing import Any

from flask import url_for

from addons.stock.scanning.codes import find_one, quantity_of
from addons.stock.scanning.flow import Kept, Slot, Task, Turn
from addons.stock.scanning.goods import get_place
from addons.stock.scanning.handling import LONGEST_LOT, Draft, find_draft, get_draft
from addons.stock.services import find_default_location, is_internal, post_part
from core.errors import ValidationError
from core.i18n import _, gettext
from core.web.format import number_text


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for receiving."""
    if "document" not in kept:
        return _ask(find_draft("receipt", text).kept if text else {})
    if not text:
        return _ask(kept)
    draft = get_draft("receipt", kept)
    if "line" not in kept:
        if text == draft.document.number:
            return _post(draft)
        line = draft.line_for(find_one(text, "item").item_id or 0)
        one = {"quantity": "1"} if line.item.tracking == "serial" else {}
        return _ask({**kept, "line": str(line.id), **one})
    if "quantity" not in kept:
        return _ask({**kept, "quantity": str(quantity_of(text))})
    line = draft.line(kept["line"])
    if "lot" not in kept and line.item.tracking != "none":
        return _ask({**kept, "lot": _lot(text)})
    return _put_away(draft, kept, find_one(text, "location").id)


def _lot(text: str) -> str:
    if len(text) > LONGEST_LOT:
        raise ValidationError(_("A lot number has at most %(most)s characters.", most=LONGEST_LOT))
    return text


def _ask(kept: Kept, news: str = "") -> Turn:
    """Show what is known, and ask for the next thing."""
    if "document" not in kept:
        return Turn(
            prompt=_("Scan the receipt or the job ticket."),
            slots=[Slot(_("Receipt")), Slot(_("Goods")), Slot(_("Place"))],
        )
    draft = get_draft("receipt", kept)
    slots = _slots(draft, kept)
    if "line" not in kept:
        prompt = _("Scan the goods; the receipt again when nothing more has come.")
        preset = draft.open[0].item.code if len(draft.open) == 1 else ""
        return Turn(kept=kept, prompt=prompt, preset=preset, slots=slots, rows=draft.rows, news=news)
    line = draft.line(kept["line"])
    if "quantity" not in kept:
        preset = f"{draft.left(line):f}"
        return Turn(kept=kept, prompt=_("How many have come?"), preset=preset, is_quantity=True, slots=slots)
    if "lot" not in kept and line.item.tracking != "none":
        prompt = _("Scan or write the lot number; Enter takes the one shown.")
        return Turn(kept=kept, prompt=prompt, preset=_usual_lot(draft, line), slots=slots)
    place = get_place(line.location_id or draft.document.location_id or find_default_location().id)[0]
    return Turn(kept=kept, prompt=_("Scan the place it is put in."), preset=place, slots=slots)


def _usual_lot(draft: Draft, line: Any) -> str:
    """The lot the draft names, or one made of its number; for serial numbers another each time."""
    done = sum(1 for handled in draft.handled if handled.line_id == line.id)
    usual: str = line.lot_number or f"{draft.document.number}-{line.seq}"
    return f"{usual}-{done + 1}" if line.item.tracking == "serial" and (done or draft.left(line) > 1) else usual


def _slots(draft: Draft, kept: Kept) -> list[Slot]:
    done = _("%(done)s of %(all)s", done=len(draft.document.lines) - len(draft.open), all=len(draft.document.lines))
    slots = [Slot(_("Receipt"), draft.document.number, done)]
    if "line" not in kept:
        return [*slots, Slot(_("Goods")), Slot(_("Quantity"))]
    item = draft.line(kept["line"]).item
    quantity = f"{kept['quantity']} {item.uom.code}" if "quantity" in kept else ""
    goods = Slot(_("Goods"), f"{item.code} {item.name}", item.specification or "")
    return [*slots, goods, Slot(_("Quantity"), quantity, kept.get("lot", ""))]


def _put_away(draft: Draft, kept: Kept, place_id: int) -> Turn:
    if not is_internal(place_id):
        raise ValidationError(_("Goods can be received only into an internal location."))
    line, quantity = draft.line(kept["line"]), quantity_of(kept["quantity"])
    values = {"location_id": place_id, **({"lot_number": _lot(kept["lot"])} if "lot" in kept else {})}
    more = draft.add(line, quantity, values)
    if not more.open:
        return _post(more)
    news = gettext(
        "%(quantity)s %(unit)s of %(goods)s: next.",
        quantity=number_text(quantity),
        unit=line.item.uom.code,
        goods=line.item.code,
    )
    return _ask(more.kept, news)


def _post(draft: Draft) -> Turn:
    receipt, rest = post_part("stock.receipt", draft.document.id, draft.handled)
    news = gettext("%(receipt)s is in stock.", receipt=receipt.number)
    if rest is not None:
        news += " " + gettext("What has not come is on %(rest)s.", rest=rest.number)
    lots = sorted({line.lot_id for line in receipt.lines if line.lot_id})
    opens = (_labels(lots), gettext("Print lot labels: %(n)s", n=len(lots))) if lots else None
    prompt = _("Enter prints the labels. Scan the next receipt.") if lots else _("Scan the receipt or the job ticket.")
    return Turn(prompt=prompt, slots=_empty(), news=news, done=True, opens=opens)


def _empty() -> list[Slot]:
    return [Slot(_("Receipt")), Slot(_("Goods")), Slot(_("Place"))]


def _labels(lot_ids: list[int]) -> str:
    return url_for("paper.show", addon="stock", resource="lots", paper="stock.lot_label", id=lot_ids)


TASK = Task(name="receive", title=_("Receive"), icon="package-import", permission="stock.receipt.post", take=take)
