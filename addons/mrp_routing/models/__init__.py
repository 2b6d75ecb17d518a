"""The tables of mrp_routing."""

from addons.mrp_routing.models.counts import WipCount, WipCountLine
from addons.mrp_routing.models.orders import TICKET_STATES, JobTicket, Operation, WorkOrder
from addons.mrp_routing.models.reports import (
    OUTCOMES,
    REASON_KINDS,
    TIME_KINDS,
    VERDICTS,
    Correction,
    MachineStop,
    QuantityEntry,
    Reason,
    ScanEvent,
    ScanFlag,
    TimeEntry,
)
from addons.mrp_routing.models.routings import Machine, OperationType, Routing, RoutingOperation, WorkCenter
from addons.mrp_routing.models.similar import Feature, RoutingFeature
from addons.mrp_routing.models.wages import WageLine, WagePeriod, WageRate

__all__ = [
    "OUTCOMES",
    "REASON_KINDS",
    "TICKET_STATES",
    "TIME_KINDS",
    "VERDICTS",
    "Correction",
    "Feature",
    "JobTicket",
    "Machine",
    "MachineStop",
    "Operation",
    "OperationType",
    "QuantityEntry",
    "Reason",
    "Routing",
    "RoutingFeature",
    "RoutingOperation",
    "ScanEvent",
    "ScanFlag",
    "TimeEntry",
    "WageLine",
    "WagePeriod",
    "WageRate",
    "WipCount",
    "WipCountLine",
    "WorkCenter",
    "WorkOrder",
]
