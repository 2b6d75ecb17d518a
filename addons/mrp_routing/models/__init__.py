"""The tables of mrp_routing."""

from addons.mrp_routing.models.orders import Operation, WorkOrder
from addons.mrp_routing.models.reports import VERDICTS, ScanEvent, TimeEntry
from addons.mrp_routing.models.routings import Machine, OperationType, Routing, RoutingOperation, WorkCenter

__all__ = [
    "VERDICTS",
    "Machine",
    "Operation",
    "OperationType",
    "Routing",
    "RoutingOperation",
    "ScanEvent",
    "TimeEntry",
    "WorkCenter",
    "WorkOrder",
]
