"""Screens and menu of sales_shipping."""

from addons.sales_shipping import panels
from core.i18n import _
from core.views.declare import FormView, KanbanView, Lines, ListView, Menu, Panel, Section

LISTS = (
    ListView(
        model="sales_shipping.sales_order",
        columns=("number", "partner", "customer_number", "ordered_on", "state", "owner_id"),
        filters=("state", "partner", "ordered_on"),
        group_by=("state", "partner"),
    ),
    ListView(
        model="sales_shipping.shipment",
        columns=("number", "partner", "ship_on", "carrier", "tracking_number", "state"),
        filters=("state", "partner", "ship_on"),
        group_by=("state", "partner"),
    ),
)

FORMS = (
    FormView(
        model="sales_shipping.sales_order",
        sections=(
            Section(
                name="order",
                title=_("Sales order"),
                fields=("number", "partner", "customer_number", "ordered_on", "ship_to", "note", "state"),
            ),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=("item", "item.specification", "quantity", "item.uom", "price", "due_on"),
                totals=("quantity",),
            ),
            Panel(
                name="progress",
                title=_("Progress"),
                template="sales_shipping/progress_panel.html",
                context=panels.progress_of,
            ),
            Panel(
                name="shipments",
                title=_("Shipments"),
                template="sales_shipping/shipments_panel.html",
                context=panels.shipments_of,
                permission="sales_shipping.shipment.read",
            ),
            Section(name="reach", title=_("Responsible"), fields=("owner_id", "org_unit_id")),
        ),
    ),
    FormView(
        model="sales_shipping.shipment",
        sections=(
            Section(
                name="shipment",
                title=_("Shipment"),
                fields=("number", "partner", "ship_on", "carrier", "tracking_number", "note", "state"),
            ),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=("order_line.order", "order_line.item", "order_line.item.specification", "quantity"),
                totals=("quantity",),
            ),
            Section(name="reach", title=_("Responsible"), fields=("owner_id", "org_unit_id")),
        ),
    ),
)

BOARDS = (
    KanbanView(model="sales_shipping.sales_order", by="state", fields=("partner", "customer_number", "ordered_on")),
    KanbanView(model="sales_shipping.shipment", by="state", fields=("partner", "ship_on", "carrier")),
)

VIEWS = (*LISTS, *FORMS, *BOARDS)

MENUS = (
    Menu(key="sales_shipping", title=_("Sales"), icon="truck-delivery", sequence=30),
    Menu(
        key="sales_shipping.orders",
        title=_("Sales orders"),
        icon="shopping-cart",
        parent="sales_shipping",
        model="sales_shipping.sales_order",
        sequence=10,
    ),
    Menu(
        key="sales_shipping.release",
        title=_("Release desk"),
        icon="arrows-split-2",
        parent="sales_shipping",
        endpoint="sales_shipping.desk",
        permission="sales_shipping.sales_order.release",
        sequence=20,
    ),
    Menu(
        key="sales_shipping.shipments",
        title=_("Shipments"),
        icon="truck",
        parent="sales_shipping",
        model="sales_shipping.shipment",
        sequence=30,
    ),
)
