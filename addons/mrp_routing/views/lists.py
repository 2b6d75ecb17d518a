"""The lists of mrp_routing."""

from core.views.declare import ListView

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
