"""All tables of core, so that migrations and the registry see them."""

from core.api import models as api
from core.events import models as events
from core.kernel import switch
from core.people import models as people
from core.views import models as views
from core.workflow import models as workflow

__all__ = ["api", "events", "people", "switch", "views", "workflow"]
