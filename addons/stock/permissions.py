"""Rights on stock, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import Permission, StarterRole, crud


def _kept(noun: str) -> tuple[Permission, ...]:
    """The rights on what services keep: to be read, never entered."""
    return (
        Permission(name=f"{noun}.read", title=_("Read")),
        Permission(name=f"{noun}.export", title=_("Export")),
    )


PERMISSIONS = (
    *crud("stock.warehouse"),
    *crud("stock.location"),
    *crud("stock.lot"),
    *_kept("stock.move"),
    *_kept("stock.balance"),
    *_kept("stock.reservation"),
    *crud("stock.receipt", post=_("Post to stock"), cancel=_("Cancel")),
)

EVERYTHING = tuple(p.name for p in PERMISSIONS)
LOOK = tuple(name for name in EVERYTHING if name.endswith(".read"))
EXPORT = tuple(name for name in EVERYTHING if name.endswith(".export"))
ON_HAND = ("stock.balance.read", "stock.location.read", "stock.lot.read")

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING),
    StarterRole(post="general_manager", permissions=(*LOOK, *EXPORT)),
    StarterRole(post="plant_manager", permissions=(*LOOK, *EXPORT)),
    StarterRole(post="finance", permissions=(*LOOK, *EXPORT)),
    StarterRole(post="warehouse_keeper", permissions=EVERYTHING),
    StarterRole(post="planner", permissions=LOOK),
    StarterRole(post="buyer", permissions=LOOK),
    StarterRole(post="sales_clerk", permissions=(*ON_HAND, "stock.reservation.read")),
    StarterRole(post="section_chief", permissions=ON_HAND),
    StarterRole(post="inspector", permissions=ON_HAND),
)
