"""What mrp_routing is."""

from core.i18n import _
from core.kernel.manifest import API_VERSION, Manifest

MANIFEST = Manifest(
    name="mrp_routing",
    version="1.0.0",
    api=API_VERSION,
    title=_("Production"),
    summary=_("Routings, work orders, and reporting work by scanning."),
    depends=("masterdata",),
    optional=("stock", "sales_shipping"),
    icon="tools",
)
