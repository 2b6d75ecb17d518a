"""Converting quantities: exact, within families and through an item's second unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.masterdata import services
from addons.masterdata.factories import make_item, make_uom, pieces
from addons.masterdata.models import Item, Uom
from core.errors import ValidationError
from tests.addons.masterdata.support import change, create

FACTORS = st.decimals(min_value="0.000001", max_value="100000", places=6).filter(lambda f: f > 0)
QUANTITIES = st.decimals(min_value="-1000000", max_value="1000000", places=6)
HALF_A_MILLIONTH = Fraction(1, 2_000_000)


def uom(factor: Decimal, family_id: int = 1, rounding: str = "0.001") -> Uom:
    return Uom(code="u", name="u", family_id=family_id, factor=factor, rounding=Decimal(rounding))


@settings(deadline=None)
@given(quantity=QUANTITIES, first=FACTORS, second=FACTORS)
def test_a_conversion_is_the_nearest_millionth_to_the_true_value(
    quantity: Decimal, first: Decimal, second: Decimal
) -> None:
    converted = services.convert(quantity, uom(first), uom(second))
    true = Fraction(quantity) * Fraction(first) / Fraction(second)
    assert abs(Fraction(converted) - true) <= HALF_A_MILLIONTH


@settings(deadline=None)
@given(quantity=st.integers(-1000, 1000), ratio=st.integers(1, 10_000), smallest=FACTORS)
def test_going_to_a_smaller_unit_and_back_changes_nothing(quantity: int, ratio: int, smallest: Decimal) -> None:
    large, small = uom(smallest * ratio), uom(smallest)
    there = services.convert(Decimal(quantity), large, small)
    assert there == quantity * ratio
    assert services.convert(there, small, large) == quantity


@settings(deadline=None)
@given(quantity=QUANTITIES, factor=FACTORS, first=FACTORS, second=FACTORS)
def test_an_items_second_unit_joins_two_families(
    quantity: Decimal, factor: Decimal, first: Decimal, second: Decimal
) -> None:
    stock, other = uom(first, family_id=1), uom(second, family_id=2)
    item = Item(code="I", uom=stock, second_uom=other, second_factor=factor)
    there = services.convert(quantity, stock, other, item)
    assert abs(Fraction(there) - Fraction(quantity) * Fraction(factor)) <= HALF_A_MILLIONTH
    back = services.convert(quantity, other, stock, item)
    assert abs(Fraction(back) - Fraction(quantity) / Fraction(factor)) <= HALF_A_MILLIONTH


def test_other_units_of_the_two_families_convert_through_the_item_as_well() -> None:
    kilogram, tonne = uom(Decimal(1000), family_id=1), uom(Decimal(1_000_000), family_id=1)
    metre, millimetre = uom(Decimal(1000), family_id=2), uom(Decimal(1), family_id=2)
    bar = Item(code="BAR", uom=kilogram, second_uom=metre, second_factor=Decimal("0.4"))
    assert services.convert(Decimal(2), tonne, millimetre, bar) == 800_000
    assert services.convert(Decimal(400), millimetre, kilogram, bar) == 1


def test_units_of_different_families_are_refused_without_an_item() -> None:
    with pytest.raises(ValidationError, match="measure different things"):
        services.convert(Decimal(1), uom(Decimal(1), 1), uom(Decimal(1), 2))


def test_an_item_without_a_fitting_second_unit_is_named_in_the_refusal() -> None:
    item = Item(code="SHF-1", uom=uom(Decimal(1), 1), second_uom=uom(Decimal(1), 3), second_factor=Decimal(2))
    with pytest.raises(ValidationError, match="SHF-1"):
        services.convert(Decimal(1), uom(Decimal(1), 1), uom(Decimal(1), 2), item)


def test_a_float_is_refused() -> None:
    with pytest.raises(ValueError, match="not exact"):
        services.convert(0.1, uom(Decimal(1)), uom(Decimal(1)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "rounding", "expected"),
    [("1.2345", "0.001", "1.235"), ("2.5", "1", "3"), ("-2.5", "1", "-2"), ("7", "5", "5"), ("7.5", "5", "10")],
)
def test_a_quantity_is_rounded_to_the_units_step_halves_up(quantity: str, rounding: str, expected: str) -> None:
    assert services.round_quantity(Decimal(quantity), uom(Decimal(1), rounding=rounding)) == Decimal(expected)


@settings(deadline=None)
@given(quantity=QUANTITIES, step=st.sampled_from(["0.001", "0.5", "1", "12"]))
def test_rounding_twice_is_rounding_once(quantity: Decimal, step: str) -> None:
    unit = uom(Decimal(1), rounding=step)
    once = services.round_quantity(quantity, unit)
    assert services.round_quantity(once, unit) == once
    assert abs(Fraction(once) - Fraction(quantity)) <= Fraction(step) / 2


def test_stored_units_convert_as_the_plain_ones_do(any_app: Flask, system: Any) -> None:
    dozen = make_uom(factor=Decimal(12))
    single = make_uom(factor=Decimal(1), family=dozen.family)
    item = make_item(uom=single, second_uom=pieces(), second_factor=Decimal("0.000001"))
    assert services.convert(Decimal(3), dozen, single) == 36
    assert services.convert(Decimal(1), dozen, pieces(), item) == Decimal("0.000012")


@pytest.mark.parametrize("field", ["factor", "rounding"])
def test_a_unit_with_a_factor_or_rounding_of_zero_is_refused(app: Flask, system: Any, field: str) -> None:
    unit = make_uom()
    with pytest.raises(ValidationError) as refusal:
        change(unit, **{field: "0"})
    assert field in refusal.value.fields


def test_a_unit_is_created_with_the_defaults(app: Flask, system: Any) -> None:
    made = create("masterdata.uom", code="each", name="each", family_id=make_uom().family_id)
    assert (made.factor, made.rounding, made.active) == (1, Decimal("0.001"), True)
