"""What this addon is."""

from core.i18n import _
from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="toolcare",
    version="1.0.0",
    api=1,
    title=_("Tool care"),
    summary=_("Care intervals of tools and gauges, due dates and reminders."),
    depends=("masterdata",),
    icon="tool",
)
