"""Booking quantities on order lines: locked in one order, then changed by one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import case, literal, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from addons.sales_shipping.models import SalesOrder, SalesOrderLine
from core.db import Quantity, db
from core.errors import Conflict, NotFound
from core.i18n import _
from core.web.format import number_text


def lock_lines(line_ids: Collection[int]) -> dict[int, SalesOrderLine]:
    """Take these lines FOR UPDATE, with their orders and items; raises `NotFound` for one out of reach.

    Also takes their orders, so that none is cancelled or closed meanwhile. Two statements.
    """
    wanted = sorted(set(line_ids))
    orders = select(SalesOrderLine.order_id).where(SalesOrderLine.id.in_(wanted))
    db.session.execute(select(SalesOrder.id).where(SalesOrder.id.in_(orders)).order_by(SalesOrder.id).with_for_update())
    query = (
        select(SalesOrderLine)
        .where(SalesOrderLine.id.in_(wanted))
        .options(joinedload(SalesOrderLine.order).joinedload(SalesOrder.partner), joinedload(SalesOrderLine.item))
        .order_by(SalesOrderLine.id)
        .with_for_update(of=SalesOrderLine)
        .execution_options(populate_existing=True)
    )
    lines = {line.id: line for line in db.session.scalars(query)}
    if len(lines) < len(wanted):
        raise NotFound(_("There is no such order line, or it is not yours to see."))
    return lines


def book(column: Any, amounts: Mapping[int, Decimal], lines: Mapping[int, SalesOrderLine]) -> None:
    """Add to `released` or `shipped` of locked lines, never beyond what was ordered. One statement.

    Raises `Conflict` naming the line and what is open.
    """
    name = column.key
    for line_id, amount in amounts.items():
        line = lines[line_id]
        left = line.quantity - getattr(line, name)
        if amount > left:
            raise Conflict(
                _("Only %(left)s of %(line)s are open.", left=number_text(left), line=line.name), line_id=line_id
            )
    added = column + case({i: literal(a, Quantity) for i, a in sorted(amounts.items())}, value=SalesOrderLine.id)
    done: Any = db.session.execute(
        update(SalesOrderLine)
        .where(SalesOrderLine.id.in_(sorted(amounts)), added >= 0, added <= SalesOrderLine.quantity)
        .values({name: added})
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != len(amounts):
        raise Conflict(_("The order changed meanwhile. Look again, then repeat."))
    for line_id, amount in amounts.items():
        _know(lines[line_id], name, getattr(lines[line_id], name) + amount)


def _know(line: SalesOrderLine, name: str, value: Decimal) -> None:
    """Tell the loaded record what the statement wrote, without writing it again."""
    set_committed_value(line, name, value)
