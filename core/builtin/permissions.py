"""Rights on what core itself keeps, and who of the starter posts has them."""

from core.i18n import _
from core.kernel.manifest import FieldGroup, Permission, StarterRole, crud

PERMISSIONS = (
    *crud("core.org_unit"),
    *crud("core.post"),
    *crud("core.role"),
    *crud("core.user", reset_password=_("Reset password"), end_sessions=_("End sessions")),
    *crud("core.number_rule"),
    *crud("core.approval_flow", publish=_("Publish approval flows")),
    Permission(name="core.package.exchange", title=_("Export and import configuration packages")),
    Permission(name="core.approval.administer", title=_("Administer approval requests")),
    Permission(name="core.approval.decide", title=_("Decide through the API")),
    *crud("core.custom_field", publish=_("Put in use and retire")),
    *crud("core.letterhead"),
    Permission(name="core.print_template.read", title=_("Read")),
    Permission(name="core.print_template.write", title=_("Edit")),
    Permission(name="core.print_template.publish", title=_("Publish")),
    Permission(name="core.api_token.own", title=_("Make API tokens for oneself")),
    Permission(name="core.api_token.manage", title=_("Manage everyone's tokens and devices")),
    Permission(name="core.addon.manage", title=_("Enable and disable apps")),
    Permission(name="core.audit.read", title=_("Search the audit trail")),
    Permission(name="core.job.read", title=_("See jobs")),
    Permission(name="core.job.retry", title=_("Retry jobs")),
    Permission(name="core.health.read", title=_("See the system's health")),
    Permission(name="core.saved_view.share", title=_("Share saved views")),
    *crud("core.reminder_rule"),
    Permission(name="core.robot.manage", title=_("Manage chat robots")),
    Permission(name="core.webhook.manage", title=_("Manage webhooks")),
    Permission(name="core.import.read", title=_("See everyone's imports")),
)

FIELD_GROUPS = (
    FieldGroup(name="prices", title=_("Prices")),
    FieldGroup(name="costs", title=_("Costs")),
    FieldGroup(name="wages", title=_("Wages")),
)

ROLES = (
    StarterRole(
        post="administrator",
        permissions=tuple(p.name for p in PERMISSIONS),
        field_groups=("prices", "costs", "wages"),
    ),
    StarterRole(
        post="general_manager",
        permissions=("core.org_unit.read", "core.post.read", "core.user.read", "core.audit.read", "core.health.read"),
        field_groups=("prices", "costs", "wages"),
    ),
    StarterRole(post="plant_manager", permissions=("core.org_unit.read", "core.post.read", "core.user.read")),
    StarterRole(
        post="section_chief", permissions=("core.org_unit.read", "core.post.read", "core.user.read"), scope="subtree"
    ),
)
