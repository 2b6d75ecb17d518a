"""The questions stock answers at once."""

from __future__ import annotations

from itertools import pairwise

from addons.stock.models import CONDITIONS
from addons.stock.reports.answers import (
    answer_ages,
    answer_availability,
    answer_card,
    answer_categories,
    answer_dead,
    answer_movement,
    answer_safety,
    answer_tool_use,
    answer_tools,
    answer_turnover,
)
from addons.stock.services.movement import BANDS
from core.i18n import Text, _
from core.reports.asks import FROM, UNTIL
from core.reports.declare import Ask, Column, Report
from core.workflow.numbering import today

ITEM = Ask(name="item", title=_("Item"), kind="link", target="masterdata.item", required=True)
CATEGORY = Ask(name="category", title=_("Item category"), kind="link", target="masterdata.item_category")
PLACE = Ask(name="place", title=_("Location"), kind="link", target="stock.location")

GOODS = (
    Column(name="item", title=_("Item"), target="masterdata.item"),
    Column(name="name", title=_("Name")),
    Column(name="specification", title=_("Specification")),
    Column(name="unit", title=_("Unit")),
)


def _quantity(name: str, title: Text) -> Column:
    return Column(name=name, title=title, kind="quantity")


def _value(name: str, title: Text) -> Column:
    return Column(name=name, title=title, kind="money", group="costs", total=True)


def _band_titles() -> list[Text]:
    first = [_("Up to %(days)s days", days=BANDS[0])]
    middle = [_("%(low)s–%(high)s days", low=low + 1, high=high) for low, high in pairwise(BANDS)]
    return [*first, *middle, _("Over %(days)s days", days=BANDS[-1])]


