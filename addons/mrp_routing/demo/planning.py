"""Work centers, machines, the operation library, and approved routings of a dozen parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Item
from addons.mrp_routing.models import OperationType
from core.db import db
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.records import create_record

CENTERS = {
    "SAW": "下料",
    "TUR": "数控车",
    "MIL": "加工中心",
    "GRD": "磨削",
    "HOB": "滚齿",
    "FIT": "钳工",
    "CHK": "检验",
}

# code: (name, work center)
MACHINES = {
    "SAW-01": ("带锯床", "SAW"),
    "CNC-01": ("数控车床 1 号", "TUR"),
    "CNC-02": ("数控车床 2 号", "TUR"),
    "CNC-03": ("数控车床 3 号", "TUR"),
    "VMC-01": ("立式加工中心 1 号", "MIL"),
    "VMC-02": ("立式加工中心 2 号", "MIL"),
    "GRD-01": ("外圆磨床", "GRD"),
    "HOB-01": ("滚齿机", "HOB"),
    "BEN-01": ("钳工台", "FIT"),
    "CHK-01": ("检验台", "CHK"),
}

# code: (name, work center, minutes to set up, minutes a piece)
LIBRARY = {
    "SAW": ("锯床下料", "SAW", "10", "1.5"),
    "RTU": ("粗车", "TUR", "25", "4"),
    "FTU": ("精车", "TUR", "30", "5.5"),
    "MIL": ("铣削", "MIL", "40", "6"),
    "DRL": ("钻孔攻丝", "MIL", "20", "3"),
    "GRD": ("磨外圆", "GRD", "30", "4.5"),
    "HOB": ("滚齿", "HOB", "45", "8"),
    "DEB": ("去毛刺", "FIT", "5", "1"),
    "CHK": ("终检", "CHK", "5", "0.8"),
}

# beginning of item codes: (operations, how many parts)
ROUTES = {
    "SHF-": (("SAW", "RTU", "FTU", "MIL", "GRD", "CHK"), 3),
    "FLG-": (("SAW", "RTU", "FTU", "DRL", "DEB", "CHK"), 3),
    "BSH-": (("SAW", "FTU", "DEB"), 2),
    "BRK-": (("SAW", "MIL", "DRL", "DEB", "CHK"), 2),
    "GER-": (("RTU", "HOB", "DEB", "GRD", "CHK"), 2),
}
NAME = "标准工艺"


def load() -> None:
    """Load all of it. Flushes."""
    centers = {code: _make("work_center", code=code, name=name).id for code, name in CENTERS.items()}
    for code, (name, center) in MACHINES.items():
        _make("machine", code=code, name=name, work_center_id=centers[center])
    kinds = {
        code: _make(
            "operation_type",
            code=code,
            name=name,
            work_center_id=centers[center],
            setup_minutes=setup,
            run_minutes=run,
        )
        for code, (name, center, setup, run) in LIBRARY.items()
    }
    for prefix, (steps, count) in ROUTES.items():
        for item_id in _parts(prefix, count):
            _route(item_id, [kinds[step] for step in steps])


def _make(noun: str, **values: Any) -> Any:
    return create_record(current_registry().model(f"mrp_routing.{noun}"), values)


def _parts(prefix: str, count: int) -> list[int]:
    """The first parts in use of a series."""
    query = select(Item.id).where(Item.code.startswith(prefix), Item.state == "released", Item.source == "make")
    return list(db.session.scalars(query.order_by(Item.code).limit(count)))


def _route(item_id: int, kinds: list[OperationType]) -> None:
    lines = [
        {
            "operation_type_id": kind.id,
            "work_center_id": kind.work_center_id,
            "setup_minutes": _plain(kind.setup_minutes),
            "run_minutes": _plain(kind.run_minutes),
        }
        for kind in kinds
    ]
    fire(_make("routing", item_id=item_id, name=NAME, operations=lines), "approve")


def _plain(minutes: Decimal) -> str:
    return f"{minutes:f}"
