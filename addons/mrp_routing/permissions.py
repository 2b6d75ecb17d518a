"""Rights on production, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import Permission, StarterRole, crud

PERMISSIONS = (
    *crud("mrp_routing.work_center"),
    *crud("mrp_routing.machine"),
    *crud("mrp_routing.operation_type"),
    *crud("mrp_routing.routing", approve=_("Approve")),
    *crud("mrp_routing.reason"),
    *crud(
        "mrp_routing.work_order",
        release=_("Release for production"),
        report=_("Report work"),
        correct=_("Correct and enter reports afterwards"),
        split=_("Split and merge tickets"),
        cancel=_("Cancel"),
    ),
    *crud("mrp_routing.wip_count", count=_("Begin and finish counts")),
    *crud("mrp_routing.wage_rate"),
    *crud("mrp_routing.wage_period", reckon=_("Reckon wages"), approve=_("Approve")),
    *(
        Permission(name=f"mrp_routing.{noun}.{verb}", title=title)
        for noun in ("scan_event", "correction", "machine_stop")
        for verb, title in (("read", _("Read")), ("export", _("Export")))
    ),
)

EVERYTHING = tuple(p.name for p in PERMISSIONS)


def _on(noun: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"mrp_routing.{noun}.{verb}" for verb in verbs)


LOOK = (
    *_on("work_center", "read"),
    *_on("machine", "read"),
    *_on("operation_type", "read"),
    *_on("routing", "read"),
    *_on("work_order", "read"),
    *_on("reason", "read"),
    *_on("machine_stop", "read"),
)
PLAN = tuple(name for name in EVERYTHING if name.startswith("mrp_routing.work_order."))
PREPARE = tuple(
    name
    for name in EVERYTHING
    if name.startswith(
        ("mrp_routing.routing.", "mrp_routing.operation_type.", "mrp_routing.machine.", "mrp_routing.reason.")
    )
)
COUNT = tuple(name for name in EVERYTHING if name.startswith("mrp_routing.wip_count."))
WAGES = tuple(name for name in EVERYTHING if name.startswith("mrp_routing.wage_"))

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING),
    StarterRole(post="general_manager", permissions=(*LOOK, *_on("work_order", "export"))),
    StarterRole(post="plant_manager", permissions=EVERYTHING),
    StarterRole(
        post="planner",
        permissions=(*LOOK, *PLAN, *_on("scan_event", "read", "export"), *_on("correction", "read", "export"), *COUNT),
    ),
    StarterRole(post="finance", permissions=(*_on("work_order", "read"), *WAGES), field_groups=("wages",)),
    StarterRole(post="process_engineer", permissions=(*LOOK, *PREPARE)),
    StarterRole(
        post="section_chief",
        permissions=(
            *LOOK,
            *_on("work_order", "report", "correct", "split"),
            *_on("scan_event", "read"),
            *_on("correction", "read"),
            *COUNT,
        ),
    ),
    StarterRole(
        post="operator",
        permissions=(*_on("work_order", "read", "report"), *_on("machine", "read"), *_on("reason", "read")),
    ),
    StarterRole(post="inspector", permissions=LOOK),
    StarterRole(post="warehouse_keeper", permissions=_on("work_order", "read")),
)
