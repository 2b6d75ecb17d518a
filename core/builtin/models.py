"""All tables of core, so that migrations and the registry see them."""

from core.api import models as api
from core.approvals import models as approvals
from core.custom import models as custom
from core.events import models as events
from core.imports import models as imports
from core.kernel import switch
from core.paper import models as paper
from core.people import models as people
from core.reminders import models as reminders
from core.views import models as views
from core.webhooks import models as webhooks
from core.workflow import models as workflow

__all__ = [
    "api",
    "approvals",
    "custom",
    "events",
    "imports",
    "paper",
    "people",
    "reminders",
    "switch",
    "views",
    "webhooks",
    "workflow",
]
