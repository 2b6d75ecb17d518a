"""What can be printed of sales: the order's confirmation and the delivery note."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from addons.sales_shipping.models import SalesOrder, SalesOrderLine
from core.actor import current_actor
from core.i18n import _
from core.paper.declare import Document
from core.paper.sheets import Extra

CENT = Decimal("0.01")


def amounts_of(orders: list[SalesOrder]) -> dict[int, dict[str, Any]]:
    """The column of amounts of each order, for those who see prices."""
    if not current_actor().sees_group("prices"):
        return {order.id: {"amounts": []} for order in orders}
    return {
        order.id: {"amounts": [Extra(_("Amount"), {line.id: amount(line) for line in order.lines})]} for order in orders
    }


def amount(line: SalesOrderLine) -> Decimal | None:
    """Price times quantity to the cent; None without a price."""
    return (line.price * line.quantity).quantize(CENT) if line.price is not None else None


PAPERS = (
    Document(
        name="order_confirmation",
        title=_("Order confirmation"),
        model="sales_shipping.sales_order",
        template="sales_shipping/paper/order_confirmation.html",
        context=amounts_of,
        loads=("partner", "partner.currency.code", "owner", "lines.item", "lines.item.uom"),
    ),
    Document(
        name="delivery_note",
        title=_("Delivery note"),
        model="sales_shipping.shipment",
        template="sales_shipping/paper/delivery_note.html",
        loads=("partner", "lines.order_line.order", "lines.order_line.item", "lines.order_line.item.uom"),
    ),
)
