"""Headings are found and recognised; what is no row of data is left out."""

from __future__ import annotations

from flask import Flask

from core.actor import Actor
from core.imports.guessing import find_header, guess, signature
from core.imports.targets import keys_of, targets_of
from tests.core.imports.support import check, spec_of, xlsx


def test_headings_are_recognised_in_both_languages_and_by_usual_words(importer: Actor) -> None:
    targets = targets_of(spec_of(), importer)
    headings = ["序号", "料号", "品名*", "规格型号", "计量单位", "Safety stock", "lead_days", "单价", "备注"]
    found = guess(headings, targets)
    assert found == {1: "code", 2: "name", 3: "specification", 4: "uom", 5: "safety_stock", 6: "lead_days"}


def test_the_row_of_headings_is_found_below_titles(importer: Actor) -> None:
    targets = targets_of(spec_of(), importer)
    assert (
        find_header([["物料一览表"], ["", "2026"], [], ["编码", "名称", "单位"], ["A-1", "名称", "件"]], targets) == 4
    )
    assert find_header([["x"], ["foo", "bar"], ["1", "2"]], targets) == 2


def test_every_field_has_one_column_at_most(importer: Actor) -> None:
    found = guess(["名称", "name", "Name"], targets_of(spec_of(), importer))
    assert list(found.values()) == ["name"]


def test_a_signature_does_not_change_by_whim() -> None:
    assert signature(["编码 *", "ＮＡＭＥ"]) == signature(["编码", "name"]) != signature(["name", "编码"])


def test_what_tells_records_apart_is_what_the_database_keeps_unique(importer: Actor) -> None:
    def keys(model: str) -> list[tuple[str, ...]]:
        return keys_of(spec_of(model), targets_of(spec_of(model), importer))

    assert keys("masterdata.item") == [("code",)]
    assert keys("core.user") == [("login",), ("badge",)]
    assert keys("stock.lot") == [("item", "number")]
    assert keys("sales_shipping.sales_order") == [("number",)]


def test_totals_and_repeated_headings_are_left_out(app: Flask, importer: Actor) -> None:
    head = ("编码", "名称", "单位")
    result = check(xlsx(head, ("A-1", "a", "x"), head, ("合计", 5, None), ("Total", None, None), ("小计：", 1, 2)))
    assert result.outcomes == ["refused", "left_out", "left_out", "left_out", "left_out"]
