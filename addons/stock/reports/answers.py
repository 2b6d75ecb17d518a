"""What stock answers: the rows of each report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.stock.models import CONDITIONS, ItemValue, Location, Lot, Receipt, ReceiptLine, StockMove, ToolLoan
from addons.stock.services import count_expected, on_hand, rules_of_categories
from addons.stock.services.balances import ZERO
from addons.stock.services.movement import (
    ItemFacts,
    Summary,
    comes_in,
    find_ages,
    find_items,
    find_last_moves,
    find_moves,
    find_values,
    summarise,
)
from addons.stock.services.rules import USUAL
from core.db import db
from core.errors import ValidationError
from core.i18n import _
from core.kernel import hooks
from core.people.colleagues import names_of
from core.reports.declare import Answer, Column
from core.workflow.numbering import today

CENT = Decimal("0.01")


def _goods(item: ItemFacts) -> dict[str, Any]:
    return {
        "item": item.code,
        "item_id": item.id,
        "name": item.name,
        "specification": item.specification,
        "unit": item.unit,
    }


def answer_movement(asked: Mapping[str, Any]) -> Answer:
    """Opening, in, out and closing of every item."""
    _check_place(asked["place"])
    items = find_items(asked["category"])
    found = summarise(asked["start"], asked["end"], asked["place"])
    rows = [
        {**_goods(item), **vars(found[i]), "closing": found[i].closing, "closing_value": found[i].closing_value}
        for i, item in items.items()
        if i in found and not found[i].is_nothing
    ]
    note = _("Values are those of the whole factory, so one location has none.") if asked["place"] else ""
    return Answer(rows=rows, note=note)


def answer_card(asked: Mapping[str, Any]) -> Answer:
    """Every move of one item, and what was there after it."""
    start, end, place, item_id = asked["start"], asked["end"], asked["place"], asked["item"]
    _check_place(place)
    moves = find_moves(item_id, start, end, place)
    opening = summarise(start, end, place, item_id=item_id).get(item_id, Summary())
    more = hooks.ask("stock_card_columns", moves=moves)
    there = opening.opening
    rows: list[dict[str, Any]] = [_card_row(there)]
    for move in moves:
        came = comes_in(move, place)
        there += move.quantity if came else -move.quantity
        row = _card_row(there)
        row["came" if came else "went"] = move.quantity
        extra = {f"more{n}": texts.get(move.id) for n, (_title, texts) in enumerate(more)}
        rows.append({**row, **_told(move), **extra})
    rows[0].update({f"more{n}": None for n in range(len(more))}, cause=str(_("Opening")), day=start)
    columns = [Column(name=f"more{n}", title=title) for n, (title, _texts) in enumerate(more)]
    return Answer(rows=rows, more=columns)


def _check_place(location_id: int | None) -> None:
    """Refuse a location that only makes moves double-sided: nothing is ever on hand there."""
    place = db.session.scalar(select(Location).where(Location.id == location_id)) if location_id else None
    if place is not None and place.kind != "internal":
        raise ValidationError(_("%(place)s is not one of your own locations. Choose another.", place=place.code))


def _card_row(there: Decimal) -> dict[str, Any]:
    empty = dict.fromkeys(("day", "cause", "cause_id", "lot", "from", "to", "came", "went", "value", "reason", "who"))
    return {**empty, "there": there}


def _told(move: StockMove) -> dict[str, Any]:
    return {
        "day": move.booked_on,
        "cause": move.cause,
        "cause_id": move.id,
        "lot": move.lot.number if move.lot else None,
        "from": move.from_location.code,
        "to": move.to_location.code,
        "value": move.value,
        "reason": move.reason,
        "who": move.user.name if move.user else None,
    }


def answer_availability(asked: Mapping[str, Any]) -> Answer:
    """What is free now, and what there will be by a day."""
    coming_in = select(ReceiptLine.item_id).join(Receipt).where(Receipt.state == "draft")
    known = or_(Item.id.in_(select(ItemValue.item_id)), Item.id.in_(coming_in))
    items = find_items(asked["category"], which=known)
    there, coming = on_hand(items), count_expected(items, asked["end"])
    rows = []
    for i, item in items.items():
        now, expected = there[i], coming.get(i, ZERO)
        if now.on_hand or expected:
            figures = {"on_hand": now.on_hand, "reserved": now.reserved, "blocked": now.blocked, "free": now.free}
            rows.append({**_goods(item), **figures, "expected": expected, "then": now.free + expected})
    return Answer(rows=rows)


def answer_safety(asked: Mapping[str, Any]) -> Answer:
    """What is below its safety stock or reorder point, with what is expected taken into account."""
    items = find_items(asked["category"], which=or_(Item.safety_stock > ZERO, Item.reorder_point > ZERO))
    there, coming = on_hand(items), count_expected(items, date.max)
    rows = []
    for i, item in items.items():
        wanted = max(item.safety_stock, item.reorder_point or ZERO)
        free, expected = there[i].free, coming.get(i, ZERO)
        if free < wanted:
            missing = max(wanted - free - expected, ZERO)
            figures = {"free": free, "safety": item.safety_stock, "point": item.reorder_point, "expected": expected}
            order = max(missing, item.reorder_qty or ZERO) if missing else ZERO
            rows.append({**_goods(item), **figures, "missing": missing, "order": order})
    return Answer(rows=rows)


def answer_ages(asked: Mapping[str, Any]) -> Answer:
    """How old what is on hand is."""
    items, ages, values = find_items(asked["category"]), find_ages(today()), find_values()
    rows = [
        {
            **_goods(item),
            "there": sum(ages[i], ZERO),
            "value": values[i][1],
            **{f"band{n}": quantity for n, quantity in enumerate(ages[i])},
        }
        for i, item in items.items()
        if i in ages
    ]
    return Answer(rows=rows)


def answer_dead(asked: Mapping[str, Any]) -> Answer:
    """What has not gone out for longer than its category's rule says, or than was asked."""
    items, last, values, rules = find_items(asked["category"]), find_last_moves(), find_values(), rules_of_categories()
    rows = []
    for i, item in items.items():
        if i not in last:
            continue
        came, went = last[i]
        since = max(day for day in (came, went, date.min) if day is not None)
        days, limit = (today() - since).days, rules.get(item.category_id or 0, USUAL).dead_after_days
        if days >= (asked["days"] or limit):
            figures = {"came": came, "went": went, "days": days, "there": values[i][0], "value": values[i][1]}
            rows.append({**_goods(item), **figures})
    rows.sort(key=lambda row: (-row["days"], row["item"]))
    return Answer(rows=rows)


