"""Screens and menu of stock."""

from addons.stock.views.forms import FORMS
from addons.stock.views.lists import LISTS
from core.i18n import Text, _
from core.views.declare import KanbanView, Menu

BOARDS = (KanbanView(model="stock.receipt", by="state", fields=("kind", "source", "location", "note")),)

VIEWS = (*LISTS, *FORMS, *BOARDS)


def _menu(name: str, title: Text, icon: str, model: str, sequence: int, group: str = "stock") -> Menu:
    return Menu(key=f"stock.{name}", title=title, icon=icon, parent=group, model=f"stock.{model}", sequence=sequence)


def _book(name: str, title: Text, icon: str, model: str, sequence: int) -> Menu:
    return _menu(name, title, icon, model, sequence, "stock.books")


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
    _menu("pick_lists", _("Picking lists"), "list-check", "pick_list", 21),
    _menu("extra_issues", _("Extra issues"), "circle-plus", "extra_issue", 22),
    _menu("issues", _("Issues"), "package-export", "issue", 23),
    _menu("transfers", _("Stock transfers"), "arrows-exchange", "transfer", 24),
    _menu("stocktakes", _("Stocktakes"), "clipboard-list", "stocktake", 25),
    _menu("adjustments", _("Adjustments"), "adjustments", "adjustment", 26),
    _menu("scraps", _("Scrap notes"), "trash", "scrap", 28),
    _menu("lots", _("Lots"), "barcode", "lot", 50),
    _menu("lot_changes", _("Lot changes"), "arrows-split", "lot_change", 52),
    _menu("tool_loans", _("Tool loans"), "tool", "tool_loan", 60),
    _menu("calibrations", _("Calibrations"), "ruler-measure", "calibration", 62),
    Menu(key="stock.books", title=_("Stock ledger"), icon="book", sequence=52),
    Menu(
        key="stock.reports",
        title=_("Reports"),
        icon="report",
        parent="stock.books",
        endpoint="reports.index",
        permission="stock.balance.read",
        sequence=5,
    ),
    _book("moves", _("Stock moves"), "transfer", "move", 10),
    _book("reservations", _("Reservations"), "lock", "reservation", 20),
    _book("values", _("Stock values"), "coin", "item_value", 30),
    _book("periods", _("Stock months"), "calendar-stats", "period", 40),
    Menu(
        key="stock.map",
        title=_("Location map"),
        icon="map-pin",
        parent="stock.books",
        endpoint="stock.plan",
        permission="stock.balance.read",
        sequence=58,
    ),
    _book("locations", _("Locations"), "map-pin", "location", 60),
    _book("warehouses", _("Warehouses"), "building-warehouse", "warehouse", 70),
    _book("category_rules", _("Stock rules"), "ruler-2", "category_rule", 80),
)
