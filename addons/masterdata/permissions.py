"""Rights on master data, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import StarterRole, crud

PERMISSIONS = (
    *crud("masterdata.item", release=_("Release for use"), retire=_("Retire"), reactivate=_("Reactivate")),
    *crud("masterdata.item_category"),
    *crud("masterdata.uom_family"),
    *crud("masterdata.uom"),
    *crud(
        "masterdata.partner",
        activate=_("Activate"),
        block=_("Block"),
        unblock=_("Unblock"),
        set_credit_limit=_("Change credit limit"),
    ),
    *crud("masterdata.currency"),
    *crud("masterdata.work_calendar"),
)

EVERYTHING = tuple(p.name for p in PERMISSIONS)


def _on(noun: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"masterdata.{noun}.{verb}" for verb in verbs)


LOOK = (
    *_on("item", "read"),
    *_on("item_category", "read"),
    *_on("uom_family", "read"),
    *_on("uom", "read"),
    *_on("currency", "read"),
    *_on("work_calendar", "read"),
)
READ_PARTNERS = _on("partner", "read")
KEEP_PARTNERS = _on("partner", "read", "create", "write", "activate", "export")
RULE_PARTNERS = (*KEEP_PARTNERS, *_on("partner", "delete", "block", "unblock", "set_credit_limit"))
KEEP_ITEMS = _on("item", "create", "write", "export")
RULE_ITEMS = (*KEEP_ITEMS, *_on("item", "delete", "release", "retire", "reactivate"))
KEEP_CATEGORIES = _on("item_category", "create", "write", "delete", "export")
KEEP_UNITS = (*_on("uom", "create", "write", "export"), *_on("uom_family", "create", "write"))
KEEP_CURRENCIES = _on("currency", "create", "write", "export")
KEEP_CALENDARS = _on("work_calendar", "create", "write", "delete", "export")

ROLES = (
    StarterRole(post="administrator", permissions=EVERYTHING, field_groups=("prices", "costs")),
    StarterRole(
        post="general_manager",
        permissions=(*LOOK, *RULE_PARTNERS, *_on("item", "export", "release", "retire", "reactivate")),
        field_groups=("prices", "costs"),
    ),
    StarterRole(
        post="plant_manager",
        permissions=(*LOOK, *READ_PARTNERS, *_on("item", "export"), *KEEP_CALENDARS),
        field_groups=("costs",),
    ),
    StarterRole(
        post="sales_clerk",
        permissions=(*LOOK, *KEEP_PARTNERS, *_on("partner", "set_credit_limit")),
        scope="unit",
        field_groups=("prices",),
    ),
    StarterRole(
        post="finance",
        permissions=(*LOOK, *RULE_PARTNERS, *_on("item", "write", "export"), *KEEP_CURRENCIES),
        field_groups=("prices", "costs"),
    ),
    StarterRole(post="process_engineer", permissions=(*LOOK, *RULE_ITEMS, *KEEP_CATEGORIES, *KEEP_UNITS)),
    StarterRole(post="designer", permissions=(*LOOK, *KEEP_ITEMS)),
    StarterRole(post="planner", permissions=(*LOOK, *READ_PARTNERS, *KEEP_ITEMS, *KEEP_CALENDARS)),
    StarterRole(post="section_chief", permissions=LOOK),
    StarterRole(post="operator", permissions=_on("item", "read") + _on("uom", "read")),
    StarterRole(post="outsourcing_clerk", permissions=(*LOOK, *KEEP_PARTNERS), scope="unit", field_groups=("prices",)),
    StarterRole(post="inspector", permissions=(*LOOK, *READ_PARTNERS)),
    StarterRole(
        post="buyer",
        permissions=(*LOOK, *KEEP_PARTNERS, *KEEP_ITEMS),
        scope="unit",
        field_groups=("prices", "costs"),
    ),
    StarterRole(post="warehouse_keeper", permissions=(*LOOK, *READ_PARTNERS, *KEEP_ITEMS)),
)
