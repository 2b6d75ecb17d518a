"""What stock asks others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.kernel.hooks import hookspec


@hookspec
def before_stock_post(moves: Sequence[Any], cause: Any) -> Any:
    """Called by every posting before the ledger is written, in its transaction, once for the whole batch.

    `moves` are `stock.services.Movement`s, `cause` the `Cause` they share. Return a sentence to object; None
    to let them pass. May lock what it looks at, never write.
    """


@hookspec(firstresult=True)
def receipt_status(receipt: Any) -> Any:
    """Called when a receipt is posted, in its transaction: what its lines are received as.

    Return `{line id: "inspection"}` for lines that are not to be available at once (`stock.models.STATUSES`); None
    for no opinion. The most specific addon decides.
    """
