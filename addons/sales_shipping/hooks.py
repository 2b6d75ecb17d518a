"""What sales sees to when records are saved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Item
from addons.sales_shipping.models import SalesOrderLine, Shipment
from core.db import db
from core.i18n import gettext
from core.kernel.hooks import hookimpl


@hookimpl
def before_save(record: Any, changes: dict[str, Any]) -> str | None:
    """A new line of a shipment names the order line it is for; an ordered item keeps its unit."""
    if isinstance(record, Item):
        return _item_objection(record, changes)
    if isinstance(record, Shipment):
        for line in changes.get("lines", ()):
            if not line.get("id") and not line.get("order_line_id"):
                return gettext("make the shipment from the order, so that its lines are known.")
    return None


def _item_objection(item: Item, changes: dict[str, Any]) -> str | None:
    if item.id is None or changes.get("uom_id", item.uom_id) == item.uom_id:
        return None
    if db.session.scalar(select(SalesOrderLine.id).where(SalesOrderLine.item_id == item.id).limit(1)) is None:
        return None
    return gettext("%(code)s stands on sales orders: its unit stays. Make a new item instead.", code=item.code)
