"""The goods a scan names in a place, as the pages for moving, issuing and lending need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, type_coerce

from addons.masterdata.models import Item, Uom
from addons.stock.models import Location, Lot, StockBalance
from addons.stock.scanning.codes import Found, find_one
from addons.stock.scanning.flow import Kept, Row, Slot
from core.db import Quantity, db
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.addresses import LARGEST_ID
from core.web.format import number_text
from core.workflow.fire import fire
from core.workflow.records import create_record


@dataclass(frozen=True)
class Goods:
    """Goods that can be taken from a place: what they are, and how much is free there."""

    item_id: int
    lot_id: int | None
    title: str
    free: Decimal
    unit: str

    @property
    def kept(self) -> dict[str, str]:
        """What the page keeps of them."""
        return {"item": str(self.item_id), "lot": str(self.lot_id or "")}

    @property
    def slot(self) -> Slot:
        """How the page shows them."""
        return Slot(_("Goods"), self.title, _("%(free)s %(unit)s here", free=number_text(self.free), unit=self.unit))


def get_place(location_id: int | str) -> tuple[str, str]:
    """Code and name of a location; raises `NotFound`."""
    query = select(Location.code, Location.name).where(Location.id == kept_id(location_id))
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound(_("There is no such location."))
    return row.code, row.name


def kept_id(value: int | str) -> int:
    """An id a page has kept; ValueError for what can be none."""
    number = int(value)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(f"{number} is no id")
    return number


def find_here(location_id: int | str) -> list[Goods]:
    """All goods that can be taken from a place, by item and lot. One statement."""
    free = type_coerce(StockBalance.on_hand - StockBalance.reserved, Quantity)
    query = (
        select(Item.id, Lot.id, Item.code, Item.name, Lot.number, free, Uom.code)
        .select_from(StockBalance)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Uom, Uom.id == Item.uom_id)
        .outerjoin(Lot, Lot.id == StockBalance.lot_id)
        .where(
            StockBalance.location_id == kept_id(location_id),
            StockBalance.status == "available",
            StockBalance.project_key == 0,
            free > 0,
        )
        .order_by(Item.code, Lot.id)
    )
    return [
        Goods(item, lot, " ".join(filter(None, (code, name, number))), amount, unit)
        for item, lot, code, name, number, amount, unit in db.session.execute(query)
    ]


def choose(location_id: int | str, text: str) -> Goods:
    """The goods in a place that a scanned item or lot names.

    Raises `Conflict` when there are none there, `ValidationError` when the item is there in several lots.
    """
    found = find_one(text, "item", "lot")
    fitting = [goods for goods in find_here(location_id) if _names(found, goods)]
    if not fitting:
        code, _name = get_place(location_id)
        raise Conflict(_("Nothing of %(goods)s is free in %(place)s.", goods=found.title, place=code))
    if len(fitting) > 1:
        raise ValidationError(_("%(item)s is here in several lots. Scan the lot.", item=found.title))
    return fitting[0]


def _names(found: Found, goods: Goods) -> bool:
    return goods.lot_id == found.id if found.kind == "lot" else goods.item_id == found.id


def get_goods(location_id: int | str, kept: Kept) -> Goods:
    """The goods chosen before, as they are now; raises `Conflict` when somebody else has taken them."""
    wanted = (kept_id(kept["item"]), kept_id(kept["lot"]) if kept["lot"] else None)
    for goods in find_here(location_id):
        if (goods.item_id, goods.lot_id) == wanted:
            return goods
    raise Conflict(_("Somebody has taken these goods. Scan others."))


def rows_of(found: Sequence[Goods], limit: int = 12) -> list[Row]:
    """Goods as lines under the scans, the first few."""
    return [Row(goods.title, f"{number_text(goods.free)} {goods.unit}") for goods in found[:limit]]


def quantity_within(quantity: Decimal, goods: Goods) -> Decimal:
    """A quantity that can be taken; raises `Conflict` for more than is free."""
    if quantity > goods.free:
        raise Conflict(_("Only %(free)s %(unit)s are free here.", free=number_text(goods.free), unit=goods.unit))
    return quantity


def post_new(model: str, **values: Any) -> Any:
    """Write a document on the keeper's behalf and post it at once; returns it."""
    record = create_record(current_registry().model(model), values)
    return fire(record, "post")
