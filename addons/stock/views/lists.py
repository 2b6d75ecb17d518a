"""The list pages of stock."""

from core.views.declare import ListView


def _documents(model: str, *columns: str, filters: tuple[str, ...] = ()) -> ListView:
    """The list of a document that moves goods."""
    return ListView(
        model=model,
        columns=("number", *columns, "booked_on", "state", "created_at", "created_by"),
        filters=("state", *filters),
        group_by=("state",),
    )


LISTS = (
    ListView(
        model="stock.balance",
        columns=(
            "item",
            "item.specification",
            "location",
            "lot",
            "project",
            "status",
            "on_hand",
            "reserved",
            "item.uom",
        ),
        filters=("location", "item", "status", "project"),
        totals=("on_hand", "reserved"),
        group_by=("item", "location"),
    ),
    ListView(
        model="stock.move",
        columns=(
            "at",
            "booked_on",
            "item",
            "lot",
            "quantity",
            "value",
            "from_location",
            "to_location",
            "cause",
            "user",
        ),
        filters=("item", "lot", "flow", "from_location", "to_location", "booked_on"),
    ),
    ListView(
        model="stock.reservation",
        columns=(
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
    ListView(
        model="stock.receipt",
        columns=("number", "kind", "location", "source", "state", "created_at", "created_by"),
        filters=("state", "kind", "location"),
        group_by=("state", "kind"),
    ),
    _documents("stock.issue", "kind", "partner", "source", filters=("kind",)),
    _documents("stock.transfer", "from_location", "to_location", filters=("from_location", "to_location")),
    _documents("stock.adjustment", "reason"),
    _documents("stock.scrap", "reason"),
    _documents("stock.lot_change", "kind", "item", "location", filters=("kind",)),
    ListView(
        model="stock.lot",
        columns=(
            "number",
            "item",
            "supplier",
            "supplier_lot",
            "received_on",
            "expires_on",
            "calibrated_until",
            "state",
        ),
        filters=("item", "state", "expires_on", "calibrated_until"),
    ),
    ListView(
        model="stock.item_value",
        columns=("item", "item.specification", "quantity", "item.uom", "last_cost", "value"),
        filters=("item",),
        totals=("value",),
    ),
    ListView(model="stock.period", columns=("starts_on", "ends_on", "state", "updated_by"), filters=("state",)),
    ListView(model="stock.project", columns=("title",)),
    ListView(
        model="stock.lot_origin",
        columns=("source", "product", "product.item", "quantity", "cause"),
        filters=("source", "product"),
    ),
    ListView(
        model="stock.location",
        columns=("code", "name", "kind", "warehouse", "sequence", "is_default", "active"),
        filters=("kind", "warehouse", "active"),
    ),
    ListView(model="stock.warehouse", columns=("code", "name", "active"), filters=("active",)),
    ListView(
        model="stock.pick_list",
        columns=("number", "kind", "source", "needed_on", "state", "created_at", "created_by"),
        filters=("state", "kind", "needed_on"),
        group_by=("state",),
    ),
    ListView(
        model="stock.extra_issue",
        columns=("number", "pick_list", "item", "quantity", "reason", "state", "created_by"),
        filters=("state", "item"),
    ),
    _documents("stock.stocktake", "freeze", "blind"),
    ListView(
        model="stock.tool_loan",
        columns=("number", "item", "lot", "holder", "lent_at", "due_on", "returned_at", "condition", "state"),
        filters=("state", "holder", "item", "due_on"),
        group_by=("holder", "item"),
    ),
    ListView(
        model="stock.calibration",
        columns=("lot", "lot.item", "done_on", "passed", "valid_until", "certificate"),
        filters=("passed", "valid_until"),
    ),
    ListView(
        model="stock.category_rule",
        columns=("category", "over_issue", "dead_after_days", "loan_days"),
        filters=("over_issue",),
    ),
)
