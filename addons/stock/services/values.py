"""What stock is worth: a moving average per item, kept under a lock that every posting of the item takes first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import case, literal, select, update
from sqlalchemy.types import TypeEngine

from addons.masterdata.models import Item
from addons.stock.models import ItemValue
from addons.stock.services.balances import ZERO, insert_missing
from core.db import Money, Price, Quantity, db
from core.errors import NotFound
from core.i18n import _

CENT = Decimal("0.01")
SMALLEST = Decimal("0.000001")


@dataclass
class Worth:
    """An item under lock: what there is of it in all, what that is worth, and what people call it."""

    item_id: int
    code: str
    name: str
    tracking: str
    standard_cost: Decimal | None
    quantity: Decimal
    value: Decimal
    last_cost: Decimal | None

    @property
    def cost(self) -> Decimal:
        """What one is worth: the average, or what it was when there was some, or the standard cost, or nothing."""
        if self.quantity > ZERO:
            return (self.value / self.quantity).quantize(SMALLEST, ROUND_HALF_UP)
        return self.last_cost or self.standard_cost or ZERO

    def stay(self, quantity: Decimal) -> Decimal:
        """What a quantity that moves within our own places is worth."""
        return (quantity * self.cost).quantize(CENT, ROUND_HALF_UP)

    def arrive(self, quantity: Decimal, value: Decimal | None) -> Decimal:
        """Goods come in, worth `value` in all or what the item costs; returns what they are booked at."""
        worth = self.stay(quantity) if value is None else value.quantize(CENT, ROUND_HALF_UP)
        self.quantity += quantity
        self.value += worth
        self.last_cost = self.cost
        return worth

    def leave(self, quantity: Decimal, value: Decimal | None) -> Decimal:
        """Goods go out at the average, or at `value` as far as there is that much; the last take all that is left."""
        if quantity == self.quantity:
            worth = self.value
        elif self.quantity > quantity:
            wanted = self.stay(quantity) if value is None else value.quantize(CENT, ROUND_HALF_UP)
            worth = min(wanted, self.value)
        else:
            worth = self.stay(quantity)
        self.quantity -= quantity
        self.value -= worth
        if self.quantity > ZERO:
            self.last_cost = self.cost
        return worth


def lock_items_worth(item_ids: Collection[int]) -> dict[int, Worth]:
    """Take these items FOR UPDATE, in one order; raises `NotFound` for one that is not there. One statement."""
    wanted = sorted(set(item_ids))
    found = _locked(wanted)
    if len(found) < len(wanted):
        _make_missing([item for item in wanted if item not in found])
        found = _locked(wanted)
    return found


def _locked(item_ids: list[int]) -> dict[int, Worth]:
    query = (
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.tracking,
            Item.standard_cost,
            ItemValue.quantity,
            ItemValue.value,
            ItemValue.last_cost,
        )
        .join(ItemValue, ItemValue.item_id == Item.id)
        .where(Item.id.in_(item_ids))
        .order_by(Item.id)
        .with_for_update(of=ItemValue)
    )
    return {row[0]: Worth(*row) for row in db.session.execute(query)}


def _make_missing(item_ids: list[int]) -> None:
    known = set(db.session.scalars(select(Item.id).where(Item.id.in_(item_ids))))
    if len(known) < len(item_ids):
        raise NotFound(_("There is no such item."))
    db.session.execute(insert_missing(ItemValue, [{"item_id": item} for item in item_ids]))


def keep_worth(worths: Collection[Worth]) -> None:
    """Write down what the locked items are worth now. One statement."""
    if not worths:
        return

    def each(kind: TypeEngine[Decimal], name: str) -> object:
        return case({w.item_id: literal(getattr(w, name), kind) for w in worths}, value=ItemValue.item_id)

    db.session.execute(
        update(ItemValue)
        .where(ItemValue.item_id.in_(sorted(w.item_id for w in worths)))
        .values(
            quantity=each(Quantity(), "quantity"), value=each(Money(), "value"), last_cost=each(Price(), "last_cost")
        )
        .execution_options(synchronize_session=False)
    )
