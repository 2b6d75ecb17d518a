"""Customers' templates: drafts and versions, which one is printed for whom, and sentences for what is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import SalesOrderLine
from core.actor import acting
from core.db import db
from core.errors import Forbidden, NotFound, StaleVersion, ValidationError
from core.i18n import in_locale
from core.kernel.registry import current_registry
from core.paper import custom, render
from core.paper.choosing import choices_for
from core.paper.composing import check_body
from core.paper.custom import Draft
from core.paper.layout import Layout, body_of, usual_layout
from core.paper.models import PrintTemplate, PrintTemplateVersion
from core.paper.plain import tree_of
from core.paper.printing import Order, make_ready
from core.testing.statements import count_statements
from tests.core.paper.support import page_mm, printed, scanned, texts
from tests.core.views.support import reader

ORDER, CONFIRMATION = "sales_shipping.sales_order", "sales_shipping.order_confirmation"


def make_template(body: str, *, published: bool = True, **values: Any) -> PrintTemplate:
    """A template of orders with this draft, published unless told otherwise."""
    template = custom.create_template(ORDER, values.get("name", "Ours"))
    draft = Draft(**{"name": "Ours", "body": body, **values})
    custom.save_draft(template.id, draft, version=None)
    if published:
        custom.publish(template.id, version=None)
    return template


def make_priced(**values: Any) -> Any:
    """An order of two lines at a price."""
    lines = [SalesOrderLine(seq=n, item_id=make_item().id, quantity=Decimal(4), price=Decimal("2.5")) for n in (1, 2)]
    return make_sales_order(lines=lines, **values)


def test_a_published_template_takes_the_place_of_the_declared_paper(any_app: Flask, system: Any) -> None:
    order = make_priced()
    body = """<h1>Our order {{ record.number }}</h1><p>{{ record.partner.name }}</p>
    {% for line in record.lines %}
    <p>{{ line.item.code }}: {{ line.raw.quantity | times: line.raw.price }}</p>
    {% endfor %}
    {{ record.scan_code | qr: 25 }} {{ label.number }} {{ printed.by }}"""
    make_template(body, paper=CONFIRMATION, size="A5")
    pdf = printed(ORDER, CONFIRMATION, order)
    (page,) = texts(pdf)
    assert f"Our order {order.number}" in page and order.partner.name in page and "Number" in page
    assert all(f"{line.item.code}: 10" in page for line in order.lines)
    assert scanned(pdf) == [order.number] and page_mm(pdf) == (148, 210)


def test_a_template_in_place_of_nothing_is_offered_beside_the_others(app: Flask, system: Any) -> None:
    order, template = make_priced(), make_template("<p>Extra sheet {{ record.number }}</p>", name="Extra")
    spec = current_registry().model(ORDER)
    with acting(reader("sales_shipping.sales_order.read")) as actor:
        assert f"own-{template.id}" in [choice.key for choice in choices_for(spec, actor)]
        assert f"Extra sheet {order.number}" in texts(printed(ORDER, f"own-{template.id}", order))[0]


def test_a_draft_is_not_printed_until_it_is_published(app: Flask, system: Any) -> None:
    order = make_priced()
    template = make_template("<p>First</p>", paper=CONFIRMATION)
    custom.save_draft(template.id, Draft(name="Ours", body="<p>Second</p>", paper=CONFIRMATION), version=None)
    assert "First" in texts(printed(ORDER, CONFIRMATION, order))[0]
    custom.publish(template.id, version=None)
    assert "Second" in texts(printed(ORDER, CONFIRMATION, order))[0]
    assert [v.number for v in db.session.scalars(select(PrintTemplateVersion))] == [1, 2]


def test_an_earlier_version_can_be_the_draft_again_and_all_can_be_withdrawn(app: Flask, system: Any) -> None:
    order, template = make_priced(), make_template("<p>First</p>", paper=CONFIRMATION)
    custom.save_draft(template.id, Draft(name="Ours", body="<p>Second</p>", paper=CONFIRMATION), version=None)
    custom.publish(template.id, version=None)
    custom.restore(template.id, 1, version=None)
    assert template.body == "<p>First</p>" and template.published == 2
    custom.withdraw(template.id, version=None)
    assert "Order confirmation" in texts(printed(ORDER, CONFIRMATION, order))[0]
    with pytest.raises(NotFound):
        custom.restore(template.id, 9, version=None)


def test_one_customers_paper_looks_different(any_app: Flask, system: Any) -> None:
    special, usual = make_partner(), make_partner()
    make_template("<p>For all</p>", paper=CONFIRMATION)
    make_template("<p>For one</p>", paper=CONFIRMATION, for_field="partner_id", for_id=special.id)
    make_template("<p>给一家</p>", paper=CONFIRMATION, for_field="partner_id", for_id=special.id, language="zh")
    orders = make_priced(partner_id=special.id), make_priced(partner_id=usual.id)
    pages = texts(printed(ORDER, CONFIRMATION, *orders))
    assert "For one" in pages[0] and "For all" in pages[1]
    assert "给一家" in texts(printed(ORDER, CONFIRMATION, orders[0], language="zh"))[0]


def test_a_template_never_shows_what_the_printing_person_may_not_see(app: Flask, system: Any) -> None:
    order = make_priced()
    make_template(
        "<p>{{ record.partner.name }}|"
        "{% for line in record.lines %}{{ line.price }}|{{ line.raw.price }}{% endfor %}|</p>",
        paper=CONFIRMATION,
    )
    with acting(reader("sales_shipping.sales_order.read")):
        assert "||||" in texts(printed(ORDER, CONFIRMATION, order))[0].replace("\r\n", "")
    assert "2.5" in texts(printed(ORDER, CONFIRMATION, order))[0]


def test_the_statements_of_a_template_do_not_depend_on_how_many_records_it_prints(any_app: Flask, system: Any) -> None:
    make_template("<p>{{ record.partner.currency }}{{ record.lines[0].item.uom }}</p>", paper=CONFIRMATION)
    ids = tuple(make_priced().id for _n in range(8))

    def statements_for(some: tuple[int, ...]) -> int:
        db.session.expunge_all()
        return count_statements(lambda: make_ready(Order(model=ORDER, paper=CONFIRMATION, ids=some)))

    statements_for(ids[:1])
    assert statements_for(ids) == statements_for(ids[:2]) <= 16


WRONG = {
    "<p>\n{{ record.nmber }}</p>": "Line 2: there is no field “record.nmber”",
    "{{ record.number | uppercase }}": "Line 1: there is no filter “uppercase”",
    "\n\n{% include 'secrets' %}": "Line 3: “include” is not a command",
    "{% for line in record.lines %}": "Line 1 cannot be read",
    "{{ record.number": "Line 1 cannot be read",
    "{% render 'x' %}": "“render” is not a command",
}


@pytest.mark.parametrize("body", WRONG)
def test_what_is_wrong_in_a_template_is_said_with_its_line(app: Flask, system: Any, body: str) -> None:
    template, order = make_template("<p>x</p>", published=False), make_priced()
    with pytest.raises(ValidationError) as refused:
        ready = custom.try_out(template, Draft(name="Ours", body=body), order.id)
        for _done in ready.run():
            pass
    assert WRONG[body] in str(refused.value)


def test_what_is_wrong_is_said_in_the_readers_language(app: Flask, system: Any) -> None:
    with in_locale("zh"), pytest.raises(ValidationError, match="第 2 行：模板中不能使用命令“include”"):
        render.check_template("<p>\n{% include 'x' %}</p>", "")


UNSAVED = {
    "paper": ("stock.nothing", "There is no such paper"),
    "language": ("fr", "no language “fr”"),
    "size": ("B9", "is no size of paper"),
    "margin_mm": (101, "A margin is 0 to 100 mm"),
    "for_field": ("partner_id", "needs both a field and a record"),
    "name": (" ", "Give the template a name"),
    "css": ("@import 'x';", "@import is not allowed"),
    "body": ("{% if %}", "Line 1 cannot be read"),
}


@pytest.mark.parametrize("field", UNSAVED)
def test_a_draft_that_cannot_be_printed_is_not_kept(app: Flask, system: Any, field: str) -> None:
    template = make_template("<p>kept</p>", published=False)
    value, sentence = UNSAVED[field]
    with pytest.raises(ValidationError, match=sentence):
        custom.save_draft(template.id, replace(Draft(name="Ours", body="<p>new</p>"), **{field: value}), version=None)
    assert template.body == "<p>kept</p>"


def test_two_people_at_one_template_do_not_overwrite_each_other(app: Flask, system: Any) -> None:
    template = make_template("<p>x</p>", published=False)
    with pytest.raises(StaleVersion):
        custom.save_draft(template.id, Draft(name="Ours", body="<p>y</p>"), version=template.version - 1)


def test_writing_and_publishing_are_rights_of_their_own(app: Flask, system: Any) -> None:
    template = make_template("<p>x</p>", published=False)
    with acting(reader("core.print_template.read", "core.print_template.write", "sales_shipping.sales_order.read")):
        custom.save_draft(template.id, Draft(name="Ours", body="<p>y</p>"), version=None)
        with pytest.raises(Forbidden):
            custom.publish(template.id, version=None)
    with acting(reader("core.print_template.read")):
        with pytest.raises(Forbidden):
            custom.save_draft(template.id, Draft(name="Ours", body="<p>z</p>"), version=None)
        with pytest.raises(Forbidden):
            custom.try_out(template, Draft(name="Ours", body="<p>z</p>"), None)


def test_the_first_draft_of_a_template_prints_what_was_ticked(app: Flask, system: Any) -> None:
    order = make_priced(note="Handle with care")
    ticked = Layout(
        title="Our {{ order }} <b>",
        fields=("note", "partner", "nothing"),
        columns={"lines": ("item", "price")},
        signs=("Signed by",),
    )
    template = custom.create_template(ORDER, "Ours", ticked)
    run = custom.try_out(template, Draft(name="Ours", body=template.body), order.id).run()
    assert list(run) == [1]
    (page,) = texts(run.pdf)
    for text in ("Our {{ order }} <b>", "Handle with care", order.partner.name, order.lines[1].item.code, "Signed by"):
        assert text in page
    assert "Quantity" not in page and scanned(run.pdf) == [order.number]


def test_the_usual_first_draft_of_every_model_can_be_read(app: Flask, system: Any) -> None:
    for spec in custom.models_to_print():
        tree = tree_of(spec, system)
        check_body(body_of(tree, usual_layout(spec, tree)))


def test_every_field_the_editor_offers_can_be_inserted(app: Flask, system: Any) -> None:
    order, spec = make_priced(), current_registry().model(ORDER)
    names = [name for _title, group in custom.field_list(spec) for name, _label in group]
    own = "".join(f"{{{{ {name} }}}}" for name in names if name.startswith("record."))
    lines = "".join(f"{{{{ {name} }}}}" for name in names if name.startswith("line."))
    template = make_template("<p>x</p>", published=False)
    body = f"<p>{own}</p>{{% for line in record.lines %}}<p>{lines}</p>{{% endfor %}}"
    assert list(custom.try_out(template, Draft(name="Ours", body=body), order.id).run()) == [1]
