"""Screens and menu of mrp_routing."""

from addons.mrp_routing import panels
from core.i18n import _
from core.views.declare import Extension, FormView, KanbanView, Lines, ListView, Menu, Panel, Section

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
    ListView(
        model="mrp_routing.work_center",
        columns=("code", "name", "gate", "over_report", "time_split", "active"),
        filters=("gate", "over_report", "active"),
    ),
    ListView(
        model="mrp_routing.reason",
        columns=("kind", "code", "name", "active"),
        filters=("kind", "active"),
        group_by=("kind",),
    ),
    ListView(
        model="mrp_routing.machine",
        columns=("code", "name", "work_center", "active"),
        filters=("work_center", "active"),
    ),
    ListView(
        model="mrp_routing.scan_event",
        columns=("received_at", "at", "device", "worker", "machine", "does", "verdict", "message"),
        filters=("verdict", "received_at", "does", "worker", "machine", "is_offline"),
    ),
    ListView(
        model="mrp_routing.wip_count",
        columns=("number", "work_center", "listed_at", "accuracy", "state"),
        filters=("state", "work_center", "listed_at"),
        group_by=("work_center",),
    ),
    ListView(
        model="mrp_routing.wage_rate",
        columns=("user", "starts_on", "hourly"),
        filters=("user",),
    ),
    ListView(
        model="mrp_routing.wage_period",
        columns=("starts_on", "ends_on", "state"),
        filters=("state",),
    ),
    ListView(
        model="mrp_routing.correction",
        columns=("at", "kind", "operation", "worker", "before", "after", "user", "reason"),
        filters=("kind", "at", "user"),
        group_by=("kind", "user"),
    ),
    ListView(
        model="mrp_routing.machine_stop",
        columns=("machine", "reason", "began_at", "ended_at", "user"),
        filters=("machine", "reason", "began_at"),
        group_by=("machine", "reason"),
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
                columns=(
                    "operation_type",
                    "work_center",
                    "setup_minutes",
                    "run_minutes",
                    "transfer_lot",
                    "queue_minutes",
                    "move_minutes",
                    "is_outsourced",
                    "lead_days",
                    "first_article",
                    "needs_inspection",
                    "piece_rate",
                    "instruction",
                ),
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
                fields=(
                    "code",
                    "name",
                    "work_center",
                    "setup_minutes",
                    "run_minutes",
                    "is_outsourced",
                    "needs_inspection",
                    "instruction",
                    "active",
                ),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.work_center",
        sections=(
            Section(name="work_center", title=_("Work center"), fields=("code", "name", "active")),
            Section(
                name="reporting",
                title=_("Reporting"),
                fields=("gate", "over_report", "tolerance_percent", "time_split"),
            ),
            Section(
                name="capacity",
                title=_("Capacity"),
                fields=("calendar", "efficiency", "capacity", "hourly_rate"),
            ),
            Section(
                name="alarms",
                title=_("Alarms"),
                fields=("silent_hours", "long_hours", "responsible"),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.wip_count",
        sections=(
            Section(
                name="count",
                title=_("WIP count"),
                fields=("number", "work_center", "listed_at", "accuracy", "state"),
            ),
            Lines(
                relation="lines",
                title=_("What was counted"),
                columns=("place", "expected", "counted", "explanation"),
                totals=("expected", "counted"),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.wage_rate",
        sections=(Section(name="rate", title=_("Hourly wage"), fields=("user", "starts_on", "hourly")),),
    ),
    FormView(
        model="mrp_routing.wage_period",
        sections=(
            Section(name="period", title=_("Wage period"), fields=("starts_on", "ends_on", "state")),
            Lines(
                relation="lines",
                title=_("Wages"),
                columns=("user", "hours", "hour_pay", "pieces", "piece_pay", "total"),
                totals=("hours", "hour_pay", "piece_pay", "total"),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.reason",
        sections=(Section(name="reason", title=_("Reason"), fields=("kind", "code", "name", "active")),),
    ),
    FormView(
        model="mrp_routing.correction",
        sections=(
            Section(
                name="correction",
                title=_("Correction"),
                fields=("at", "kind", "operation", "worker", "before", "after", "user", "reason"),
            ),
        ),
    ),
    FormView(
        model="mrp_routing.machine_stop",
        sections=(
            Section(
                name="stop",
                title=_("Machine stop"),
                fields=("machine", "reason", "began_at", "ended_at", "user"),
            ),
        ),
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
                fields=(
                    "event_id",
                    "device",
                    "device_seq",
                    "at",
                    "received_at",
                    "clock_offset",
                    "is_offline",
                    "worker",
                    "machine",
                    "does",
                    "verdict",
                    "message",
                    "user",
                    "settled_at",
                    "settled_by",
                    "settlement",
                ),
            ),
        ),
    ),
)

BOARDS = (KanbanView(model="mrp_routing.work_order", by="state", fields=("item", "quantity", "due_on", "origin")),)

EXTENSIONS = (
    Extension(
        model="masterdata.item",
        sections=(
            Panel(
                name="routings",
                title=_("Routings"),
                template="mrp_routing/routings_panel.html",
                context=panels.routings_of,
            ),
        ),
    ),
)

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
        key="mrp_routing.waiting",
        title=_("Scans to settle"),
        icon="alert-triangle",
        parent="mrp_routing",
        endpoint="mrp_routing.waiting",
        permission="mrp_routing.work_order.correct",
        sequence=7,
    ),
    Menu(
        key="mrp_routing.wip",
        title=_("Work in progress"),
        icon="layout-kanban",
        parent="mrp_routing",
        endpoint="mrp_routing.wip",
        permission="mrp_routing.work_order.read",
        sequence=8,
    ),
    Menu(
        key="mrp_routing.workers",
        title=_("Workers now"),
        icon="users",
        parent="mrp_routing",
        endpoint="mrp_routing.workers",
        permission="mrp_routing.work_order.read",
        sequence=9,
    ),
    Menu(
        key="mrp_routing.wip_counts",
        title=_("WIP counts"),
        icon="list-check",
        parent="mrp_routing",
        model="mrp_routing.wip_count",
        sequence=67,
    ),
    Menu(
        key="mrp_routing.wage_periods",
        title=_("Wages"),
        icon="wallet",
        parent="mrp_routing",
        model="mrp_routing.wage_period",
        sequence=68,
    ),
    Menu(
        key="mrp_routing.wage_rates",
        title=_("Hourly wages"),
        icon="coin",
        parent="mrp_routing",
        model="mrp_routing.wage_rate",
        sequence=69,
    ),
    Menu(
        key="mrp_routing.reports",
        title=_("Reports"),
        icon="report",
        parent="mrp_routing",
        endpoint="reports.index",
        permission="mrp_routing.work_order.read",
        sequence=70,
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
    Menu(
        key="mrp_routing.corrections",
        title=_("Corrections"),
        icon="history",
        parent="mrp_routing",
        model="mrp_routing.correction",
        sequence=62,
    ),
    Menu(
        key="mrp_routing.machine_stops",
        title=_("Machine stops"),
        icon="tool",
        parent="mrp_routing",
        model="mrp_routing.machine_stop",
        sequence=64,
    ),
    Menu(
        key="mrp_routing.reasons",
        title=_("Reasons"),
        icon="list-details",
        parent="mrp_routing",
        model="mrp_routing.reason",
        sequence=66,
    ),
)
