"""300 items of a machining shop: bars, blanks, turned and milled parts, gear units, fasteners, tools, packaging."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from addons.masterdata.demo.bulk import add_rows
from addons.masterdata.demo.catalogue import ALL
from addons.masterdata.models import Item, ItemCategory

# code: (name, category above, prefix of codes)
CATEGORIES = {
    "RAW": ("原材料", "", "RM-"),
    "RAW-BAR": ("棒料", "RAW", "BAR-"),
    "RAW-PLT": ("板料", "RAW", "PLT-"),
    "RAW-TUB": ("管料", "RAW", "TUB-"),
    "RAW-BLK": ("毛坯", "RAW", "BLK-"),
    "PRT": ("零件", "", "PT-"),
    "PRT-SHF": ("轴类", "PRT", "SHF-"),
    "PRT-FLG": ("法兰类", "PRT", "FLG-"),
    "PRT-BSH": ("轴套类", "PRT", "BSH-"),
    "PRT-BRK": ("支架类", "PRT", "BRK-"),
    "PRT-GER": ("齿轮类", "PRT", "GER-"),
    "PRD": ("成品", "", "FG-"),
    "STD": ("标准件", "", "STD-"),
    "STD-FST": ("紧固件", "STD", "FST-"),
    "STD-BRG": ("轴承", "STD", "BRG-"),
    "STD-SEL": ("密封件", "STD", "SEL-"),
    "TOL": ("工具", "", "TL-"),
    "TOL-CUT": ("刀具", "TOL", "CUT-"),
    "TOL-GAU": ("量具", "TOL", "GAU-"),
    "TOL-FIX": ("夹具", "TOL", "FIX-"),
    "CON": ("辅料", "", "CON-"),
    "CON-PKG": ("包装材料", "CON", "PKG-"),
    "SRV": ("外协服务", "", "SRV-"),
}

# Every so manyth item is not in use yet, or no longer.
DRAFT_EVERY, RETIRED_EVERY = 25, 60


def load(uoms: Mapping[str, int]) -> None:
    """Categories, then items, in one statement each (two for the tree). `uoms` are ids by code."""
    categories = _load_categories()
    numbers: dict[str, int] = {}
    rows = []
    for position, item in enumerate(ALL, start=1):
        category = str(item["category"])
        numbers[category] = numbers.get(category, 0) + 1
        code = f"{CATEGORIES[category][2]}{numbers[category]:05d}"
        rows.append(_row(item, code, categories[category], uoms, _state(position)))
    add_rows(Item, rows)


def _load_categories() -> dict[str, int]:
    ids: dict[str, int] = {}
    for depth in (False, True):
        level = {code: said for code, said in CATEGORIES.items() if bool(said[1]) is depth}
        rows = [
            {"code": code, "name": name, "parent_id": ids.get(above), "code_prefix": prefix}
            for code, (name, above, prefix) in level.items()
        ]
        ids |= dict(zip(level, add_rows(ItemCategory, rows), strict=True))
    return ids


def _state(position: int) -> str:
    if position % RETIRED_EVERY == 0:
        return "retired"
    return "draft" if position % DRAFT_EVERY == 0 else "released"


def _row(item: Mapping[str, Any], code: str, category_id: int, uoms: Mapping[str, int], state: str) -> dict[str, Any]:
    said = dict(item)
    said.pop("category")
    second = said.pop("second_uom", None)
    defaults: dict[str, Any] = {
        "specification": None,
        "drawing_number": None,
        "revision": None,
        "material": None,
        "second_factor": None,
        "tracking": "none",
        "safety_stock": Decimal(0),
        "reorder_point": None,
        "reorder_qty": None,
        "lead_days": None,
        "list_price": None,
        "weight": None,
    }
    return {
        **defaults,
        **said,
        "code": code,
        "category_id": category_id,
        "uom_id": uoms[said.pop("uom")],
        "second_uom_id": uoms[second] if second else None,
        "state": state,
        "active": state != "retired",
    }
