"""What mrp_routing tells others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkOrderDone:
    """Every piece of a work order is made or scrapped. `good` is decimal text, in the item's stock unit."""

    work_order_id: int
    number: str
    item_id: int
    good: str
