"""Screens and menu of stock."""

from core.i18n import _
from core.views.declare import FormView, KanbanView, Lines, ListView, Menu, Section

LISTS = (
    ListView(
        model="stock.balance",
        columns=("item", "item.specification", "location", "lot", "on_hand", "reserved", "item.uom"),
        filters=("location", "item"),
        totals=("on_hand", "reserved"),
        group_by=("item", "location"),
    ),
    ListView(
        model="stock.move",
        columns=("at", "item", "lot", "quantity", "from_location", "to_location", "cause", "user"),
        filters=("item", "from_location", "to_location", "at"),
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
    ListView(model="stock.lot", columns=("number", "item", "supplier_lot", "created_at"), filters=("item",)),
    ListView(
        model="stock.location",
        columns=("code", "name", "kind", "warehouse", "is_default", "active"),
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
                fields=("number", "kind", "location", "source", "note", "state"),
            ),
            Lines(
                relation="lines",
                title=_("Lines"),
                columns=("item", "item.specification", "quantity", "item.uom", "lot_number"),
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
                fields=("at", "item", "lot", "quantity", "from_location", "to_location"),
            ),
            Section(name="cause", title=_("Cause"), fields=("cause", "reason", "user", "channel")),
        ),
    ),
    FormView(
        model="stock.balance",
        sections=(
            Section(name="balance", title=_("Balance"), fields=("item", "location", "lot", "on_hand", "reserved")),
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
        sections=(Section(name="lot", title=_("Lot"), fields=("number", "item", "supplier_lot")),),
    ),
    FormView(
        model="stock.location",
        sections=(
            Section(
                name="location",
                title=_("Location"),
                fields=("code", "name", "kind", "warehouse", "is_default", "active"),
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

MENUS = (
    Menu(key="stock", title=_("Stock"), icon="building-warehouse", sequence=50),
    Menu(key="stock.balances", title=_("Balances"), icon="stack-2", parent="stock", model="stock.balance", sequence=10),
    Menu(
        key="stock.receipts",
        title=_("Receipts"),
        icon="package-import",
        parent="stock",
        model="stock.receipt",
        sequence=20,
    ),
    Menu(key="stock.moves", title=_("Stock moves"), icon="transfer", parent="stock", model="stock.move", sequence=30),
    Menu(
        key="stock.reservations",
        title=_("Reservations"),
        icon="lock",
        parent="stock",
        model="stock.reservation",
        sequence=40,
    ),
    Menu(key="stock.lots", title=_("Lots"), icon="barcode", parent="stock", model="stock.lot", sequence=50),
    Menu(
        key="stock.locations", title=_("Locations"), icon="map-pin", parent="stock", model="stock.location", sequence=60
    ),
    Menu(
        key="stock.warehouses",
        title=_("Warehouses"),
        icon="building-warehouse",
        parent="stock",
        model="stock.warehouse",
        sequence=70,
    ),
)
