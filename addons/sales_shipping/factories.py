"""Records of sales for tests. Each flushes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item
from addons.sales_shipping.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from core.db import db
from core.workflow.numbering import next_number


def make_sales_order(items: Sequence[tuple[Item, int]] = (), **overrides: Any) -> SalesOrder:
    """A draft order of these items and quantities, or of `lines`; of 10 of one item when neither is given."""
    if "partner_id" not in overrides:
        overrides["partner_id"] = make_partner().id
    if "lines" not in overrides:
        overrides["lines"] = _lines(items or [(make_item(), 10)])
    order = SalesOrder(**overrides)
    _number(order)
    return order


def _lines(items: Sequence[tuple[Item, int]]) -> list[SalesOrderLine]:
    return [
        SalesOrderLine(seq=seq, item_id=item.id, quantity=Decimal(quantity))
        for seq, (item, quantity) in enumerate(items, start=1)
    ]


def make_shipment(lines: Sequence[tuple[SalesOrderLine, int]] = (), **overrides: Any) -> Shipment:
    """A draft shipment of these order lines and quantities; of one line of an order of its own when none are given."""
    wanted = list(lines) or [(line, 1) for line in make_sales_order(state="confirmed").lines]
    overrides.setdefault("partner_id", wanted[0][0].order.partner_id)
    shipment = Shipment(**overrides)
    shipment.lines = [
        ShipmentLine(seq=seq, order_line_id=line.id, quantity=Decimal(quantity))
        for seq, (line, quantity) in enumerate(wanted, start=1)
    ]
    _number(shipment)
    return shipment


def _number(record: Any) -> None:
    record.number = record.number or next_number(record)
    db.session.add(record)
    db.session.flush()
