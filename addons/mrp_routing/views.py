"""Screens and menu of mrp_routing."""

from addons.mrp_routing import panels
from core.i18n import _
from core.views.declare import FormView, KanbanView, Lines, ListView, Menu, Panel, Section

LISTS = (
    ListView(
        model="mrp_routing.work_order",
        columns=("number", "item", "item.specification", "quantity", "due_on", "priority", "origin", "state"),
        filters=("state", "item", "due_on"),
        totals=("quantity",),
        group_by=("state", "item"),
    ),
    ListView(
        model="mrp_routing.routing",
        columns=("item", "item.specification", "revision", "name", "state"),
        filters=("state", "item"),
    ),
    ListView(
        model="mrp_routing.operation_type",
        columns=("code", "name", "work_center", "setup_minutes", "run_minutes", "active"),
        filters=("work_center", "active"),
    ),
    ListView(model="mrp_routing.work_center", columns=("code", "name", "active"), filters=("active",)),
    ListView(
        model="mrp_routing.machine",
        columns=("code", "name", "work_center", "active"),
        filters=("work_center", "active"),
    ),
    ListView(
        model="mrp_routing.scan_event",
        columns=("received_at", "at", "device", "device_seq", "verdict", "message", "user"),
        filters=("verdict", "received_at"),
    ),
)

FORMS = (
    FormView(
        model="mrp_routing.work_order",
        sections=(
            Section(
                name="work_order",
                title=_("Work order"),
                fields=("number", "item", "quantity", "due_on", "priority", "origin", "state"),
            ),
            Panel(
                name="operations",
                title=_("Operations"),
                template="mrp_routing/operations_panel.html",
                context=panels.operations_of,
            ),
            Section(name="reach", title=_("Responsible"), fields=("owner_id", "org_unit_id")),
        ),
    ),
    FormView(
        model="mrp_routing.routing",
        sections=(
            Section(name="routing", title=_("Routing"), fields=("item", "revision", "name", "state")),
            Lines(
                relation="operations",
                title=_("Operations"),
                columns=("operation_type", "work_center", "setup_minutes", "run_minutes"),
                totals=("run_minutes",),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.operation_type",
        sections=(
            Section(
                name="operation_type",
                title=_("Operation type"),
                fields=("code", "name", "work_center", "setup_minutes", "run_minutes", "active"),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.work_center",
        sections=(Section(name="work_center", title=_("Work center"), fields=("code", "name", "active")),),
    ),
    FormView(
        model="mrp_routing.machine",
        sections=(
            Section(name="machine", title=_("Machine"), fields=("code", "name", "work_center", "active")),
            Panel(name="plate", title=_("Plate"), template="mrp_routing/plate_panel.html", context=panels.plate_of),
        ),
    ),
    FormView(
        model="mrp_routing.scan_event",
        sections=(
            Section(
                name="scan",
                title=_("Scan event"),
                fields=("event_id", "device", "device_seq", "at", "received_at", "verdict", "message", "user"),
            ),
        ),
    ),
)

BOARDS = (KanbanView(model="mrp_routing.work_order", by="state", fields=("item", "quantity", "due_on", "origin")),)

VIEWS = (*LISTS, *FORMS, *BOARDS)

MENUS = (
    Menu(key="mrp_routing", title=_("Production"), icon="tools", sequence=40),
    Menu(
        key="mrp_routing.scan",
        title=_("Report work"),
        icon="scan",
        parent="mrp_routing",
        endpoint="mrp_routing.scan",
        permission="mrp_routing.work_order.report",
        sequence=5,
    ),
    Menu(
        key="mrp_routing.orders",
        title=_("Work orders"),
        icon="clipboard-list",
        parent="mrp_routing",
        model="mrp_routing.work_order",
        sequence=10,
    ),
    Menu(
        key="mrp_routing.routings",
        title=_("Routings"),
        icon="route",
        parent="mrp_routing",
        model="mrp_routing.routing",
        sequence=20,
    ),
    Menu(
        key="mrp_routing.operation_types",
        title=_("Operation types"),
        icon="list-details",
        parent="mrp_routing",
        model="mrp_routing.operation_type",
        sequence=30,
    ),
    Menu(
        key="mrp_routing.work_centers",
        title=_("Work centers"),
        icon="building-factory-2",
        parent="mrp_routing",
        model="mrp_routing.work_center",
        sequence=40,
    ),
    Menu(
        key="mrp_routing.machines",
        title=_("Machines"),
        icon="tool",
        parent="mrp_routing",
        model="mrp_routing.machine",
        sequence=50,
    ),
    Menu(
        key="mrp_routing.scans",
        title=_("Scan events"),
        icon="history",
        parent="mrp_routing",
        model="mrp_routing.scan_event",
        sequence=60,
    ),
)
