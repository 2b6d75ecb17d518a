"""What sales_shipping is."""

from core.i18n import _
from core.kernel.manifest import API_VERSION, Manifest

MANIFEST = Manifest(
    name="sales_shipping",
    version="1.0.0",
    api=API_VERSION,
    title=_("Sales"),
    summary=_("Sales orders, releasing their lines to whoever can meet them, and shipments."),
    depends=("masterdata",),
    icon="truck-delivery",
)
