"""The tables of stock."""

from addons.stock.models.documents import (
    ISSUE_KINDS,
    LOT_CHANGE_KINDS,
    Adjustment,
    AdjustmentLine,
    Issue,
    IssueLine,
    LotChange,
    LotChangeLine,
    Scrap,
    ScrapLine,
    Transfer,
    TransferLine,
)
from addons.stock.models.ledger import (
    FLOWS,
    STATUSES,
    ItemValue,
    Project,
    Reservation,
    StockBalance,
    StockMove,
)
from addons.stock.models.lots import Lot, LotOrigin
from addons.stock.models.periods import Period, PeriodLine
from addons.stock.models.places import LOCATION_KINDS, Location, Warehouse
from addons.stock.models.receipts import RECEIPT_KINDS, Receipt, ReceiptLine
from addons.stock.models.scans import KeeperScan

__all__ = [
    "FLOWS",
    "ISSUE_KINDS",
    "LOCATION_KINDS",
    "LOT_CHANGE_KINDS",
    "RECEIPT_KINDS",
    "STATUSES",
    "Adjustment",
    "AdjustmentLine",
    "Issue",
    "IssueLine",
    "ItemValue",
    "KeeperScan",
    "Location",
    "Lot",
    "LotChange",
    "LotChangeLine",
    "LotOrigin",
    "Period",
    "PeriodLine",
    "Project",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "Scrap",
    "ScrapLine",
    "StockBalance",
    "StockMove",
    "Transfer",
    "TransferLine",
    "Warehouse",
]
