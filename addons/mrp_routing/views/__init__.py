"""Screens and menu of mrp_routing."""

from addons.mrp_routing import panels
from addons.mrp_routing.views.forms import FORMS
from addons.mrp_routing.views.lists import LISTS
from core.i18n import _
from core.views.declare import Extension, KanbanView, Menu, Panel

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
