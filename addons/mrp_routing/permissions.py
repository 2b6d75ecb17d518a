"""Rights on production, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import Permission, StarterRole, crud

PERMISSIONS = (
    *crud("mrp_routing.work_center"),
    *crud("mrp_routing.machine"),
    *crud("mrp_routing.operation_type"),
    *crud("mrp_routing.routing", approve=_("Approve")),
    *crud("mrp_routing.work_order", release=_("Release for production"), report=_("Report work"), cancel=_("Cancel")),
    Permission(name="mrp_routing.scan_event.read", title=_("Read")),
    Permission(name="mrp_routing.scan_event.export", title=_("Export")),
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
)
PLAN = tuple(name for name in EVERYTHING if name.startswith("mrp_routing.work_order."))
PREPARE = tuple(
    name
    for name in EVERYTHING
    if name.startswith(("mrp_routing.routing.", "mrp_routing.operation_type.", "mrp_routing.machine."))
)

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING),
    StarterRole(post="general_manager", permissions=(*LOOK, *_on("work_order", "export"))),
    StarterRole(post="plant_manager", permissions=EVERYTHING),
    StarterRole(post="planner", permissions=(*LOOK, *PLAN, *_on("scan_event", "read", "export"))),
    StarterRole(post="process_engineer", permissions=(*LOOK, *PREPARE)),
    StarterRole(post="section_chief", permissions=(*LOOK, *_on("work_order", "report"), *_on("scan_event", "read"))),
    StarterRole(post="operator", permissions=(*_on("work_order", "read", "report"), *_on("machine", "read"))),
    StarterRole(post="inspector", permissions=LOOK),
    StarterRole(post="warehouse_keeper", permissions=_on("work_order", "read")),
)
