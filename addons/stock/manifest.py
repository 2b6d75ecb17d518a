"""What stock is."""

from core.i18n import _
from core.kernel.manifest import API_VERSION, Manifest

MANIFEST = Manifest(
    name="stock",
    version="1.0.0",
    api=API_VERSION,
    title=_("Stock"),
    summary=_("Warehouses, lots, an append-only ledger of moves, balances and reservations."),
    depends=("masterdata",),
    optional=("sales_shipping",),
    icon="building-warehouse",
)
