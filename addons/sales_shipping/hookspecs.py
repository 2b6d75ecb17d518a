"""What sales asks whoever can meet an order: which ways there are, to take a part on, how far it is.

The asker owns the questions, so an addon that can meet orders depends on sales optionally and answers in its
`glue/sales_shipping.py`; sales knows none of them. All are asked once for many lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.kernel.hooks import hookspec


@hookspec
def fulfilment_routes(lines: Sequence[Any]) -> Any:
    """Asked by the release page for the lines it shows: which way do you offer?

    `lines` are `SalesOrderLine`s with their items loaded. Return a `sales_shipping.services.Route` with an offer
    for each line you could meet, or None to offer nothing. Only reads, in a fixed number of statements.
    """


@hookspec(firstresult=True)
def release_to(route: str, requests: Sequence[Any]) -> Any:
    """Asked when parts of lines are released to a route, once for all of them, in that transaction.

    `requests` are `ReleaseRequest`s, their lines locked. Whoever the route belongs to makes what meets them and
    returns `(model, id)` for each, in order; None when the route is not yours. Raise a refusal of `core.errors`
    to stop the whole release. A fixed number of statements for the batch.
    """


@hookspec
def take_back(portions: Sequence[Any]) -> None:
    """Called when released portions are taken back, in that transaction. Undo what became of those that are yours.

    Raise a refusal when that is too late; everything stays as it was then.
    """


@hookspec
def line_progress(lines: Sequence[Any], portions: Sequence[Any]) -> Mapping[int, Mapping[str, Decimal]] | None:
    """Asked once per page for the lines it shows and their portions: how much is made, received, reserved?

    Return, by line id, quantities by `made`, `received` or `reserved`; None when you know of none. Only reads.
    """


@hookspec
def deliver_goods(shipment: Any, lines: Sequence[Any]) -> None:
    """Called when a shipment leaves, in that transaction, after its order lines were booked as shipped.

    `lines` are its `ShipmentLine`s with their order lines. Take the goods from wherever they are; raise a refusal
    when they are not there.
    """
