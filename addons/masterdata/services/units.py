"""Converting quantities between units, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from addons.masterdata.models import Item, Uom
from addons.masterdata.services.refusals import marked
from core.db import Quantity
from core.db.types import plain
from core.errors import ValidationError
from core.i18n import _


def convert(quantity: Decimal | int, from_uom: Uom, to_uom: Uom, item: Item | None = None) -> Decimal:
    """How much a quantity is in another unit.

    Units of one family convert by their factors; units of two families only through the item's second
    unit. Reckoned in fractions and rounded once, half to even, to the six decimals a quantity keeps: so the
    result is exact whenever it can be written down. Raises `ValidationError` when there is no way.
    """
    if isinstance(quantity, float):
        raise ValueError("a float is not exact: use Decimal")
    return _as_quantity(Fraction(quantity) * _ratio(from_uom, to_uom, item))


def round_quantity(quantity: Decimal | int, uom: Uom) -> Decimal:
    """A quantity to the nearest step the unit is kept in, halves up."""
    step = Fraction(uom.rounding)
    return _as_quantity(floor(Fraction(quantity) / step + Fraction(1, 2)) * step)


def _as_quantity(number: Fraction) -> Decimal:
    places = Quantity.places
    return plain(Decimal(round(number * 10**places)).scaleb(-places))


def _ratio(from_uom: Uom, to_uom: Uom, item: Item | None) -> Fraction:
    """How many of the second unit one of the first is."""
    if from_uom.family_id == to_uom.family_id:
        return Fraction(from_uom.factor) / Fraction(to_uom.factor)
    through = _through_item(from_uom, to_uom, item)
    if through is None:
        raise _no_way(from_uom, to_uom, item)
    return through


def _through_item(from_uom: Uom, to_uom: Uom, item: Item | None) -> Fraction | None:
    """The ratio by the item's stock unit and second unit, None when they are of other families."""
    if item is None or item.second_uom is None or not item.second_factor:
        return None
    stock, second, factor = item.uom, item.second_uom, Fraction(item.second_factor)
    if (from_uom.family_id, to_uom.family_id) == (stock.family_id, second.family_id):
        return _ratio(from_uom, stock, None) * factor * _ratio(second, to_uom, None)
    if (from_uom.family_id, to_uom.family_id) == (second.family_id, stock.family_id):
        return _ratio(from_uom, second, None) / factor * _ratio(stock, to_uom, None)
    return None


def _no_way(from_uom: Uom, to_uom: Uom, item: Item | None) -> ValidationError:
    if item is None:
        return ValidationError(
            _(
                "%(first)s cannot be converted to %(second)s: they measure different things. "
                "Choose a unit of the same family.",
                first=from_uom.name,
                second=to_uom.name,
            )
        )
    return ValidationError(
        _(
            "%(first)s cannot be converted to %(second)s for item %(item)s. "
            "Give the item a second unit of that family and its factor.",
            first=from_uom.name,
            second=to_uom.name,
            item=item.code,
        )
    )


def check_uom(changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` when a unit's factor or rounding would be zero."""
    for name in ("factor", "rounding"):
        if name in changes and not changes[name]:
            raise marked(_("Must be more than zero."), name)
