"""What sales_shipping tells others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SalesOrderConfirmed:
    """A customer's order counts from now on."""

    sales_order_id: int
    number: str


@dataclass(frozen=True)
class Shipped:
    """A shipment has left."""

    shipment_id: int
    number: str
