"""Issuing: the issue, then for each of its goods the place, the goods and how many."""

from __future__ import annotations

from addons.stock.scanning.codes import find_one, quantity_of
from addons.stock.scanning.flow import Kept, Slot, Task, Turn
from addons.stock.scanning.goods import choose, get_goods, get_place, kept_id, quantity_within
from addons.stock.scanning.handling import Draft, find_draft, get_draft
from addons.stock.services import post_part
from core.i18n import _, gettext
from core.web.format import number_text


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for issuing."""
    if "document" not in kept:
        return _ask(find_draft("issue", text).kept if text else {})
    if not text:
        return _ask(kept)
    draft = get_draft("issue", kept)
    if text == draft.document.number and draft.handled:
        return _post(draft)
    if "place" not in kept:
        return _ask({**kept, "place": str(find_one(text, "location").id)})
    if "item" not in kept:
        goods = choose(kept["place"], text)
        draft.line_for(goods.item_id)
        return _ask({**kept, **goods.kept})
    return _hand_out(draft, kept, text)


def _ask(kept: Kept, news: str = "") -> Turn:
    """Show what is known, and ask for the next thing."""
    if "document" not in kept:
        return Turn(prompt=_("Scan the issue."), slots=[Slot(_("Issue")), Slot(_("From location")), Slot(_("Goods"))])
    draft = get_draft("issue", kept)
    slots = _slots(draft, kept)
    if "place" not in kept:
        prompt = _("Scan the place the goods are in.")
        return Turn(kept=kept, prompt=prompt, slots=slots, rows=draft.rows, news=news)
    if "item" not in kept:
        return Turn(kept=kept, prompt=_("Scan the goods."), slots=slots, rows=draft.rows, news=news)
    goods = get_goods(kept["place"], kept)
    preset = f"{min(draft.left(draft.line_for(goods.item_id)), goods.free):f}"
    return Turn(kept=kept, prompt=_("How many?"), preset=preset, is_quantity=True, slots=slots)


def _slots(draft: Draft, kept: Kept) -> list[Slot]:
    place = Slot(_("From location"), *get_place(kept["place"])) if "place" in kept else Slot(_("From location"))
    goods = get_goods(kept["place"], kept).slot if "item" in kept else Slot(_("Goods"))
    return [Slot(_("Issue"), draft.document.number, draft.document.source or ""), place, goods]


def _hand_out(draft: Draft, kept: Kept, text: str) -> Turn:
    goods = get_goods(kept["place"], kept)
    line, quantity = draft.line_for(goods.item_id), quantity_within(quantity_of(text), goods)
    more = draft.add(line, quantity, {"location_id": kept_id(kept["place"]), "lot_id": goods.lot_id})
    if not more.open:
        return _post(more)
    news = gettext(
        "%(quantity)s %(unit)s of %(goods)s: next.", quantity=number_text(quantity), unit=goods.unit, goods=goods.title
    )
    return _ask({**more.kept, "place": kept["place"]}, news)


def _post(draft: Draft) -> Turn:
    issue, rest = post_part("stock.issue", draft.document.id, draft.handled)
    news = gettext("%(issue)s is issued.", issue=issue.number)
    if rest is not None:
        news += " " + gettext("What is missing is on %(rest)s.", rest=rest.number)
    slots = [Slot(_("Issue")), Slot(_("From location")), Slot(_("Goods"))]
    return Turn(prompt=_("Scan the issue."), slots=slots, news=news, done=True)


TASK = Task(name="issue", title=_("Issue goods"), icon="package-export", permission="stock.issue.post", take=take)
