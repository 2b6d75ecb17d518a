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


@hookspec(firstresult=True)
def pick_proposals(pick_list: Any, steps: list[Any]) -> Any:
    """Called when somebody is about to pick a list: where to go, in which order, and what to take there.

    `steps` are the `stock.services.PickStep`s stock proposes (what expires or came first, in walking order). Return
    the steps to show instead, of the same lines; None for no opinion. The most specific addon decides.
    """


@hookspec
def expected_receipts(item_ids: Sequence[int]) -> Any:
    """Asked when availability is reckoned: what is going to come in of these items?

    Return a list of `stock.services.Expected`, None for nothing. What is received already is not expected any more.
    In a fixed number of statements.
    """


@hookspec
def stock_card_columns(moves: Sequence[Any]) -> Any:
    """Asked when the stock card of an item is shown: what else is to be read beside each move?

    `moves` are the `stock.models.StockMove`s shown. Return `(title, {move id: text})`, None for nothing. In a fixed
    number of statements.
    """
