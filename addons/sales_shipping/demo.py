"""Demonstration data: a few weeks of orders from masterdata's customers, in every state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Item, Partner
from addons.sales_shipping import services
from addons.sales_shipping.models import SalesOrder
from core.db import db
from core.kernel.registry import current_registry
from core.kernel.switch import only_enabled
from core.people.models import OrgUnit, User
from core.workflow.fire import fire
from core.workflow.numbering import today
from core.workflow.records import create_record

# days since it was ordered, days until it is due, what became of it, quantities of its lines
ORDERS = (
    (38, -12, "closed", (40, 24)),
    (35, -9, "closed", (120,)),
    (21, -2, "confirmed", (60, 35, 20)),
    (19, 1, "confirmed", (80, 16)),
    (17, 3, "confirmed", (12, 200, 45)),
    (15, 5, "confirmed", (4,)),
    (14, 6, "cancelled", (30,)),
    (11, 9, "confirmed", (150, 90)),
    (9, 12, "confirmed", (25, 25, 50, 10)),
    (8, 15, "confirmed", (6, 40)),
    (5, 18, "confirmed", (300,)),
    (3, 24, "confirmed", (18, 72, 36)),
    (1, 28, "draft", (55, 20)),
    (0, 35, "draft", (8,)),
)
NEXT_ORDER, NEXT_LINE = 5, 11  # steps through customers and parts that make neighbours differ
MARGIN, CENT = Decimal("1.35"), Decimal("0.01")


def load() -> None:
    """Load it on top of masterdata's. Flushes."""
    customers, items = _customers(), _items()
    if not customers or not items:
        return
    for position, (ordered, due, state, quantities) in enumerate(ORDERS):
        first = position * NEXT_ORDER
        customer = customers[first % len(customers)]
        chosen = [items[(first + n * NEXT_LINE) % len(items)] for n in range(len(quantities))]
        _bring_to(_order(position, customer, ordered, due, list(zip(chosen, quantities, strict=True))), state)


def _customers() -> Sequence[Partner]:
    query = select(Partner).where(Partner.kind == "customer", Partner.state == "active")
    return db.session.scalars(query.order_by(Partner.code)).all()


def _items() -> Sequence[Item]:
    query = select(Item).where(Item.source == "make", Item.state == "released", Item.tracking == "none")
    return db.session.scalars(query.order_by(Item.code)).all()


def _order(position: int, customer: Partner, ordered: int, due: int, wanted: Sequence[tuple[Item, int]]) -> SalesOrder:
    day = today()
    due_on = (day + timedelta(days=due)).isoformat()
    values = {
        "partner_id": customer.id,
        "customer_number": f"PO-{day.year}-{311 + 7 * position}",
        "ordered_on": (day - timedelta(days=ordered)).isoformat(),
        "lines": [
            {"item_id": item.id, "quantity": str(quantity), "price": _price(item), "due_on": due_on}
            for item, quantity in wanted
        ],
        **_place(),
    }
    order: SalesOrder = create_record(current_registry().model("sales_shipping.sales_order"), values)
    return order


def _price(item: Item) -> str | None:
    return str((item.standard_cost * MARGIN).quantize(CENT)) if item.standard_cost else None


def _place() -> dict[str, Any]:
    """Orders belong to the sales clerk of the demonstration's people, where he is there."""
    owner = db.session.scalar(select(User.id).where(User.login == "sales"))
    unit = db.session.scalar(select(OrgUnit.id).where(OrgUnit.code == "SAL"))
    return {"owner_id": owner, "org_unit_id": unit}


def _bring_to(order: SalesOrder, state: str) -> None:
    if state == "draft":
        return
    fire(order, "confirm")
    if state == "cancelled":
        fire(order, "cancel")
    if state == "closed":
        # They left before stock was kept here, so nobody is asked for the goods.
        with only_enabled(frozenset({"masterdata", "sales_shipping"})):
            fire(services.make_shipment(order), "ship")
        fire(order, "close")
