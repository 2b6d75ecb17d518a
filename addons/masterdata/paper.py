"""What can be printed of master data."""

from core.i18n import _
from core.paper.declare import Label

PAPERS = (
    Label(
        name="item_label",
        title=_("Item label"),
        model="masterdata.item",
        template="masterdata/paper/item_label.html",
        loads=("uom.code",),
    ),
)
