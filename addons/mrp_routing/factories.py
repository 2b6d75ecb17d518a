"""Records of production for tests. Each flushes."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from addons.masterdata.factories import make_item
from addons.mrp_routing.models import Machine, OperationType, Reason, Routing, RoutingOperation, WorkCenter, WorkOrder
from core.db import db
from core.workflow.numbering import next_number

_counter = itertools.count(1)


def _add(record: Any) -> Any:
    db.session.add(record)
    db.session.flush()
    return record


def make_work_center(**overrides: Any) -> WorkCenter:
    """A work center."""
    n = next(_counter)
    center: WorkCenter = _add(WorkCenter(**{"code": f"WC{n}", "name": f"Work center {n}", **overrides}))
    return center


def make_machine(**overrides: Any) -> Machine:
    """A machine, in a work center of its own unless `work_center_id` is given."""
    n = next(_counter)
    overrides.setdefault("work_center_id", None)
    overrides["work_center_id"] = overrides["work_center_id"] or make_work_center().id
    machine: Machine = _add(Machine(**{"code": f"M{n}", "name": f"Machine {n}", **overrides}))
    return machine


def make_reason(**overrides: Any) -> Reason:
    """A reason for scrap, unless another `kind` is given."""
    n = next(_counter)
    reason: Reason = _add(Reason(**{"kind": "scrap", "code": f"R{n}", "name": f"Reason {n}", **overrides}))
    return reason


def make_operation_type(**overrides: Any) -> OperationType:
    """An entry of the operation library."""
    n = next(_counter)
    values = {"code": f"OT{n}", "name": f"Operation {n}", "run_minutes": Decimal(5)}
    if "work_center_id" not in overrides:
        overrides["work_center_id"] = make_work_center().id
    kind: OperationType = _add(OperationType(**{**values, **overrides}))
    return kind


def make_routing(*, steps: int = 2, **overrides: Any) -> Routing:
    """An approved routing of `steps` operations, for an item of its own unless `item_id` is given."""
    kinds = [make_operation_type() for _step in range(steps)]
    if "item_id" not in overrides:
        overrides["item_id"] = make_item().id
    routing: Routing = _add(
        Routing(
            **{
                "name": "Standard",
                "state": "approved",
                "operations": [
                    RoutingOperation(
                        seq=seq,
                        operation_type_id=kind.id,
                        work_center_id=kind.work_center_id,
                        run_minutes=kind.run_minutes,
                    )
                    for seq, kind in enumerate(kinds, start=1)
                ],
                **overrides,
            }
        )
    )
    return routing


def make_work_order(**overrides: Any) -> WorkOrder:
    """A draft work order for 10 of an item that has an approved routing."""
    if "item_id" not in overrides:
        overrides["item_id"] = make_routing().item_id
    order = WorkOrder(**{"quantity": Decimal(10), **overrides})
    if order.number is None:
        order.number = next_number(order)
    added: WorkOrder = _add(order)
    return added
