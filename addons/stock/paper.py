"""What can be printed of stock: the receipt's slip and the label of a lot."""

from core.i18n import _
from core.paper.declare import Document, Label

PAPERS = (
    Document(
        name="receipt_slip",
        title=_("Receipt slip"),
        model="stock.receipt",
        template="stock/paper/receipt_slip.html",
        loads=("location", "created_by", "lines.item", "lines.item.uom"),
    ),
    Label(
        name="lot_label",
        title=_("Lot label"),
        model="stock.lot",
        template="stock/paper/lot_label.html",
        formats=("roll-60x40", "roll-80x50", "sheet-3x8"),
        loads=("item",),
    ),
)
