"""The lives of sales orders and shipments, and their numbers."""

from __future__ import annotations

from addons.sales_shipping.events import SalesOrderConfirmed, Shipped
from addons.sales_shipping.models import SalesOrder, Shipment
from addons.sales_shipping.services import cancel_order, check_order, ship
from core.i18n import _
from core.kernel.manifest import NumberRuleSpec
from core.workflow.declare import State, Transition, Workflow


def confirmed(order: SalesOrder) -> SalesOrderConfirmed:
    """The event that tells of a confirmation."""
    return SalesOrderConfirmed(sales_order_id=order.id, number=order.number)


def shipped(shipment: Shipment) -> Shipped:
    """The event that tells of a departure."""
    return Shipped(shipment_id=shipment.id, number=shipment.number)


SALES_ORDER = Workflow(
    model="sales_shipping.sales_order",
    states={
        "draft": State(title=_("Draft")),
        "confirmed": State(title=_("Confirmed"), colour="blue"),
        "closed": State(title=_("Closed"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="confirm",
            title=_("Confirm"),
            from_=("draft",),
            to="confirmed",
            permission="sales_shipping.sales_order.confirm",
            effect=check_order,
            event=confirmed,
            approvable=True,
            colour="green",
            icon="check",
        ),
        Transition(
            name="close",
            title=_("Close"),
            from_=("confirmed",),
            to="closed",
            permission="sales_shipping.sales_order.close",
            confirm=_("Close this order? Nothing more will be released or shipped."),
            icon="lock",
        ),
        Transition(
            name="cancel",
            title=_("Cancel"),
            from_=("draft", "confirmed"),
            to="cancelled",
            permission="sales_shipping.sales_order.cancel",
            effect=cancel_order,
            confirm=_("Cancel this order? What was released is taken back."),
            colour="red",
            icon="x",
        ),
    ),
)

SHIPMENT = Workflow(
    model="sales_shipping.shipment",
    states={
        "draft": State(title=_("Draft")),
        "shipped": State(title=_("Shipped"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="ship",
            title=_("Ship"),
            from_=("draft",),
            to="shipped",
            permission="sales_shipping.shipment.ship",
            effect=ship,
            event=shipped,
            approvable=True,
            colour="green",
            icon="truck-delivery",
        ),
        Transition(
            name="cancel",
            title=_("Cancel"),
            from_=("draft",),
            to="cancelled",
            permission="sales_shipping.shipment.cancel",
            colour="red",
            icon="x",
        ),
    ),
)

WORKFLOWS = (SALES_ORDER, SHIPMENT)

NUMBERS = (
    NumberRuleSpec(model="sales_shipping.sales_order", pattern="SO{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="sales_shipping.shipment", pattern="SH{yyyy}{mm}-{n:4}"),
)
