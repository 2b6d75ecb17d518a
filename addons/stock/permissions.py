"""Rights on stock, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import Permission, StarterRole, crud


def _kept(noun: str) -> tuple[Permission, ...]:
    """The rights on what services keep: to be read, never entered."""
    return (
        Permission(name=f"{noun}.read", title=_("Read")),
        Permission(name=f"{noun}.export", title=_("Export")),
    )


def _booked(noun: str) -> tuple[Permission, ...]:
    """The rights on a document that moves goods."""
    return crud(noun, post=_("Post to stock"), reverse=_("Take back posting"), cancel=_("Cancel"))


PERMISSIONS = (
    *crud("stock.warehouse"),
    *crud("stock.location"),
    *crud("stock.lot", hold=_("Put on hold and release")),
    *_kept("stock.move"),
    *_kept("stock.balance"),
    Permission(name="stock.balance.scan", title=_("Use the scan pages")),
    *_kept("stock.reservation"),
    *_kept("stock.project"),
    *_kept("stock.lot_origin"),
    *_kept("stock.item_value"),
    *_booked("stock.receipt"),
    *_booked("stock.issue"),
    *_booked("stock.transfer"),
    *_booked("stock.adjustment"),
    *_booked("stock.scrap"),
    *_booked("stock.lot_change"),
    *crud("stock.category_rule"),
    *crud("stock.pick_list", release=_("Release for picking"), pick=_("Pick"), cancel=_("Cancel")),
    *crud("stock.extra_issue", allow=_("Allow"), cancel=_("Cancel")),
    *crud(
        "stock.stocktake",
        begin=_("Begin the count"),
        count=_("Take the count"),
        post=_("Post differences"),
        reverse=_("Take back posting"),
        cancel=_("Cancel"),
    ),
    *crud("stock.tool_loan", lend=_("Lend and take back"), cancel=_("Cancel")),
    *crud("stock.calibration"),
    *crud("stock.period", close=_("Close the month"), reopen=_("Open again")),
)

EVERYTHING = tuple(p.name for p in PERMISSIONS)
LOOK = tuple(name for name in EVERYTHING if name.endswith(".read"))
EXPORT = tuple(name for name in EVERYTHING if name.endswith(".export"))
PERIOD = tuple(p.name for p in PERMISSIONS if p.noun == "stock.period" and not p.name.endswith(".read"))
KEEPING = tuple(sorted(set(EVERYTHING) - set(PERIOD) - {"stock.extra_issue.allow"}))
EXTRA = ("stock.extra_issue.read", "stock.extra_issue.create", "stock.extra_issue.write", "stock.extra_issue.cancel")
PICK_LISTS = ("stock.pick_list.read", "stock.pick_list.create", "stock.pick_list.write", "stock.pick_list.release")
ON_HAND = ("stock.balance.read", "stock.location.read", "stock.lot.read")

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING),
    StarterRole(post="general_manager", permissions=(*LOOK, *EXPORT)),
    StarterRole(post="plant_manager", permissions=(*LOOK, *EXPORT)),
    StarterRole(post="finance", permissions=(*LOOK, *EXPORT, *PERIOD), field_groups=("costs",)),
    StarterRole(post="warehouse_keeper", permissions=KEEPING),
    StarterRole(post="planner", permissions=(*LOOK, *PICK_LISTS[1:], *EXTRA[1:], "stock.extra_issue.allow")),
    StarterRole(post="buyer", permissions=LOOK),
    StarterRole(post="sales_clerk", permissions=(*ON_HAND, "stock.reservation.read")),
    StarterRole(post="section_chief", permissions=(*ON_HAND, *PICK_LISTS, *EXTRA, "stock.tool_loan.read")),
    StarterRole(
        post="inspector",
        permissions=(
            *ON_HAND,
            "stock.tool_loan.read",
            "stock.calibration.read",
            "stock.calibration.create",
            "stock.calibration.write",
        ),
    ),
)
