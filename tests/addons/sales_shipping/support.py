"""What the tests of sales share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from addons.masterdata.models import Item
from addons.sales_shipping import services
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import ReleasePortion, SalesOrder, SalesOrderLine, Shipment
from addons.sales_shipping.services import Portion
from core.db import db
from core.workflow.fire import fire


def confirmed(items: Sequence[tuple[Item, int]] = (), **overrides: Any) -> SalesOrder:
    """A confirmed order of these items and quantities."""
    order: SalesOrder = fire(make_sales_order(items, **overrides), "confirm")
    return order


def portion(line: SalesOrderLine, route: str, quantity: int | str | Decimal) -> Portion:
    """So much of a line by a route."""
    return Portion(line_id=line.id, route=route, quantity=Decimal(quantity))


def release(line: SalesOrderLine, route: str, quantity: int | str | Decimal) -> ReleasePortion:
    """Release part of a line."""
    (made,) = services.release([portion(line, route, quantity)])
    return made


def ship(order: SalesOrder, *quantities: int) -> Shipment:
    """Ship an order, or so much of each of its lines."""
    shipment = services.make_shipment(order)
    for line, quantity in zip(shipment.lines, quantities, strict=False):
        line.quantity = Decimal(quantity)
    db.session.flush()
    shipped: Shipment = fire(shipment, "ship")
    return shipped


def numbers(order: SalesOrder) -> list[tuple[Decimal, Decimal]]:
    """Released and shipped of each line, as the database has them."""
    db.session.expire_all()
    return [(line.released, line.shipped) for line in order.lines]