def answer_turnover(asked: Mapping[str, Any]) -> Answer:
    """How often what was in stock was used up."""
    items, found = find_items(asked["category"]), summarise(asked["start"], asked["end"])
    length = (asked["end"] - asked["start"]).days + 1
    rows = []
    for i, item in items.items():
        move = found.get(i, Summary())
        mean = (move.opening_value + move.closing_value) / 2
        if not move.is_nothing:
            turns = (move.went_value / mean).quantize(CENT) if mean > ZERO else None
            days = (length / turns).quantize(Decimal(1)) if turns else None
            figures = {"went": move.went, "went_value": move.went_value, "mean": mean.quantize(CENT)}
            rows.append({**_goods(item), **figures, "turns": turns, "days": days})
    return Answer(rows=rows)


def answer_categories(asked: Mapping[str, Any]) -> Answer:
    """What the goods of each category are worth."""
    values = find_values()
    count: dict[tuple[int | None, str], int] = defaultdict(int)
    worth: dict[tuple[int | None, str], Decimal] = defaultdict(Decimal)
    for i, item in find_items().items():
        if values.get(i, (ZERO, ZERO)) != (ZERO, ZERO):
            key = (item.category_id, item.category or "")
            count[key] += 1
            worth[key] += values[i][1]
    whole = sum(worth.values(), ZERO)
    rows = [
        {
            "category": key[1] or str(_("(none)")),
            "category_id": key[0],
            "items": count[key],
            "value": worth[key],
            "share": (worth[key] * 100 / whole).quantize(CENT) if whole else None,
        }
        for key in sorted(worth, key=lambda key: (key[0] is None, key[1]))
    ]
    return Answer(rows=rows)


def answer_tools(asked: Mapping[str, Any]) -> Answer:
    """Who holds which tool, and since when it should be back."""
    query = select(ToolLoan).where(ToolLoan.state == "lent").order_by(ToolLoan.due_on, ToolLoan.id)
    loans = list(db.session.scalars(query.options(joinedload(ToolLoan.lot).joinedload(Lot.item))))
    names, rows = names_of({loan.holder_id for loan in loans}), []
    for loan in loans:
        late = max((today() - loan.due_on).days, 0) if loan.due_on else 0
        if late or not asked["late"]:
            rows.append(
                {
                    "tool": loan.lot.number,
                    "tool_id": loan.lot_id,
                    "item": f"{loan.lot.item.code} {loan.lot.item.name}",
                    "holder": names.get(loan.holder_id),
                    "since": loan.lent_at,
                    "due": loan.due_on,
                    "late": late,
                }
            )
    return Answer(rows=rows)


def answer_tool_use(asked: Mapping[str, Any]) -> Answer:
    """How tools came back in a time: how many were worn, damaged and lost, by tool."""
    query = (
        select(Item.id, Item.code, Item.name, ToolLoan.condition, func.count())
        .join(Item, Item.id == ToolLoan.item_id)
        .where(ToolLoan.state == "returned", ToolLoan.returned_at.between(*_span(asked)))
        .group_by(Item.id, Item.code, Item.name, ToolLoan.condition)
        .order_by(Item.code)
    )
    rows: dict[int, dict[str, Any]] = {}
    for item, code, name, condition, number in db.session.execute(query):
        row = rows.setdefault(item, {"item": code, "item_id": item, "name": name, **dict.fromkeys(CONDITIONS, 0)})
        row[condition or "good"] = number
    return Answer(rows=[{**row, "loans": sum(row[c] for c in CONDITIONS)} for row in rows.values()])


def _span(asked: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The first and the last moment of the days asked for, where the factory is."""
    zone = ZoneInfo(current_app.config["QINGMES"].timezone)
    first = datetime.combine(asked["start"], time.min, tzinfo=zone)
    after = datetime.combine(asked["end"] + timedelta(days=1), time.min, tzinfo=zone)
    return first, after - timedelta(microseconds=1)
