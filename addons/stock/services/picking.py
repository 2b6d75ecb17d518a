"""Picking lists: promising, the walk through the store, each pick, what comes back, and more than was asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, type_coerce

from addons.masterdata.models import Item, Uom
from addons.stock.models import ExtraIssue, Location, Lot, PickLine, PickList, Receipt, Reservation, StockBalance
from addons.stock.services.balances import ZERO
from addons.stock.services.documents import ISSUE_TO, lines_of, lock_lines
from addons.stock.services.issuing import issue
from addons.stock.services.ledger import Cause
from addons.stock.services.questions import count_reserved
from addons.stock.services.reserving import Need, is_open, release_reservation, reserve
from addons.stock.services.rules import rules_of_items
from core.actor import elevated
from core.db import Quantity, db
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import Text, _
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.web.format import number_text
from core.workflow.fire import fire
from core.workflow.records import get_record

PICK_LIST = "stock.pick_list"
PICK_LINE = "stock.pick_line"


@dataclass(frozen=True, kw_only=True)
class PickStep:
    """One stop on a picker's way: where to go, and what to take there for which line."""

    line_id: int
    location_id: int
    place: str
    place_name: str
    item_id: int
    item: str
    lot_id: int | None
    lot: str | None
    quantity: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class Pick:
    """So much of a line's item, taken from a place (and lot, where it has one)."""

    line_id: int
    quantity: Decimal
    location_id: int
    lot_id: int | None = None


def release_pick_list(pick_list: PickList) -> None:
    """Promise what there is for every line: the effect of releasing a list. Flushes."""
    for line in lines_of(pick_list):
        if line.requested <= ZERO:
            raise ValidationError(_("A quantity must be more than zero."))
    promise(pick_list, pick_list.lines)


def promise(pick_list: PickList, lines: Iterable[PickLine]) -> None:
    """Promise these lines what is still to be fetched, as far as there is and is not promised yet. Flushes."""
    wanted = list(lines)
    promised = count_reserved(PICK_LINE, [line.id for line in wanted])
    needs = [
        _need(pick_list, line, line.open - promised.get(line.id, ZERO))
        for line in wanted
        if line.open > promised.get(line.id, ZERO)
    ]
    if needs:
        reserve(needs, as_far_as_there_is=True)


def _need(pick_list: PickList, line: PickLine, quantity: Decimal, **where: Any) -> Need:
    return Need(
        item_id=line.item_id,
        quantity=quantity,
        for_model=PICK_LINE,
        for_id=line.id,
        purpose=pick_list.number,
        cause_line=line.id,
        project_id=pick_list.project_id,
        **where,
    )


def finish_pick_list(pick_list: PickList) -> None:
    """Give back what is still promised: the effect of finishing a list, fetched or not. Flushes."""
    release_reservation(PICK_LINE, [line.id for line in pick_list.lines])


def cancel_pick_list(pick_list: PickList) -> None:
    """As finishing it; raises `Conflict` when something was fetched."""
    if any(line.used > ZERO for line in lock_lines(pick_list)):
        raise Conflict(_("Some of it has been picked. Bring it back, or finish the list."))
    finish_pick_list(pick_list)


def propose_walk(pick_list: PickList) -> list[PickStep]:
    """The stops for what is promised, in walking order; another addon may order or choose them otherwise.

    What there is not enough of has no stop. One statement.
    """
    return propose_walks([pick_list])[pick_list.id]


def propose_walks(pick_lists: Sequence[PickList]) -> dict[int, list[PickStep]]:
    """The same for several lists, by their ids. One statement."""
    of_line = {line.id: pick_list.id for pick_list in pick_lists for line in pick_list.lines}
    steps: dict[int, list[PickStep]] = {pick_list.id: [] for pick_list in pick_lists}
    for row in db.session.execute(_stops(of_line)).mappings():
        steps[of_line[row["line_id"]]].append(PickStep(**row))
    for pick_list in pick_lists:
        answer = hooks.ask("pick_proposals", pick_list=pick_list, steps=steps[pick_list.id])
        if answer is not None:
            steps[pick_list.id] = list(answer)
    return steps


