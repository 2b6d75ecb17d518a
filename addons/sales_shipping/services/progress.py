"""How far the lines of an order are: one question for a whole page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from addons.sales_shipping.models import SalesOrderLine
from addons.sales_shipping.services.releasing import find_portions
from addons.sales_shipping.services.routes import ZERO
from core.kernel import hooks


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Quantities of one line. `made`, `received` and `reserved` are 0 where no addon knows of any."""

    line: SalesOrderLine
    ordered: Decimal
    released: Decimal
    shipped: Decimal
    reserved: Decimal = ZERO
    made: Decimal = ZERO
    received: Decimal = ZERO

    @property
    def percent(self) -> int:
        """How much of the line has left, in whole per cent."""
        return _percent(self.shipped, self.ordered)

    @property
    def percent_under_way(self) -> int:
        """How much of the line is released and has not left, in whole per cent."""
        return _percent(max(self.released - self.shipped, ZERO), self.ordered)


def _percent(part: Decimal, whole: Decimal) -> int:
    return int(part * 100 / whole) if whole else 0


def progress(lines: Sequence[SalesOrderLine]) -> list[Progress]:
    """The progress of each line, in order: one statement here and a fixed number in each addon asked."""
    if not lines:
        return []
    known: dict[int, dict[str, Decimal]] = {line.id: {} for line in lines}
    for answer in hooks.ask("line_progress", lines=lines, portions=find_portions([line.id for line in lines])):
        for line_id, amounts in answer.items():
            for name, amount in amounts.items():
                known[line_id][name] = known[line_id].get(name, ZERO) + amount
    return [
        Progress(line=line, ordered=line.quantity, released=line.released, shipped=line.shipped, **known[line.id])
        for line in lines
    ]
