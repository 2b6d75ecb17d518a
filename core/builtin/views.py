"""Screens of what core itself keeps."""

from core.approvals.pages import away
from core.custom import views as custom
from core.i18n import _
from core.views.declare import FormView, Lines, ListView, Menu, Panel, Section

VIEWS = (
    ListView(
        model="core.org_unit",
        columns=("code", "name", "kind", "parent_id", "manager_id", "active"),
        filters=("kind", "active"),
    ),
    FormView(
        model="core.org_unit",
        sections=(
            Section(
                name="main", title=_("General"), fields=("code", "name", "kind", "parent_id", "manager_id", "active")
            ),
        ),
    ),
    ListView(model="core.post", columns=("code", "name", "org_unit_id", "active"), filters=("org_unit_id", "active")),
    FormView(
        model="core.post",
        sections=(
            Section(name="main", title=_("General"), fields=("code", "name", "org_unit_id", "active")),
            Lines(relation="roles", title=_("Roles"), columns=("role_id",)),
        ),
    ),
    ListView(
        model="core.user",
        columns=("login", "name", "badge", "org_unit_id", "email", "phone", "active"),
        filters=("org_unit_id", "active"),
        group_by=("org_unit_id",),
    ),
    FormView(
        model="core.user",
        sections=(
            Section(name="main", title=_("General"), fields=("login", "name", "badge", "org_unit_id", "active")),
            Section(name="contact", title=_("Contact details"), fields=("email", "phone", "language")),
            Lines(relation="posts", title=_("Posts"), columns=("post_id", "is_main")),
            Lines(relation="roles", title=_("Roles held directly"), columns=("role_id",)),
            Panel(
                name="approvals",
                title=_("Approvals"),
                template="approvals/user_panel.html",
                context=away.panel_of,
                permission="core.approval.administer",
            ),
        ),
    ),
    ListView(model="core.role", columns=("code", "name", "scope", "active"), filters=("scope", "active")),
    FormView(
        model="core.role",
        sections=(Section(name="main", title=_("General"), fields=("code", "name", "scope", "active")),),
    ),
    ListView(model="core.letterhead", columns=("company", "address", "contact")),
    FormView(
        model="core.letterhead",
        sections=(
            Section(
                name="main",
                title=_("Letterhead"),
                fields=("company", "company_en", "address", "address_en", "contact", "footer"),
            ),
        ),
    ),
    ListView(model="core.number_rule", columns=("model", "pattern", "mode")),
    ListView(
        model="core.reminder_rule",
        columns=("name", "model", "trigger", "active", "since", "problem"),
        filters=("trigger", "active"),
    ),
    FormView(model="core.reminder_rule", endpoint="reminders.edit"),
    ListView(
        model="core.approval_flow",
        columns=("code", "name", "model", "transition", "priority", "active"),
        filters=("model", "active"),
    ),
    FormView(model="core.approval_flow", endpoint="flows.edit"),
    *custom.VIEWS,
)

MENUS = (
    Menu(
        key="core.approvals",
        title=_("Approvals"),
        endpoint="approvals.index",
        for_everybody=True,
        icon="checklist",
        sequence=10,
    ),
    Menu(key="core.settings", title=_("Settings"), icon="settings", sequence=900),
    Menu(
        key="core.organisation",
        title=_("Organisation"),
        parent="core.settings",
        endpoint="roles.organisation",
        permission="core.org_unit.read",
        sequence=5,
    ),
    Menu(key="core.org_units", title=_("Org units"), parent="core.settings", model="core.org_unit", sequence=10),
    Menu(key="core.posts", title=_("Posts"), parent="core.settings", model="core.post", sequence=20),
    Menu(key="core.users", title=_("Users"), parent="core.settings", model="core.user", sequence=30),
    Menu(key="core.roles", title=_("Roles"), parent="core.settings", model="core.role", sequence=40),
    Menu(key="core.letterheads", title=_("Letterhead"), parent="core.settings", model="core.letterhead", sequence=62),
    Menu(
        key="core.print_templates",
        title=_("Print templates"),
        parent="core.settings",
        endpoint="print_templates.index",
        permission="core.print_template.read",
        sequence=64,
    ),
    Menu(
        key="core.devices",
        title=_("Tokens and devices"),
        parent="core.settings",
        endpoint="roles.devices",
        permission="core.api_token.manage",
        sequence=50,
    ),
    Menu(key="core.numbers", title=_("Number rules"), parent="core.settings", model="core.number_rule", sequence=60),
    *custom.MENUS,
    Menu(
        key="core.packages",
        title=_("Configuration packages"),
        parent="core.settings",
        endpoint="packages.index",
        permission="core.package.exchange",
        sequence=86,
    ),
    Menu(
        key="core.reminders", title=_("Reminder rules"), parent="core.settings", model="core.reminder_rule", sequence=62
    ),
    Menu(
        key="core.approval_flows",
        title=_("Approval flows"),
        parent="core.settings",
        endpoint="flows.index",
        permission="core.approval_flow.read",
        sequence=61,
    ),
    Menu(
        key="core.robots",
        title=_("Robots"),
        parent="core.settings",
        endpoint="webhooks.robots_page",
        permission="core.robot.manage",
        sequence=64,
    ),
    Menu(
        key="core.webhooks",
        title=_("Webhooks"),
        parent="core.settings",
        endpoint="webhooks.index",
        permission="core.webhook.manage",
        sequence=66,
    ),
    Menu(
        key="core.audit",
        title=_("Audit trail"),
        parent="core.settings",
        endpoint="documents.search",
        permission="core.audit.read",
        sequence=70,
    ),
    Menu(
        key="core.apps",
        title=_("Apps"),
        parent="core.settings",
        endpoint="apps.index",
        permission="core.addon.manage",
        sequence=80,
    ),
    Menu(
        key="core.imports",
        title=_("Imports"),
        parent="core.settings",
        endpoint="imports.index",
        permission="core.import.read",
        sequence=82,
    ),
    Menu(
        key="core.jobs",
        title=_("Jobs"),
        parent="core.settings",
        endpoint="jobs.index",
        permission="core.job.read",
        sequence=85,
    ),
    Menu(
        key="core.health",
        title=_("Health"),
        parent="core.settings",
        endpoint="apps.health_page",
        permission="core.health.read",
        sequence=90,
    ),
)