REPORTS = (
    Report(
        name="movement",
        title=_("Stock movement"),
        help=_("Opening, in, out and closing of every item in a time."),
        permission="stock.move.read",
        icon="arrows-exchange",
        sequence=10,
        asks=(FROM, UNTIL, CATEGORY, PLACE),
        answer=answer_movement,
        columns=(
            *GOODS,
            _quantity("opening", _("Opening")),
            _quantity("came", _("In")),
            _quantity("went", _("Out")),
            _quantity("closing", _("Closing")),
            _value("opening_value", _("Opening value")),
            _value("came_value", _("Value in")),
            _value("went_value", _("Value out")),
            _value("closing_value", _("Closing value")),
        ),
    ),
    Report(
        name="card",
        title=_("Stock card"),
        help=_("Every move of one item, and what was there after it."),
        permission="stock.move.read",
        icon="list-details",
        sequence=20,
        asks=(ITEM, FROM, UNTIL, PLACE),
        answer=answer_card,
        columns=(
            Column(name="day", title=_("Day"), kind="date"),
            Column(name="cause", title=_("Cause"), target="stock.move"),
            Column(name="lot", title=_("Lot")),
            Column(name="from", title=_("From location")),
            Column(name="to", title=_("To location")),
            _quantity("came", _("In")),
            _quantity("went", _("Out")),
            _quantity("there", _("On hand")),
            Column(name="value", title=_("Stock value"), kind="money", group="costs"),
            Column(name="who", title=_("Posted by")),
            Column(name="reason", title=_("Reason")),
        ),
    ),
    Report(
        name="availability",
        title=_("Availability"),
        help=_("What is free now, and what there will be by a day."),
        permission="stock.balance.read",
        icon="gauge",
        sequence=30,
        asks=(Ask(name="end", title=_("By day"), kind="date", default=today, required=True), CATEGORY),
        answer=answer_availability,
        columns=(
            *GOODS,
            _quantity("on_hand", _("On hand")),
            _quantity("reserved", _("Reserved")),
            _quantity("blocked", _("Not available")),
            _quantity("free", _("Not promised")),
            _quantity("expected", _("Expected")),
            _quantity("then", _("Available then")),
        ),
    ),
    Report(
        name="safety",
        title=_("Below safety stock"),
        help=_("What is below its safety stock or reorder point, and how much to order."),
        permission="stock.balance.read",
        icon="alert-triangle",
        sequence=40,
        asks=(CATEGORY,),
        answer=answer_safety,
        columns=(
            *GOODS,
            _quantity("free", _("Not promised")),
            _quantity("safety", _("Safety stock")),
            _quantity("point", _("Reorder point")),
            _quantity("expected", _("Expected")),
            _quantity("missing", _("Missing")),
            _quantity("order", _("To order")),
        ),
    ),
    Report(
        name="ages",
        title=_("Stock ageing"),
        help=_("How old what is on hand is: the youngest arrivals are taken to be there."),
        permission="stock.move.read",
        icon="clock",
        sequence=50,
        asks=(CATEGORY,),
        answer=answer_ages,
        columns=(
            *GOODS,
            _quantity("there", _("On hand")),
            *(_quantity(f"band{n}", title) for n, title in enumerate(_band_titles())),
            _value("value", _("Stock value")),
        ),
    ),
    Report(
        name="dead",
        title=_("Dead stock"),
        help=_("What has neither come nor gone for longer than the stock rule of its category says."),
        permission="stock.move.read",
        icon="player-pause",
        sequence=60,
        asks=(Ask(name="days", title=_("Without movement for (days)"), kind="integer", minimum=1), CATEGORY),
        answer=answer_dead,
        columns=(
            *GOODS,
            Column(name="came", title=_("Last in"), kind="date"),
            Column(name="went", title=_("Last out"), kind="date"),
            Column(name="days", title=_("Days"), kind="integer"),
            _quantity("there", _("On hand")),
            _value("value", _("Stock value")),
        ),
    ),
    Report(
        name="turnover",
        title=_("Turnover"),
        help=_("How often what was in stock was used up in a time."),
        permission="stock.move.read",
        icon="refresh",
        sequence=70,
        asks=(FROM, UNTIL, CATEGORY),
        answer=answer_turnover,
        columns=(
            *GOODS,
            _quantity("went", _("Out")),
            _value("went_value", _("Value out")),
            _value("mean", _("Mean value")),
            Column(name="turns", title=_("Turns"), kind="decimal", group="costs"),
            Column(name="days", title=_("Days in stock"), kind="decimal", group="costs"),
        ),
    ),
    Report(
        name="categories",
        title=_("Value by category"),
        help=_("What the goods of each category are worth."),
        permission="stock.item_value.read",
        icon="category",
        sequence=80,
        answer=answer_categories,
        columns=(
            Column(name="category", title=_("Item category"), target="masterdata.item_category"),
            Column(name="items", title=_("Number of items"), kind="integer", total=True),
            _value("value", _("Stock value")),
            Column(name="share", title=_("Share (%)"), kind="decimal", group="costs"),
        ),
    ),
    Report(
        name="tools",
        title=_("Tools lent"),
        help=_("Who holds which tool, and since when it should be back."),
        permission="stock.tool_loan.read",
        icon="tools",
        sequence=90,
        asks=(Ask(name="late", title=_("Overdue only"), kind="flag"),),
        answer=answer_tools,
        columns=(
            Column(name="tool", title=_("Serial number"), target="stock.lot"),
            Column(name="item", title=_("Tool")),
            Column(name="holder", title=_("Lent to")),
            Column(name="since", title=_("Lent at"), kind="datetime"),
            Column(name="due", title=_("Due back on"), kind="date"),
            Column(name="late", title=_("Days overdue"), kind="integer"),
        ),
    ),
    Report(
        name="tool_use",
        title=_("Tool use"),
        help=_("How tools came back: how many were worn, damaged and lost."),
        permission="stock.tool_loan.read",
        icon="tool",
        sequence=95,
        asks=(FROM, UNTIL),
        answer=answer_tool_use,
        columns=(
            Column(name="item", title=_("Tool"), target="masterdata.item"),
            Column(name="name", title=_("Name")),
            Column(name="loans", title=_("Loans"), kind="integer", total=True),
            *(Column(name=c, title=title, kind="integer", total=True) for c, title in CONDITIONS.items()),
        ),
    ),
)
