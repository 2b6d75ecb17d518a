"""Screens and menu of stock."""

from core.i18n import Text, _
from core.views.declare import FormView, KanbanView, Lines, ListView, Menu, Section


def _documents(model: str, *columns: str, filters: tuple[str, ...] = ()) -> ListView:
    """The list of a document that moves goods."""
    return ListView(
        model=model,
        columns=("number", *columns, "booked_on", "state", "created_at", "created_by"),
        filters=("state", *filters),
        group_by=("state",),
    )


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
        columns=("number", "item", "supplier", "supplier_lot", "received_on", "expires_on", "state"),
        filters=("item", "state", "expires_on"),
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
)

FORMS = (
    FormView(
        model="stock.receipt",
        sections=(
            Section(
                name="receipt",
                title=_("Receipt"),
                fields=("number", "kind", "location", "partner", "project", "source", "booked_on", "note", "state"),
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
                fields=("number", "item", "supplier", "supplier_lot", "received_on", "expires_on", "note", "state"),
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
)

BOARDS = (KanbanView(model="stock.receipt", by="state", fields=("kind", "source", "location", "note")),)

VIEWS = (*LISTS, *FORMS, *BOARDS)


def _menu(name: str, title: Text, icon: str, model: str, sequence: int) -> Menu:
    return Menu(key=f"stock.{name}", title=title, icon=icon, parent="stock", model=f"stock.{model}", sequence=sequence)


MENUS = (
    Menu(key="stock", title=_("Stock"), icon="building-warehouse", sequence=50),
    Menu(
        key="stock.scan",
        title=_("Scan"),
        icon="scan",
        parent="stock",
        endpoint="stock.scan",
        permission="stock.balance.scan",
        sequence=5,
    ),
    _menu("balances", _("Balances"), "stack-2", "balance", 10),
    _menu("receipts", _("Receipts"), "package-import", "receipt", 20),
    _menu("issues", _("Issues"), "package-export", "issue", 22),
    _menu("transfers", _("Stock transfers"), "arrows-exchange", "transfer", 24),
    _menu("adjustments", _("Adjustments"), "adjustments", "adjustment", 26),
    _menu("scraps", _("Scrap notes"), "trash", "scrap", 28),
    _menu("moves", _("Stock moves"), "transfer", "move", 30),
    _menu("reservations", _("Reservations"), "lock", "reservation", 40),
    _menu("lots", _("Lots"), "barcode", "lot", 50),
    _menu("lot_changes", _("Lot changes"), "arrows-split", "lot_change", 52),
    _menu("values", _("Stock values"), "coin", "item_value", 54),
    _menu("periods", _("Stock months"), "calendar-stats", "period", 56),
    _menu("locations", _("Locations"), "map-pin", "location", 60),
    _menu("warehouses", _("Warehouses"), "building-warehouse", "warehouse", 70),
)
