"""The ways a line can be met, and a proposal how to share it out over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from addons.sales_shipping.models import SalesOrderLine
from core.i18n import Text
from core.kernel import hooks

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """How much of a line a route would take on by itself, at most what is open, and why."""

    quantity: Decimal
    reason: Text = ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way to meet lines: `stock`, `make`, ... Offers by line id; proposals go through routes by `sequence`."""

    name: str
    title: Text
    sequence: int = 100
    offers: Mapping[int, Offer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Portion:
    """What somebody wants released: so much of a line by a route."""

    line_id: int
    route: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """The same as the route sees it: with the line, locked."""

    line: SalesOrderLine
    quantity: Decimal


def find_routes(lines: Sequence[SalesOrderLine]) -> list[Route]:
    """The routes that enabled addons offer, in the order they are proposed."""
    offered: list[Route] = hooks.ask("fulfilment_routes", lines=lines) if lines else []
    return sorted(offered, key=lambda route: (route.sequence, route.name))


def propose(lines: Sequence[SalesOrderLine], routes: Sequence[Route]) -> dict[tuple[int, str], Decimal]:
    """How each line's open quantity would best be shared out: as much as each route offers, one after the other."""
    proposed: dict[tuple[int, str], Decimal] = {}
    for line in lines:
        left = line.quantity - line.released
        for route in routes:
            offer = route.offers.get(line.id)
            part = min(left, offer.quantity) if offer is not None else ZERO
            if part > ZERO:
                proposed[line.id, route.name] = part
                left -= part
    return proposed
