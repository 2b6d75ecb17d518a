"""The forms of mrp_routing."""

from addons.mrp_routing import panels
from core.i18n import _
from core.views.declare import FormView, Lines, Panel, Section

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
