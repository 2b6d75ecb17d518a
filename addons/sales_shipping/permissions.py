"""Rights on sales, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import StarterRole, crud

PERMISSIONS = (
    *crud(
        "sales_shipping.sales_order",
        confirm=_("Confirm"),
        release=_("Release lines"),
        close=_("Close"),
        cancel=_("Cancel"),
    ),
    *crud("sales_shipping.shipment", ship=_("Ship"), cancel=_("Cancel")),
)

EVERYTHING = tuple(p.name for p in PERMISSIONS)


def _on(noun: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"sales_shipping.{noun}.{verb}" for verb in verbs)


ORDERS = tuple(name for name in EVERYTHING if name.startswith("sales_shipping.sales_order."))
SHIPMENTS = tuple(name for name in EVERYTHING if name.startswith("sales_shipping.shipment."))
LOOK = (*_on("sales_order", "read"), *_on("shipment", "read"))

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING, field_groups=("prices",)),
    StarterRole(post="general_manager", permissions=EVERYTHING, field_groups=("prices",)),
    StarterRole(post="sales_clerk", permissions=EVERYTHING, scope="unit", field_groups=("prices",)),
    StarterRole(
        post="finance",
        permissions=(*LOOK, *_on("sales_order", "export", "close"), *_on("shipment", "export")),
        field_groups=("prices",),
    ),
    StarterRole(post="planner", permissions=(*LOOK, *_on("sales_order", "release", "export"))),
    StarterRole(post="plant_manager", permissions=(*LOOK, *_on("sales_order", "release"))),
    StarterRole(post="warehouse_keeper", permissions=(*_on("sales_order", "read"), *SHIPMENTS)),
)
