"""Rights of this addon, and which starter posts have them at first."""

from core.i18n import _
from core.kernel.manifest import Permission, StarterRole, crud

PERMISSIONS = (
    *crud("toolcare.item_care"),
    Permission(name="toolcare.item_care.record", title=_("Record that care was done")),
)

ROLES = (StarterRole(post="warehouse_keeper", permissions=tuple(p.name for p in PERMISSIONS)),)
