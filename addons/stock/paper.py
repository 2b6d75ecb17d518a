"""What can be printed of stock: a slip for every document, the sheet counters write on, labels of lots and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addons.stock.services import propose_walks
from core.i18n import Text, _
from core.paper.declare import Document, Label

LOTS_AND_PLACES = ("quantity", "item.uom", "lot.number", "location.code")


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What a slip shows: fields at its head, columns of its lines, who signs."""

    noun: str
    title: Text
    head: tuple[str, ...]
    columns: tuple[str, ...]
    signs: tuple[Text, ...]
    template: str = "stock/paper/slip.html"
    total: str = "quantity"

    @property
    def paper(self) -> Document:
        """The same as a paper."""
        lines = ("item.code", "item.name", "item.specification", *self.columns)
        shown = {"head": (*self.head, "state", "created_at", "created_by"), "columns": lines, "signs": self.signs}
        return Document(
            name=f"{self.noun}_slip",
            title=self.title,
            model=f"stock.{self.noun}",
            template=self.template,
            context=lambda records: {record.id: {**shown, "total": self.total} for record in records},
            loads=(*self.head, "created_by", *(f"lines.{column}" for column in lines)),
        )


def _walks(records: list[Any]) -> Mapping[int, Mapping[str, Any]]:
    """The way through the store for each picking list that is to be picked."""
    walks = propose_walks([record for record in records if record.state == "released"])
    return {record.id: {"steps": walks.get(record.id, [])} for record in records}


SLIPS = (
    Slip(
        noun="receipt",
        title=_("Receipt slip"),
        head=("kind", "partner", "location.code", "source", "booked_on"),
        columns=("quantity", "item.uom", "lot_number", "location.code"),
        signs=(_("Delivered by"), _("Received by"), _("Inspector")),
    ),
    Slip(
        noun="issue",
        title=_("Issue slip"),
        head=("kind", "partner", "source", "booked_on"),
        columns=LOTS_AND_PLACES,
        signs=(_("Handed out by"), _("Received by")),
    ),
    Slip(
        noun="transfer",
        title=_("Transfer slip"),
        head=("from_location.code", "to_location.code", "from_project", "to_project", "booked_on"),
        columns=("quantity", "item.uom", "lot.number", "status"),
        signs=(_("Handed out by"), _("Received by")),
    ),
    Slip(
        noun="adjustment",
        title=_("Adjustment slip"),
        head=("reason", "booked_on"),
        columns=(*LOTS_AND_PLACES, "status"),
        signs=(_("Warehouse keeper"), _("Finance")),
    ),
    Slip(
        noun="scrap",
        title=_("Scrap slip"),
        head=("reason", "booked_on"),
        columns=(*LOTS_AND_PLACES, "status"),
        signs=(_("Warehouse keeper"), _("Inspector")),
    ),
)

PAPERS = (
    *(slip.paper for slip in SLIPS),
    Document(
        name="pick_list",
        title=_("Picking list"),
        model="stock.pick_list",
        template="stock/paper/pick_list.html",
        context=_walks,
        loads=("project", "created_by", "lines.item.code", "lines.item.uom"),
    ),
    Document(
        name="count_sheet",
        title=_("Count sheet"),
        model="stock.stocktake",
        template="stock/paper/count_sheet.html",
        loads=(
            "places.location.name",
            "lines.location.code",
            "lines.item.code",
            "lines.item.uom",
            "lines.lot.number",
        ),
    ),
    Label(
        name="lot_label",
        title=_("Lot label"),
        model="stock.lot",
        template="stock/paper/lot_label.html",
        formats=("roll-60x40", "roll-80x50", "sheet-3x8"),
        loads=("item",),
    ),
    Label(
        name="location_label",
        title=_("Location label"),
        model="stock.location",
        template="stock/paper/location_label.html",
        formats=("roll-100x70", "roll-60x40", "sheet-3x8"),
        loads=("warehouse",),
    ),
)
