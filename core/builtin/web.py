"""Core's own pages, by part."""

from core.approvals.api import blueprint as approvals_api
from core.approvals.designer.web import blueprint as flows
from core.approvals.designer.web_checks import blueprint as flow_checks
from core.approvals.pages.web_away import blueprint as approvals
from core.criteria.web import blueprint as criteria
from core.custom.web import blueprint as custom
from core.events.web import blueprint as jobs
from core.imports.web import blueprint as imports
from core.kernel.web import blueprint as apps
from core.packages.web import blueprint as packages
from core.paper.web import blueprint as paper
from core.paper.web_templates import blueprint as print_templates
from core.people.web_profile import blueprint as people
from core.people.web_roles import blueprint as roles
from core.reminders.web import blueprint as reminders
from core.reports.web import blueprint as reports
from core.views.web import blueprint as views
from core.views.web_lists import blueprint as lists
from core.web.shell import blueprint as shell
from core.webhooks.web import blueprint as webhooks
from core.workflow.web import blueprint as documents

BLUEPRINTS = (
    approvals,
    approvals_api,
    flows,
    flow_checks,
    reminders,
    reports,
    webhooks,
    shell,
    people,
    roles,
    apps,
    documents,
    custom,
    criteria,
    jobs,
    imports,
    views,
    lists,
    packages,
    paper,
    print_templates,
)
