"""What the store prints: a slip for every document, the picker's way, the counter's sheet, labels of places."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from addons.stock.factories import make_location
from core.db import db
from core.i18n import in_locale
from core.kernel.registry import current_registry
from core.paper.printing import Order, make_ready
from core.testing.statements import count_statements
from core.workflow.fire import fire
from tests.addons.stock.support import main, stocked
from tests.addons.stock.test_counting import count, stocktake
from tests.addons.stock.test_documents import draft
from tests.addons.stock.test_picking import pick_list


def documents() -> dict[str, Any]:
    """One document of each kind that has a slip, under the name of its paper."""
    line = {"item_id": stocked(10).id, "quantity": "2"}
    here = {**line, "location_id": main()}
    return {
        "receipt_slip": draft("stock.receipt", [line], location_id=main()),
        "issue_slip": draft("stock.issue", [line], kind="production"),
        "transfer_slip": draft("stock.transfer", [line], from_location_id=main(), to_location_id=make_location().id),
        "adjustment_slip": draft("stock.adjustment", [here], reason="found"),
        "scrap_slip": draft("stock.scrap", [here], reason="broken"),
        "pick_list": pick_list((stocked(5), 3)),
        "count_sheet": stocktake(make_location().id, main()),
    }


def html(paper: str, *records: Any) -> str:
    """The pages of records."""
    order = Order(
        model=current_registry().spec_of(records[0]).name, paper=f"stock.{paper}", ids=tuple(r.id for r in records)
    )
    return "".join(document["html"] for document in make_ready(order).documents)


def test_every_document_has_a_slip_in_both_languages(any_app: Flask, system: Any) -> None:
    for paper, document in documents().items():
        item = document.lines[0].item.code
        assert item in html(paper, document)
        with in_locale("zh"):
            text = re.sub(r"<(style|svg)\b.*?</\1>|<[^>]*>", " ", html(paper, document), flags=re.S)
        assert document.number in text
        assert re.findall(r"\b(?:Quantity|Lot|Handed|Checked|Found|Place)\b", text) == []


def _wanted() -> Any:
    return pick_list((stocked(5), 3), (stocked(5), 3))


def _issue() -> Any:
    return draft("stock.issue", [{"item_id": stocked(5).id, "quantity": "2"}] * 2, kind="production")


@pytest.mark.parametrize("paper", ["pick_list", "issue_slip"])
def test_a_batch_takes_a_fixed_number_of_statements(any_app: Flask, system: Any, paper: str) -> None:
    made = [_wanted() if paper == "pick_list" else _issue() for _ in range(4)]

    def statements(some: list[Any]) -> int:
        ids, spec = tuple(r.id for r in some), current_registry().spec_of(some[0])
        db.session.expunge_all()
        return count_statements(lambda: make_ready(Order(model=spec.name, paper=f"stock.{paper}", ids=ids)))

    statements(made[:1])
    assert statements(made[:2]) == statements(made)


def test_the_picker_reads_where_to_go(any_app: Flask, system: Any) -> None:
    page = html("pick_list", pick_list((stocked(5), 3)))
    assert ("Way through the store" in page, "MAIN" in page) == (True, True)


def test_a_blind_sheet_tells_nothing_of_the_books(any_app: Flask, system: Any) -> None:
    item = stocked(7357)
    blind = stocktake(main())
    assert "7,357" not in html("count_sheet", blind)
    fire(blind, "cancel")
    seeing = stocktake(main(), blind=False)
    assert "7,357" in html("count_sheet", seeing)
    count(seeing, item, 7300)
    assert "7,300" in html("count_sheet", seeing)


def test_a_place_has_a_label_with_its_code(any_app: Flask, system: Any) -> None:
    place = make_location(code="A-01-2", name="Top shelf")
    page = html("location_label", place)
    assert ("A-01-2" in page, "Top shelf" in page, "<img" in page) == (True, True, True)
