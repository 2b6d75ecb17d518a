"""The form pages of stock."""

from typing import Any

from addons.stock.models import STATUSES, Lot, PickList
from addons.stock.services import find_departures, find_short, find_whereabouts, propose_walk, trace
from core.i18n import Text, _
from core.views.declare import FormView, Lines, Panel, Section

IS_COUNTED = {"field": "state", "op": "in", "value": ["counted", "posted", "reversed"]}


def walk_of(pick_list: PickList) -> dict[str, Any]:
    """The stops of a picking list and what there is not enough of, for its panel."""
    if pick_list.state != "released":
        return {"pick_list": pick_list, "steps": [], "short": []}
    steps = propose_walk(pick_list)
    return {"pick_list": pick_list, "steps": steps, "short": find_short(pick_list, steps)}


def trace_of(lot: Lot) -> dict[str, Any]:
    """Where a lot came from and where it went, for its panel."""
    return {
        "ways": (
            (_("Made from"), trace(lot.id, "made_from")),
            (_("Went into"), trace(lot.id, "went_into")),
        ),
        "here": find_whereabouts(lot.id),
        "gone": find_departures(lot.id),
        "statuses": STATUSES,
        "unit": lot.item.uom.code,
    }


def _document(model: str, title: Text, fields: tuple[str, ...], columns: tuple[str, ...]) -> FormView:
    """The form of a document that moves goods."""
    return FormView(
        model=model,
        sections=(
            Section(name="document", title=title, fields=("number", *fields, "booked_on", "note", "state")),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=("item", "item.specification", *columns),
                totals=("quantity",),
            ),
        ),
    )


