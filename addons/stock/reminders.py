"""The reminders a store wants sooner or later."""

from core.i18n import _
from core.reminders.declare import SuggestedReminder

IS_LENT = {"field": "state", "op": "eq", "value": "lent"}

REMINDERS = (
    SuggestedReminder(
        name="overdue_tools",
        title=_("Tools that are not back in time"),
        model="stock.tool_loan",
        date="due_on",
        offset="1 days",
        when=IS_LENT,
        posts=("warehouse_keeper",),
        people=("holder_id",),
        text=_("{item} {lot} was due back on {due_on}; {holder} has it."),
        repeat="3 days",
    ),
    SuggestedReminder(
        name="calibrations",
        title=_("Tools to be calibrated"),
        model="stock.lot",
        date="calibrated_until",
        offset="-14 days",
        posts=("inspector",),
        text=_("{item} {number} is calibrated until {calibrated_until}."),
    ),
    SuggestedReminder(
        name="expiring_lots",
        title=_("Lots that expire soon"),
        model="stock.lot",
        date="expires_on",
        offset="-30 days",
        posts=("warehouse_keeper",),
        text=_("Lot {number} of {item} expires on {expires_on}."),
    ),
)
