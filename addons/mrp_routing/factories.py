"""Records of production for tests. Each flushes."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.mrp_routing.models import Machine, OperationType, Reason, Routing, RoutingOperation, WorkCenter, WorkOrder
from addons.mrp_routing.services.similar import index_routings
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


FAMILIES = ("轴", "法兰", "衬套", "齿轮", "支架", "壳体", "端盖", "垫圈", "导轨", "螺母", "连杆", "底座")
PREFIXES = (
    "传动",
    "输入",
    "输出",
    "阶梯",
    "平焊",
    "对焊",
    "定位",
    "调整",
    "主",
    "副",
    "左",
    "右",
    "上",
    "下",
    "中间",
    "液压",
)
MATERIALS = ("45#", "40Cr", "Q235", "Q345", "304", "316L", "20CrMnTi", "HT200", "QT450", "6061", "H62", "GCr15")
FORMS = ("Φ{a}×{b}", "DN{a}-PN{c}", "{a}×{b}×{c}", "M{c}×{b}", "Φ{a}/Φ{c}×{b}")


def part_values(n: int) -> dict[str, Any]:
    """What the part number `n` of a made-up catalogue is called, measures and is made of."""
    chance = random.Random(n)
    sizes = {"a": chance.randint(8, 400), "b": chance.randint(5, 900), "c": chance.randint(4, 60)}
    return {
        "name": chance.choice(PREFIXES) + chance.choice(PREFIXES) + chance.choice(FAMILIES),
        "specification": chance.choice(FORMS).format(**sizes),
        "material": chance.choice(MATERIALS),
        "drawing_number": f"{chance.choice('ABCDEFGH')}{chance.randint(10, 99)}-{n // 7:05d}-{n % 100:02d}",
    }


def fill_routings(count: int, batch: int = 1_000) -> None:
    """So many parts of the catalogue with a routing each, called by the part's number, and indexed."""
    kinds = [make_operation_type() for _n in range(6)]
    unit = make_item().uom_id
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        items = [Item(code=f"C{n:07d}", uom_id=unit, state="released", **part_values(n)) for n in numbers]
        db.session.add_all(items)
        db.session.flush()
        routings = [_part_routing(n, item, kinds) for n, item in zip(numbers, items, strict=True)]
        db.session.add_all(routings)
        db.session.flush()
        index_routings(routings)
        db.session.expunge_all()


def _part_routing(n: int, item: Item, kinds: Sequence[OperationType]) -> Routing:
    chance = random.Random(-n)
    steps = [
        RoutingOperation(seq=seq, operation_type_id=kind.id, work_center_id=kind.work_center_id)
        for seq, kind in enumerate(chance.sample(kinds, 4), start=1)
    ]
    return Routing(item=item, name=f"{n}", revision=1, state="approved", operations=steps)


def changed_by_hand(count: int, among: int) -> list[tuple[str, dict[str, Any]]]:
    """Parts made from some of the first `among` of the catalogue: the ancestor's routing, and what the part is now.

    A word of the name is added or left out, one size changed by up to a fifth, and now and then the material or the
    drawing's last digits.
    """
    chance = random.Random(11)
    changed = []
    for n in chance.sample(range(among), count):
        values = part_values(n)
        word = chance.choice(("短", "长", "改", "加厚", ""))
        values["name"] = values["name"][:2] + word + values["name"][2:]
        sizes = re.findall(r"\d+", values["specification"])
        old = chance.choice(sizes)
        new = str(round(int(old) * chance.uniform(0.8, 1.2)))
        values["specification"] = values["specification"].replace(old, new, 1)
        if chance.random() < 0.3:
            values["material"] = chance.choice(MATERIALS)
        values["drawing_number"] = values["drawing_number"][:-2] + f"{chance.randint(0, 99):02d}"
        changed.append((f"{n}", values))
    return changed
