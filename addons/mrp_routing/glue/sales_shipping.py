"""With sales: making is a way to meet order lines, by work orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from addons.mrp_routing import services
from addons.mrp_routing.models import Operation
from addons.sales_shipping.models import ReleasePortion, SalesOrderLine
from addons.sales_shipping.services import Offer, ReleaseRequest, Route, find_closed_origins
from core.actor import elevated
from core.i18n import _, gettext
from core.kernel.hooks import hookimpl

ROUTE = "make"
WORK_ORDER = "mrp_routing.work_order"
ZERO = Decimal(0)


@hookimpl
def fulfilment_routes(lines: Sequence[SalesOrderLine]) -> Route:
    """Whatever is made here can be made, as much of it as is open."""
    makeable = services.find_makeable({line.item_id for line in lines})
    return Route(
        name=ROUTE,
        title=_("Make"),
        sequence=20,
        offers={line.id: _offer(line, line.item_id in makeable) for line in lines},
    )


def _offer(line: SalesOrderLine, has_routing: bool) -> Offer:
    if line.item.source != "make":
        return Offer(quantity=ZERO, reason=_("not made here by default"))
    reason = _("has an approved routing") if has_routing else _("needs a routing before it can start")
    return Offer(quantity=line.quantity - line.released, reason=reason)


@hookimpl
def release_to(route: str, requests: Sequence[ReleaseRequest]) -> list[tuple[str, int]] | None:
    """A draft work order for each request."""
    if route != ROUTE:
        return None
    drafts = [
        services.OrderDraft(
            item_id=request.line.item_id,
            quantity=request.quantity,
            due_on=request.line.due_on,
            origin=f"{request.line.order.number} / {request.line.seq}",
        )
        for request in requests
    ]
    return [(WORK_ORDER, order.id) for order in services.make_work_orders(drafts)]


@hookimpl
def take_back(portions: Sequence[ReleasePortion]) -> None:
    """Cancel the work orders of these portions, unless work has begun."""
    targets = [portion.target_id for portion in portions if portion.target_model == WORK_ORDER]
    if targets:
        with elevated("taking back a release cancels work orders of another department"):
            services.cancel_untouched(targets)


@hookimpl
def line_progress(
    lines: Sequence[SalesOrderLine], portions: Sequence[ReleasePortion]
) -> Mapping[int, Mapping[str, Decimal]] | None:
    """What the work orders of the lines have made."""
    targets = {p.target_id: p.line_id for p in portions if p.target_model == WORK_ORDER}
    if not targets:
        return None
    with elevated("a line's progress counts work orders the reader may not see"):
        made = services.count_made(targets)
    told: dict[int, dict[str, Decimal]] = {}
    for order_id, amount in made.items():
        of_line = told.setdefault(targets[order_id], {"made": ZERO})
        of_line["made"] += amount
    return told


@hookimpl
def before_operation_start(operation: Operation) -> str | None:
    """Nothing is begun for an order that is closed or cancelled."""
    with elevated("a worker's scan asks about a sales order he may not see"):
        closed = find_closed_origins(WORK_ORDER, [operation.work_order_id])
    number = closed.get(operation.work_order_id)
    if number is None:
        return None
    return gettext("order %(number)s is closed. Ask the planner whether this is still wanted.", number=number)
