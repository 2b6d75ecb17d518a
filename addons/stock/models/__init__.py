"""The tables of stock."""

from addons.stock.models.ledger import Lot, Reservation, StockBalance, StockMove
from addons.stock.models.places import LOCATION_KINDS, Location, Warehouse
from addons.stock.models.receipts import RECEIPT_KINDS, Receipt, ReceiptLine

__all__ = [
    "LOCATION_KINDS",
    "RECEIPT_KINDS",
    "Location",
    "Lot",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "StockBalance",
    "StockMove",
    "Warehouse",
]
