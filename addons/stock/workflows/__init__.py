"""The lives of stock's documents, lots and months, and document numbers."""

from addons.stock.workflows.books import LOT, PERIOD
from addons.stock.workflows.documents import ADJUSTMENT, ISSUE, LOT_CHANGE, RECEIPT, SCRAP, TRANSFER
from addons.stock.workflows.posting import REASON, STATES, posting
from addons.stock.workflows.store import EXTRA_ISSUE, PICK_LIST, STOCKTAKE, TOOL_LOAN
from core.kernel.manifest import NumberRuleSpec

__all__ = ["NUMBERS", "REASON", "STATES", "WORKFLOWS", "posting"]

WORKFLOWS = (
    RECEIPT,
    ISSUE,
    TRANSFER,
    ADJUSTMENT,
    SCRAP,
    LOT_CHANGE,
    PICK_LIST,
    EXTRA_ISSUE,
    STOCKTAKE,
    TOOL_LOAN,
    LOT,
    PERIOD,
)

PREFIXES = {
    "receipt": "RC",
    "issue": "IS",
    "transfer": "TR",
    "adjustment": "AD",
    "scrap": "SC",
    "lot_change": "LC",
    "pick_list": "PL",
    "extra_issue": "EX",
    "stocktake": "ST",
    "tool_loan": "TL",
}
NUMBERS = tuple(
    NumberRuleSpec(model=f"stock.{noun}", pattern=f"{prefix}{{yyyy}}{{mm}}-{{n:4}}")
    for noun, prefix in PREFIXES.items()
)
