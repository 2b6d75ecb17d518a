"""The tables of stock."""

from addons.stock.models.counting import Stocktake, StocktakeLine, StocktakePlace
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
from addons.stock.models.picking import ExtraIssue, PickLine, PickList
from addons.stock.models.places import LOCATION_KINDS, Location, Warehouse
from addons.stock.models.receipts import RECEIPT_KINDS, Receipt, ReceiptLine
from addons.stock.models.rules import DEAD_AFTER_DAYS, LOAN_DAYS, OVER_ISSUE, OVER_ISSUE_USUALLY, CategoryRule
from addons.stock.models.scans import KeeperScan
from addons.stock.models.tools import CONDITIONS, Calibration, ToolLoan

__all__ = [
    "CONDITIONS",
    "DEAD_AFTER_DAYS",
    "FLOWS",
    "ISSUE_KINDS",
    "LOAN_DAYS",
    "LOCATION_KINDS",
    "LOT_CHANGE_KINDS",
    "OVER_ISSUE",
    "OVER_ISSUE_USUALLY",
    "RECEIPT_KINDS",
    "STATUSES",
    "Adjustment",
    "AdjustmentLine",
    "Calibration",
    "CategoryRule",
    "ExtraIssue",
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
    "PickLine",
    "PickList",
    "Project",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "Scrap",
    "ScrapLine",
    "StockBalance",
    "StockMove",
    "Stocktake",
    "StocktakeLine",
    "StocktakePlace",
    "ToolLoan",
    "Transfer",
    "TransferLine",
    "Warehouse",
]