def find_short(pick_list: PickList, steps: Sequence[PickStep]) -> list[tuple[PickLine, Decimal]]:
    """What is still to be fetched and is on none of these stops, by line."""
    ahead: dict[int, Decimal] = defaultdict(Decimal)
    for step in steps:
        ahead[step.line_id] += step.quantity
    return [(line, line.open - ahead[line.id]) for line in pick_list.lines if line.open > ahead[line.id]]


def _stops(line_ids: Iterable[int]) -> Any:
    left = type_coerce(Reservation.quantity - Reservation.taken, Quantity)
    return (
        select(
            Reservation.for_id.label("line_id"),
            Location.id.label("location_id"),
            Location.code.label("place"),
            Location.name.label("place_name"),
            Item.id.label("item_id"),
            (Item.code + " " + Item.name).label("item"),
            Lot.id.label("lot_id"),
            Lot.number.label("lot"),
            left.label("quantity"),
            Uom.code.label("unit"),
        )
        .join(StockBalance, StockBalance.id == Reservation.balance_id)
        .join(Location, Location.id == StockBalance.location_id)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Uom, Uom.id == Item.uom_id)
        .outerjoin(Lot, Lot.id == StockBalance.lot_id)
        .where(
            Reservation.for_model == PICK_LINE,
            Reservation.for_id.in_(sorted(line_ids)),
            is_open(),
        )
        .order_by(Location.sequence, Location.code, Item.code, Lot.id, Reservation.id)
    )


def lock_pick_list(pick_list_id: int) -> PickList:
    """A released list to pick from, locked with its lines: two pickers do not take the same twice.

    Raises `NotFound`, `Forbidden`, or `Conflict` when it is not released.
    """
    found: PickList = get_record(current_registry().model(PICK_LIST), pick_list_id, verb="pick", lock=True)
    if found.state != "released":
        raise Conflict(_("%(list)s is not to be picked: release it first, or it is done.", list=found.number))
    lock_lines(found)
    return found


def pick(pick_list_id: int, picks: Sequence[Pick]) -> PickList:
    """Fetch goods for a list; it is done when nothing is left to fetch. Flushes.

    Raises `Conflict` for more than was asked for where the item's rule forbids it, `OutOfStock` when somebody else
    was promised it, `NotFound` for a line of another list. A fixed number of statements.
    """
    pick_list = lock_pick_list(pick_list_id)
    _fetch(pick_list, picks)
    db.session.flush()
    if all(line.open <= ZERO for line in pick_list.lines):
        fire(pick_list, "finish")
    return pick_list


def pick_everything(pick_list: PickList) -> None:
    """Fetch all that the way proposes and give back the rest: the effect of picking at a desk. Flushes.

    Raises `Conflict` when there is nothing to fetch.
    """
    promise(pick_list, lock_lines(pick_list))
    steps = propose_walk(pick_list)
    if not steps:
        raise Conflict(_("Nothing of it is there. Receive the goods first, or finish the list without them."))
    _fetch(
        pick_list,
        [Pick(line_id=s.line_id, quantity=s.quantity, location_id=s.location_id, lot_id=s.lot_id) for s in steps],
    )
    finish_pick_list(pick_list)


def _fetch(pick_list: PickList, picks: Sequence[Pick]) -> None:
    """Issue these goods for a locked list, and note on its lines that they were fetched."""
    lines = {line.id: line for line in pick_list.lines}
    if any(p.line_id not in lines for p in picks):
        raise NotFound(_("This line is not on the picking list. Start over."))
    _refuse_too_much(picks, lines)
    needs = [_need(pick_list, lines[p.line_id], p.quantity, location_id=p.location_id, lot_id=p.lot_id) for p in picks]
    cause = Cause(model=PICK_LIST, id=pick_list.id, title=pick_list.number)
    issue(needs, to=ISSUE_TO[pick_list.kind], cause=cause)
    for p in picks:
        lines[p.line_id].picked += p.quantity
    _settle(pick_list, [lines[p.line_id] for p in picks])


