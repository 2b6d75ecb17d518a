"""The verbs of sales_shipping that other addons call. They flush and never commit."""

from addons.sales_shipping.services.orders import cancel_order, check_order, find_closed_origins
from addons.sales_shipping.services.progress import Progress, progress
from addons.sales_shipping.services.releasing import MOST_LINES, find_open_lines, release, take_back_order
from addons.sales_shipping.services.routes import Offer, Portion, ReleaseRequest, Route, find_routes, propose
from addons.sales_shipping.services.shipping import make_shipment, ship

__all__ = [
    "MOST_LINES",
    "Offer",
    "Portion",
    "Progress",
    "ReleaseRequest",
    "Route",
    "cancel_order",
    "check_order",
    "find_closed_origins",
    "find_open_lines",
    "find_routes",
    "make_shipment",
    "progress",
    "propose",
    "release",
    "ship",
    "take_back_order",
]
