"""What masterdata is."""

from core.i18n import _
from core.kernel.manifest import API_VERSION, Manifest

MANIFEST = Manifest(
    name="masterdata",
    version="1.0.0",
    api=API_VERSION,
    title=_("Master data"),
    summary=_("Items, units, partners, currencies and work calendars."),
    icon="database",
)