def _refuse_too_much(picks: Sequence[Pick], lines: dict[int, PickLine]) -> None:
    """Refuse more than was asked for, unless the category's rule lets it pass."""
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for p in picks:
        wanted[p.line_id] += p.quantity
    over = [lines[i] for i, quantity in wanted.items() if quantity > lines[i].open]
    rules = rules_of_items({line.item_id for line in over}) if over else {}
    for line in over:
        rule, left = rules[line.item_id].over_issue, number_text(max(line.open, ZERO))
        if rule == "approve":
            raise Conflict(
                _(
                    "Only %(left)s of %(item)s are still to be picked. For more, write an extra issue.",
                    left=left,
                    item=line.item.code,
                )
            )
        if rule == "forbid":
            raise Conflict(_("Only %(left)s of %(item)s may still be picked.", left=left, item=line.item.code))


def _settle(pick_list: PickList, lines: Sequence[PickLine]) -> None:
    """Nothing more is promised to a line than is still to be fetched: it may have been fetched elsewhere."""
    promised = count_reserved(PICK_LINE, [line.id for line in lines])
    too_much = [line for line in lines if promised.get(line.id, ZERO) > max(line.open, ZERO)]
    if too_much:
        release_reservation(PICK_LINE, [line.id for line in too_much])
        promise(pick_list, too_much)


def note_returned(receipt: Receipt, sign: int = 1) -> None:
    """Write on the picking list what a material return brings back, or with `sign` -1 takes out again. Flushes.

    Raises `Conflict` for more than was fetched, `ValidationError` for an item that is not on the list.
    """
    if receipt.kind != "material" or receipt.pick_list is None:
        return
    lines = lock_lines(receipt.pick_list)
    for arrival in receipt.lines:
        _share_out(arrival, [line for line in lines if line.item_id == arrival.item_id], sign)
    db.session.flush()


def _share_out(arrival: Any, lines: Sequence[PickLine], sign: int) -> None:
    left = arrival.quantity
    for line in lines:
        part = min(left, line.used if sign > 0 else line.returned)
        line.returned += sign * part
        left -= part
    if not lines:
        raise ValidationError(_not_listed(arrival.item.code))
    if left > ZERO:
        most = number_text(arrival.quantity - left)
        raise Conflict(_("Only %(most)s of %(item)s were picked with this list.", most=most, item=arrival.item.code))


def _not_listed(item: str) -> Text:
    return _("%(item)s is not on this picking list. Choose one of its items.", item=item)


def allow_extra(document: ExtraIssue) -> None:
    """Let more be fetched: the effect of allowing an extra issue. Opens a list that was done. Flushes.

    Raises `Conflict` where the item's rule never allows it or the list is cancelled, `ValidationError` for an item
    that is not on the list or a quantity of nothing.
    """
    if document.quantity <= ZERO:
        raise ValidationError(_("A quantity must be more than zero."))
    pick_list, item = document.pick_list, document.item
    db.session.refresh(pick_list, with_for_update=True)
    if rules_of_items([item.id])[item.id].over_issue == "forbid":
        raise Conflict(_("%(item)s is never issued beyond what was asked for: see its stock rule.", item=item.code))
    if pick_list.state == "done":
        with elevated("more than was asked for opens the picking list again, whoever allows it"):
            pick_list = fire(pick_list, "reopen")
    elif pick_list.state != "released":
        raise Conflict(_("%(list)s is not released. Release it first, or write a new one.", list=pick_list.number))
    lines = [line for line in lock_lines(pick_list) if line.item_id == item.id]
    if not lines:
        raise ValidationError(_not_listed(item.code))
    lines[0].extra += document.quantity
    db.session.flush()
    promise(pick_list, lines[:1])
