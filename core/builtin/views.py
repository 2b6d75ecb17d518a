"""Screens of what core itself keeps."""

from core.i18n import _
from core.views.declare import FormView, Lines, ListView, Menu, Section

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
        ),
    ),
    ListView(model="core.role", columns=("code", "name", "scope", "active"), filters=("scope", "active")),
    FormView(
        model="core.role",
        sections=(Section(name="main", title=_("General"), fields=("code", "name", "scope", "active")),),
    ),
    ListView(model="core.number_rule", columns=("model", "pattern", "mode")),
)

MENUS = (
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
    Menu(
        key="core.devices",
        title=_("Tokens and devices"),
        parent="core.settings",
        endpoint="roles.devices",
        permission="core.api_token.manage",
        sequence=50,
    ),
    Menu(key="core.numbers", title=_("Number rules"), parent="core.settings", model="core.number_rule", sequence=60),
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
