"""Documents: what stands on them, for whom, in which language, in how many statements."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import SalesOrderLine
from core.actor import Actor, acting
from core.db import db
from core.errors import Forbidden, NotFound, ValidationError
from core.i18n import in_locale
from core.kernel.hooks import hookimpl
from core.kernel.registry import Declared, current_registry, is_page
from core.paper import render
from core.paper.approvals import Decision, Round, Step
from core.paper.choosing import choices_for
from core.paper.declare import Document
from core.paper.models import Letterhead
from core.paper.printing import Order, make_ready
from core.testing.people import make_unit, make_user
from core.testing.statements import count_statements
from core.workflow.records import create_record
from tests.core.paper.support import html_of, page_count, page_mm, printed, ready, texts
from tests.core.views.support import reader

ORDER, CONFIRMATION = "sales_shipping.sales_order", "sales_shipping.order_confirmation"
SELLER = ("sales_shipping.sales_order.read", "masterdata.item.read", "masterdata.partner.read", "masterdata.uom.read")


def make_priced_order(*, lines: int = 1, **overrides: Any) -> Any:
    """An order with a price on each line."""
    rows = [
        SalesOrderLine(seq=n, item_id=make_item().id, quantity=Decimal(2), price=Decimal("3.25"))
        for n in range(1, lines + 1)
    ]
    return make_sales_order(lines=rows, **overrides)


def seller(**more: Any) -> Actor:
    """Somebody who may read orders."""
    return reader(*SELLER, **more)


def test_a_confirmation_says_what_was_ordered_for_how_much(any_app: Flask, system: Any) -> None:
    order = make_priced_order(lines=2, customer_number="PO-9")
    (page,) = texts(printed(ORDER, CONFIRMATION, order))
    for text in (order.number, order.partner.name, "PO-9", order.lines[0].item.code, "6.50", "13.00", "1 / 1"):
        assert text in page


def test_who_does_not_see_prices_has_none_on_his_paper(any_app: Flask, system: Any) -> None:
    order = make_priced_order()
    for paper in (CONFIRMATION, "record"):
        with acting(replace(seller(), name="Clerk")):
            assert "3.25" not in (html := html_of(ORDER, paper, order)) and "6.50" not in html and "Price" not in html
    with acting(reader_with_prices()):
        assert "3.25" in html_of(ORDER, CONFIRMATION, order)


def reader_with_prices() -> Actor:
    """The same, who sees prices."""
    clerk = seller()
    return replace(clerk, grants=tuple(replace(g, field_groups=frozenset({"prices"})) for g in clerk.grants))


def test_a_record_out_of_reach_is_not_printed_even_among_others(any_app: Flask, system: Any) -> None:
    here, there = make_unit(), make_unit()
    mine, theirs = make_sales_order(org_unit_id=here.id), make_sales_order(org_unit_id=there.id)
    with acting(seller(scope="unit", unit=here)):
        assert mine.number in html_of(ORDER, CONFIRMATION, mine)
        with pytest.raises(NotFound):
            ready(ORDER, CONFIRMATION, mine, theirs)


def test_a_customer_out_of_reach_is_not_named_on_an_order_within(any_app: Flask, system: Any) -> None:
    here, there = make_unit(), make_unit()
    hidden = make_partner(name="Hidden Partner", org_unit_id=there.id)
    order = make_sales_order(org_unit_id=here.id, partner_id=hidden.id)
    ids = (order.id,)
    db.session.flush()
    actor = seller(scope="unit", unit=here)
    db.session.expunge_all()
    with acting(actor):
        for paper in (CONFIRMATION, "record"):
            (document,) = make_ready(Order(model=ORDER, paper=paper, ids=ids)).documents
            assert "Hidden Partner" not in document["html"]


def test_who_may_not_read_a_kind_of_record_prints_none_of_it(app: Flask, system: Any) -> None:
    order = make_sales_order()
    with acting(reader("masterdata.item.read")), pytest.raises(Forbidden):
        ready(ORDER, CONFIRMATION, order)


@contextmanager
def declared(paper: Document) -> Iterator[str]:
    """One more paper, for a while."""
    papers, key = current_registry().papers, f"core.{paper.name}"
    papers[key] = Declared("core", paper)
    try:
        yield key
    finally:
        del papers[key]


def test_a_paper_may_ask_for_a_permission_of_its_own(app: Flask, system: Any) -> None:
    order = make_sales_order()
    paper = Document(
        name="secret",
        title="Secret",
        model=ORDER,
        template="paper/record.html",
        permission="sales_shipping.sales_order.close",
        context=lambda records: {r.id: {"sections": []} for r in records},
    )
    with declared(paper) as key:
        with acting(seller()), pytest.raises(NotFound):
            ready(ORDER, key, order)
        with acting(reader(*SELLER, "sales_shipping.sales_order.close")):
            assert ready(ORDER, key, order).documents


@pytest.mark.parametrize("paper", [CONFIRMATION, "record", "label"])
def test_the_statements_of_a_batch_do_not_depend_on_how_many_it_prints(any_app: Flask, system: Any, paper: str) -> None:
    ids = tuple(make_priced_order(lines=3).id for _n in range(12))

    def statements_for(some: tuple[int, ...]) -> int:
        db.session.expunge_all()
        return count_statements(lambda: make_ready(Order(model=ORDER, paper=paper, ids=some)))

    with acting(seller()):
        statements_for(ids[:1])  # which addons are enabled is known by now
        assert statements_for(ids) == statements_for(ids[:2]) <= 10


def test_paper_is_in_the_readers_language_unless_another_is_asked_for(app: Flask, system: Any) -> None:
    order = make_sales_order()
    assert "Order confirmation" in html_of(ORDER, CONFIRMATION, order)
    assert "订单确认书" in html_of(ORDER, CONFIRMATION, order, language="zh")
    with in_locale("zh"):
        assert "订单确认书" in html_of(ORDER, CONFIRMATION, order)
        assert "Order confirmation" in html_of(ORDER, CONFIRMATION, order, language="en")
    with pytest.raises(ValidationError, match="no language “fr”"):
        ready(ORDER, CONFIRMATION, order, language="fr")


def test_a_document_goes_out_in_the_language_of_whom_it_is_for(app: Flask, system: Any) -> None:
    paper = Document(
        name="card",
        title="Card",
        model="core.user",
        template="paper/record.html",
        language="language",
        context=lambda records: {r.id: {"sections": []} for r in records},
    )
    with declared(paper) as key:
        users = make_user(language="zh"), make_user(language="en")
        documents = ready("core.user", key, *users).documents
        assert ['lang="zh-CN"' in d["html"] for d in documents] == [True, False]
        assert all('lang="en"' in d["html"] for d in ready("core.user", key, *users, language="en").documents)


def test_the_letterhead_stands_at_the_top_in_the_language_of_the_page(app: Flask, system: Any) -> None:
    letterhead = create_record(
        current_registry().model("core.letterhead"),
        {"company": "轻工厂", "company_en": "Light Works", "footer": "Bank 1"},
    )
    order = make_sales_order()
    assert "Light Works" in html_of(ORDER, CONFIRMATION, order)
    assert "轻工厂" in html_of(ORDER, CONFIRMATION, order, language="zh")
    assert "Bank 1" in html_of(ORDER, "record", order)
    with pytest.raises(Exception, match="There is a letterhead already"):
        create_record(current_registry().model("core.letterhead"), {"company": "Another"})
    assert db.session.scalars(select(Letterhead)).all() == [letterhead]


def test_the_newest_picture_among_the_letterheads_files_is_the_logo(app: Flask, system: Any) -> None:
    from core.workflow.attachments import attach
    from tests.core.workflow.test_attachments import PNG

    letterhead = create_record(current_registry().model("core.letterhead"), {"company": "Works"})
    attach(letterhead, "logo.png", PNG)
    attach(letterhead, "note.txt", b"not a picture")
    html = html_of(ORDER, CONFIRMATION, make_sales_order())
    assert "data:image/png;base64," in html
    assert page_count(render.make_pdf([{"html": html, "css": []}], "t")) == 1


def test_the_file_is_called_by_the_documents_number(app: Flask, system: Any) -> None:
    orders = make_sales_order(), make_sales_order()
    assert ready(ORDER, CONFIRMATION, orders[0]).title == orders[0].number
    assert ready(ORDER, CONFIRMATION, *orders).title == "Order confirmation (2)"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("", (210, 297)),
        ("A5", (148, 210)),
        ("A4 landscape", (297, 210)),
        ("letter", (216, 279)),
        ("100x150", (100, 150)),
    ],
)
def test_a_page_has_the_size_asked_for(app: Flask, system: Any, size: str, expected: tuple[int, int]) -> None:
    assert page_mm(printed(ORDER, CONFIRMATION, make_sales_order(), size=size)) == expected


@pytest.mark.parametrize("size", ["A9", "1x1", "9999x100", "A4;", "url(x)"])
def test_a_size_that_is_none_is_refused(app: Flask, system: Any, size: str) -> None:
    with pytest.raises(ValidationError, match="is no size of paper"):
        ready(ORDER, CONFIRMATION, make_sales_order(), size=size)


def test_a_long_table_has_its_heading_and_the_sum_so_far_on_every_page(app: Flask, system: Any) -> None:
    order = make_priced_order(lines=70)
    pages = texts(printed(ORDER, CONFIRMATION, order))
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert "Specification" in page and f"{number} / 3" in page
    assert "Carried forward" in pages[0] and "Brought forward" not in pages[0]
    assert "Brought forward" in pages[1] and "Carried forward" in pages[1]
    assert "Brought forward" in pages[2] and "Carried forward" not in pages[2]
    carried = pages[0].split("Carried forward: ")[1].split(" 1 / 3")[0]
    assert carried in pages[1].split("Brought forward: ")[1]
    assert order.number in pages[1] and "455.00" in pages[2]


def test_pages_are_counted_for_each_document_of_a_batch(app: Flask, system: Any) -> None:
    pages = texts(printed(ORDER, CONFIRMATION, make_priced_order(lines=40), make_priced_order()))
    assert [next(f"{n} / {m}" for n in (1, 2) for m in (1, 2) if f"{n} / {m}" in page) for page in pages] == [
        "1 / 2",
        "2 / 2",
        "1 / 1",
    ]


def test_every_kind_of_record_can_be_printed_as_it_is(app: Flask, system: Any) -> None:
    for name in ("masterdata", "stock", "sales_shipping", "mrp_routing"):
        importlib.import_module(f"addons.{name}.demo").load()
    documents = []
    for spec in list(current_registry().models.values()):
        record = db.session.scalar(select(spec.model).limit(1)) if is_page(spec) else None
        if record is not None:
            documents += ready(spec.name, "record", record).documents
            documents += ready(spec.name, "label", record).documents
    assert len(documents) > 30
    render.make_pdf(documents, "everything")


def test_the_approval_record_is_asked_for_once_and_printed(app: Flask, system: Any) -> None:
    asked = []

    class Approvals:
        @hookimpl
        def approval_rounds(self, model: str, record_ids: list[int]) -> Any:
            asked.append((model, record_ids))
            at = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
            decisions = [
                Decision(person="Wang Wei", decision="Approved", comment="fine <b>", at=at),
                Decision(person="Li"),
            ]
            step = Step(name="Manager", decisions=decisions)
            return {record_ids[0]: [Round(title="Confirm", outcome="Passed", steps=[step])]}

    orders = make_sales_order(), make_sales_order()
    plugins = current_registry().plugins
    plugins.register(Approvals(), name="stock:core")
    try:
        pages = texts(printed(ORDER, CONFIRMATION, *orders))
    finally:
        plugins.unregister(name="stock:core")
    assert asked == [(ORDER, [order.id for order in orders])]
    for text in ("Approval record: Confirm", "Passed", "Manager", "Wang Wei", "fine <b>", "2026-11-26 12:00"):
        assert text in pages[0]
    assert "Approval record" not in pages[1]


def test_only_what_the_enabled_addons_declare_is_offered(app: Flask, system: Any) -> None:
    spec = current_registry().model(ORDER)
    with acting(seller()) as actor:
        keys = [choice.key for choice in choices_for(spec, actor)]
    assert keys == [CONFIRMATION, "record", "label"]
    assert SimpleNamespace(**vars(choices_for(spec, actor)[0])).title == "Order confirmation"


@pytest.mark.parametrize("ids", [(), tuple(range(1, 202))])
def test_none_and_too_many_are_refused(app: Flask, system: Any, ids: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="Choose 1 to 200 rows"):
        make_ready(Order(model=ORDER, paper="record", ids=ids))