FORMS = (
    FormView(
        model="stock.receipt",
        sections=(
            Section(
                name="receipt",
                title=_("Receipt"),
                fields=(
                    "number",
                    "kind",
                    "location",
                    "partner",
                    "project",
                    "source",
                    "pick_list",
                    "booked_on",
                    "note",
                    "state",
                ),
            ),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=(
                    "item",
                    "item.specification",
                    "quantity",
                    "item.uom",
                    "lot_number",
                    "supplier_lot",
                    "expires_on",
                    "location",
                    "unit_cost",
                    "status",
                ),
                totals=("quantity",),
            ),
        ),
    ),
    FormView(
        model="stock.move",
        sections=(
            Section(
                name="move",
                title=_("Stock move"),
                fields=("at", "booked_on", "item", "lot", "quantity", "value", "flow"),
            ),
            Section(
                name="way",
                title=_("From and to"),
                fields=("from_location", "to_location", "from_status", "to_status", "from_project", "to_project"),
            ),
            Section(name="cause", title=_("Cause"), fields=("cause", "reason", "reverses", "user", "channel")),
        ),
    ),
    FormView(
        model="stock.balance",
        sections=(
            Section(
                name="balance",
                title=_("Balance"),
                fields=("item", "location", "lot", "project", "status", "on_hand", "reserved"),
            ),
        ),
    ),
    FormView(
        model="stock.reservation",
        sections=(
            Section(
                name="reservation",
                title=_("Reservation"),
                fields=(
                    "balance.item",
                    "balance.location",
                    "balance.lot",
                    "quantity",
                    "taken",
                    "purpose",
                    "made_at",
                    "user",
                ),
            ),
        ),
    ),
    FormView(
        model="stock.lot",
        sections=(
            Section(
                name="lot",
                title=_("Lot"),
                fields=(
                    "number",
                    "item",
                    "supplier",
                    "supplier_lot",
                    "received_on",
                    "expires_on",
                    "calibrated_until",
                    "note",
                    "state",
                ),
            ),
            Panel(
                name="trace",
                title=_("Where it came from, where it went"),
                template="stock/trace.html",
                context=trace_of,
                permission="stock.move.read",
            ),
        ),
    ),
    _document("stock.issue", _("Issue"), ("kind", "partner", "source"), ("quantity", "item.uom", "lot", "location")),
    _document(
        "stock.transfer",
        _("Stock transfer"),
        ("from_location", "to_location", "from_project", "to_project"),
        ("quantity", "item.uom", "lot", "status"),
    ),
    _document(
        "stock.adjustment",
        _("Adjustment"),
        ("reason",),
        ("location", "lot", "quantity", "item.uom", "status", "project", "unit_cost"),
    ),
    _document(
        "stock.scrap",
        _("Scrap note"),
        ("reason",),
        ("location", "lot", "quantity", "item.uom", "status", "project"),
    ),
    FormView(
        model="stock.lot_change",
        sections=(
            Section(
                name="document",
                title=_("Lot change"),
                fields=("number", "kind", "item", "location", "booked_on", "note", "state"),
            ),
            Lines(relation="lines", title=_("Lines"), columns=("lot", "into_number", "quantity"), totals=("quantity",)),
        ),
    ),
    FormView(
        model="stock.item_value",
        sections=(Section(name="value", title=_("Stock value"), fields=("item", "quantity", "value", "last_cost")),),
    ),
    FormView(model="stock.project", sections=(Section(name="project", title=_("Project"), fields=("title",)),)),
    FormView(
        model="stock.lot_origin",
        sections=(Section(name="origin", title=_("Lot origin"), fields=("source", "product", "quantity", "cause")),),
    ),
    FormView(
        model="stock.period",
        sections=(
            Section(name="period", title=_("Stock month"), fields=("starts_on", "ends_on", "state")),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=(
                    "item",
                    "item.specification",
                    "opening_qty",
                    "in_qty",
                    "out_qty",
                    "closing_qty",
                    "opening_value",
                    "in_value",
                    "out_value",
                    "closing_value",
                ),
                totals=("opening_value", "in_value", "out_value", "closing_value"),
            ),
        ),
    ),
    FormView(
        model="stock.location",
        sections=(
            Section(
                name="location",
                title=_("Location"),
                fields=(
                    "code",
                    "name",
                    "kind",
                    "warehouse",
                    "sequence",
                    "is_default",
                    "may_be_negative",
                    "active",
                ),
            ),
        ),
    ),
    FormView(
        model="stock.warehouse",
        sections=(Section(name="warehouse", title=_("Warehouse"), fields=("code", "name", "active")),),
    ),
    FormView(
        model="stock.pick_list",
        sections=(
            Section(
                name="document",
                title=_("Picking list"),
                fields=("number", "kind", "source", "project", "needed_on", "note", "state"),
            ),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=(
                    "item",
                    "item.specification",
                    "requested",
                    "item.uom",
                    "extra",
                    "picked",
                    "returned",
                ),
                totals=("requested", "picked"),
            ),
            Panel(
                name="walk",
                title=_("Way through the store"),
                template="stock/walk.html",
                context=walk_of,
                permission="stock.balance.read",
            ),
        ),
    ),
    FormView(
        model="stock.extra_issue",
        sections=(
            Section(
                name="document",
                title=_("Extra issue"),
                fields=("number", "pick_list", "item", "quantity", "reason", "state"),
            ),
        ),
    ),
    FormView(
        model="stock.stocktake",
        sections=(
            Section(
                name="document",
                title=_("Stocktake"),
                fields=("number", "freeze", "blind", "booked_on", "note", "state"),
            ),
            Lines(
                relation="places",
                title=_("Places to count"),
                columns=("location", "counted_at", "counted_by"),
            ),
            Lines(
                relation="lines",
                title=_("Counts"),
                columns=(
                    "location",
                    "item",
                    "item.specification",
                    "lot",
                    "expected",
                    "first_count",
                    "counted",
                    "difference",
                    "value",
                    "remark",
                ),
                totals=("value",),
                visible_when=IS_COUNTED,
            ),
        ),
    ),
    FormView(
        model="stock.tool_loan",
        sections=(
            Section(
                name="loan",
                title=_("Tool loan"),
                fields=("number", "lot", "item", "holder", "location", "lent_at", "due_on", "note", "state"),
            ),
            Section(name="back", title=_("Back"), fields=("returned_at", "condition")),
        ),
    ),
    FormView(
        model="stock.calibration",
        sections=(
            Section(
                name="calibration",
                title=_("Calibration"),
                fields=("lot", "done_on", "passed", "valid_until", "certificate", "note"),
            ),
        ),
    ),
    FormView(
        model="stock.category_rule",
        sections=(
            Section(
                name="rule",
                title=_("Stock rule"),
                fields=("category", "over_issue", "dead_after_days", "loan_days"),
            ),
        ),
    ),
)
