"""Demonstration data: warehouses with their bins, and what a machining shop has in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Item, ItemCategory
from addons.stock.models import Lot, Receipt
from core.db import db
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.people.models import User
from core.workflow.fire import fire
from core.workflow.numbering import today
from core.workflow.records import create_record

# warehouse: (name, bins)
WAREHOUSES = {
    "RAW": ("原材料仓", {"RAW-A1": "棒料架", "RAW-A2": "板材区", "RAW-B1": "毛坯区"}),
    "PRT": ("零件仓", {"PRT-A1": "紧固件柜", "PRT-A2": "轴承油封柜", "PRT-B1": "半成品架"}),
    "FIN": ("成品仓", {"FIN-A1": "成品架", "FIN-A2": "整机区"}),
}
# bin: (category, every how many items of it are in stock, the least there is, how widely it varies)
OPENING = (
    ("RAW-A1", "RAW-BAR", 2, 180, 620),
    ("RAW-A2", "RAW-PLT", 2, 90, 400),
    ("RAW-A2", "RAW-TUB", 2, 60, 200),
    ("RAW-B1", "RAW-BLK", 2, 20, 60),
    ("PRT-A1", "STD-FST", 1, 400, 2600),
    ("PRT-A2", "STD-BRG", 1, 40, 160),
    ("PRT-A2", "STD-SEL", 1, 60, 240),
    ("PRT-B1", "PRT-BSH", 2, 10, 90),
    ("FIN-A1", "PRT-SHF", 2, 5, 60),
    ("FIN-A1", "PRT-FLG", 2, 8, 70),
    ("FIN-A1", "PRT-BRK", 3, 6, 40),
    ("FIN-A1", "PRT-GER", 3, 4, 30),
    ("FIN-A2", "PRD", 1, 1, 12),
)
WAITING = (("RAW-A1", "RAW-BAR", 5, "送货单 2311，待点数"), ("PRT-A1", "STD-FST", 6, "送货单 2318，待点数"))
SPREAD = 37  # a step that makes neighbouring quantities differ


def load() -> None:
    """Load it on top of masterdata's; with sales enabled, also reserve and ship some. Flushes."""
    bins = _bins()
    for code, category, every, least, spread in OPENING:
        lines = list(_lines(_items(category)[::every], least, spread))
        if lines:
            fire(_receipt(bins[code], "other", "期初库存", lines), "post")
    for code, category, every, note in WAITING:
        lines = list(_lines(_items(category)[::every], 100, 500, batch="B"))
        if lines:
            _receipt(bins[code], "purchase", note, lines)
    _pick(bins)
    _count(bins["PRT-A2"])
    _lend(bins["PRT-A1"])
    if is_enabled("sales_shipping"):
        from addons.stock.glue import sales_shipping  # it imports the neighbour, who need not be installed

        sales_shipping.demonstrate()


def _pick(bins: dict[str, int]) -> None:
    """A picking list that waits for the keeper, and one that is still a draft."""
    bars, screws = _items("RAW-BAR")[::2], _items("STD-FST")
    for needs in ([(bars[0], 6), (screws[0], 40)], [(screws[1], 25)]):
        lines = [{"item_id": item.id, "requested": str(quantity)} for item, quantity in needs]
        pick_list = _create("stock.pick_list", kind="production", note="试制领料", lines=lines)
        if len(needs) > 1:
            fire(pick_list, "release")


def _count(bin_id: int) -> None:
    """A stocktake under way, its place still working."""
    document = _create("stock.stocktake", freeze=False, note="月末抽盘", places=[{"location_id": bin_id}])
    fire(document, "begin")


def _lend(bin_id: int) -> None:
    """Two gauges with serial numbers, one of them lent to the first user, if there is any."""
    unit = db.session.scalars(select(Item.uom_id).limit(1)).one()
    gauge = _create(
        "masterdata.item", name="外径千分尺 0–25", kind="tool", tracking="serial", uom_id=unit, source="buy"
    )
    lines = [_line(gauge, 1, f"MIC-25-{n:03d}") for n in (1, 2)]
    fire(_receipt(bin_id, "other", "量具建档", lines), "post")
    lots = db.session.scalars(select(Lot).where(Lot.item_id == gauge.id).order_by(Lot.id)).all()
    due = today() + timedelta(days=300)
    for lot in lots:
        _create("stock.calibration", lot_id=lot.id, done_on=str(today()), valid_until=str(due), certificate="内校")
    holder = db.session.scalar(select(User.id).where(User.active).order_by(User.id).limit(1))
    if holder is not None:
        fire(_create("stock.tool_loan", lot_id=lots[0].id, holder_id=holder), "lend")


def _bins() -> dict[str, int]:
    """The ids of the bins by code."""
    made = {}
    for code, (name, bins) in WAREHOUSES.items():
        warehouse = _create("stock.warehouse", code=code, name=name)
        for bin_code, bin_name in bins.items():
            place = _create("stock.location", code=bin_code, name=bin_name, warehouse_id=warehouse.id)
            made[bin_code] = place.id
    return made


def _items(category: str) -> Sequence[Item]:
    query = select(Item).join(ItemCategory, ItemCategory.id == Item.category_id)
    return db.session.scalars(
        query.where(ItemCategory.code == category, Item.state == "released").order_by(Item.code)
    ).all()


def _lines(items: Sequence[Item], least: int, spread: int, batch: str = "A") -> Iterator[dict[str, Any]]:
    """A line for each item; two lots of one tracked by lot, a piece for each of two serial numbers."""
    for n, item in enumerate(items):
        quantity = least + n * SPREAD % spread
        if item.tracking == "none":
            yield _line(item, quantity)
        elif item.tracking == "lot":
            yield _line(item, quantity, f"H26{n:03d}{batch}")
            yield _line(item, quantity // 2, f"H26{n:03d}{batch}2")
        else:
            yield from (_line(item, 1, f"{item.code}-26{n:02d}{piece}") for piece in (1, 2))


def _line(item: Item, quantity: int, lot: str | None = None) -> dict[str, Any]:
    return {"item_id": item.id, "quantity": str(quantity), "lot_number": lot}


def _receipt(location_id: int, kind: str, note: str, lines: list[dict[str, Any]]) -> Receipt:
    receipt: Receipt = _create("stock.receipt", kind=kind, location_id=location_id, note=note, lines=lines)
    return receipt


def _create(model: str, **values: Any) -> Any:
    return create_record(current_registry().model(model), values)
