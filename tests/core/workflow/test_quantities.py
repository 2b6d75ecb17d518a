"""Quantities as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import ValidationError
from core.workflow.quantities import read_quantity


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("12", "12"),
        (" 0.5 ", "0.5"),
        ("１２．５", "12.5"),
        ("1,250", "1250"),
        ("", "0"),
        ("  ", "0"),
        ("0.000001", "0.000001"),
    ],
)
def test_what_can_only_mean_one_quantity_is_read(text: str, quantity: str) -> None:
    assert read_quantity(text) == Decimal(quantity)


@pytest.mark.parametrize("text", ["-1", "abc", "1,5", "1e3", "NaN", "Infinity", "0.0000001", "9" * 30, "0x10", "1 2"])
def test_anything_else_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(ValidationError, match="Check the quantity") as refused:
        read_quantity(text)
    assert text in str(refused.value)
