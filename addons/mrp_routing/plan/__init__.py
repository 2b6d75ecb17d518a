"""Planning away from the database: what is to be done, when machines work, and when each operation would be."""

from addons.mrp_routing.plan.calendar import Calendar, NoMoreTime
from addons.mrp_routing.plan.check import Fault, find_faults
from addons.mrp_routing.plan.decode import Choice, decode
from addons.mrp_routing.plan.dispatch import RULES, best_plan, dispatch
from addons.mrp_routing.plan.forecast import Forecast, Wait, forecast
from addons.mrp_routing.plan.model import Fixed, Job, Machine, Op, Placed, Problem, Schedule

__all__ = [
    "RULES",
    "Calendar",
    "Choice",
    "Fault",
    "Fixed",
    "Forecast",
    "Job",
    "Machine",
    "NoMoreTime",
    "Op",
    "Placed",
    "Problem",
    "Schedule",
    "Wait",
    "best_plan",
    "decode",
    "dispatch",
    "find_faults",
    "forecast",
]
