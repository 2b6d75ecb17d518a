"""The release desk: what its grid shows, and reading what was entered there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from addons.sales_shipping import services
from addons.sales_shipping.models import SalesOrderLine
from addons.sales_shipping.services import Portion, Route
from core.errors import ValidationError
from core.i18n import Text
from core.workflow.numbering import today
from core.workflow.quantities import read_quantity

FIELD = "release"
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Where one enters how much of a line goes one way: the field's name, what stands in it, and why."""

    name: str
    title: Text
    value: str
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Row:
    """An open line with a cell for each route. `left`: what the entries leave open, None when they are no numbers."""

    line: SalesOrderLine
    open: Decimal
    left: Decimal | None
    is_late: bool
    is_picked: bool
    cells: Sequence[Cell]


def rows_of(lines: Sequence[SalesOrderLine], routes: Sequence[Route], typed: Mapping[str, str]) -> list[Row]:
    """The grid: the proposal, or what was typed where a refusal shows the page again."""
    proposed = services.propose(lines, routes)
    return [_row(line, routes, proposed, typed) for line in lines]


def _row(
    line: SalesOrderLine,
    routes: Sequence[Route],
    proposed: Mapping[tuple[int, str], Decimal],
    typed: Mapping[str, str],
) -> Row:
    is_picked = not typed or any(_name(line, route) in typed for route in routes)
    said = typed if is_picked else {}
    cells = [_cell(line, route, proposed.get((line.id, route.name), ZERO), said) for route in routes]
    still_open = line.quantity - line.released
    return Row(
        line=line,
        open=still_open,
        left=_left(still_open, cells),
        is_late=line.due_on is not None and line.due_on < today(),
        is_picked=is_picked,
        cells=cells,
    )


def _cell(line: SalesOrderLine, route: Route, proposed: Decimal, typed: Mapping[str, str]) -> Cell:
    name, offer = _name(line, route), route.offers.get(line.id)
    value = typed.get(name, "") if typed else _text(proposed)
    return Cell(name=name, title=route.title, value=value, reason=offer.reason if offer else "")


def _name(line: SalesOrderLine, route: Route) -> str:
    return f"{FIELD}-{line.id}-{route.name}"


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}" if quantity else ""


def _left(still_open: Decimal, cells: Sequence[Cell]) -> Decimal | None:
    try:
        return still_open - sum((read_quantity(cell.value) for cell in cells), ZERO)
    except ValidationError:
        return None


def read_portions(form: Mapping[str, str]) -> list[Portion]:
    """The fields `release-<line>-<route>` with a quantity in them."""
    found = []
    for name, text in form.items():
        field, line_id, route = (*name.split("-", 2), "", "")[:3]
        quantity = read_quantity(text) if field == FIELD and line_id.isdecimal() else ZERO
        if quantity:
            found.append(Portion(line_id=int(line_id[:18]), route=route, quantity=quantity))
    return found
