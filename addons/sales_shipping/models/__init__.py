"""The tables of sales_shipping."""

from addons.sales_shipping.models.orders import ReleasePortion, SalesOrder, SalesOrderLine
from addons.sales_shipping.models.shipments import Shipment, ShipmentLine

__all__ = ["ReleasePortion", "SalesOrder", "SalesOrderLine", "Shipment", "ShipmentLine"]
