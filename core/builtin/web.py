"""Core's own pages, by part."""

from core.events.web import blueprint as jobs
from core.kernel.web import blueprint as apps
from core.people.web_profile import blueprint as people
from core.people.web_roles import blueprint as roles
from core.views.web import blueprint as views
from core.views.web_lists import blueprint as lists
from core.web.shell import blueprint as shell
from core.workflow.web import blueprint as documents

BLUEPRINTS = (shell, people, roles, apps, documents, jobs, views, lists)
