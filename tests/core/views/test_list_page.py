"""The list page as a signed-in person gets it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item, ItemCategory
from core.db import db
from core.db.base import display
from core.testing.people import csrf, make_role, make_user, sign_in
from core.testing.statements import statements
from tests.core.views.support import list_view, text_of

MOST_STATEMENTS = 8
ITEMS = "/m/masterdata/items"


def shown_codes(page: str) -> list[str]:
    """The first column of the list, in order."""
    return re.findall(r'class="qm-row-link" href="[^"]+">([^<]+)<', page)


def test_a_list_page_takes_eight_statements_at_most_whatever_is_asked(shop: FlaskClient) -> None:
    category = db.session.scalars(select(ItemCategory.id)).first()
    pages = (
        ITEMS,
        f"{ITEMS}?view=0&sort=-category_id&page=2",
        f"{ITEMS}?c=category_id~eq~{category}&c=kind~in~part,raw&group=uom_id&sort=name&columns=code,category,uom,second_uom",
        "/m/masterdata/partners?sort=-owner&group=kind&c=rating~in~A,B&c=owner_id~eq~me",
    )
    with list_view("masterdata.item", totals=("safety_stock",), group_by=("uom",)):
        for page in pages:
            with statements() as taken:
                answer = shop.get(page)
            assert answer.status_code == 200
            assert len(taken) <= MOST_STATEMENTS, page


def test_the_page_says_which_rows_of_how_many_it_shows(shop: FlaskClient) -> None:
    assert "1–80 of 300" in shop.get(ITEMS).text
    assert "81–160 of 300" in shop.get(f"{ITEMS}?page=2").text


def test_a_page_beyond_the_last_leads_back_to_the_first(shop: FlaskClient) -> None:
    answer = shop.get(f"{ITEMS}?c=kind~in~raw&page=99")
    assert answer.status_code == 302
    assert answer.location == f"{ITEMS}?c=kind~in~raw"


def test_each_filter_set_stands_as_a_chip_with_its_meaning(shop: FlaskClient) -> None:
    category = db.session.scalars(select(ItemCategory)).all()[0]
    asked = f"c=kind~in~part,raw&c=safety_stock~between~,5&c=category_id~eq~{category.id}"
    page = text_of(shop.get(f"{ITEMS}?{asked}").text)
    for meaning in ("Part, Raw material", "≤ 5", display(category)):
        assert f"<b>{meaning}</b>" in page
    assert "Remove filter Safety stock" in page


def test_a_filter_through_a_link_stands_as_a_chip_too(shop: FlaskClient) -> None:
    page = text_of(shop.get(f"{ITEMS}?c=category.name~contains~棒").text)
    assert "<b>contains 棒</b>" in page
    assert set(shown_codes(page)) == set(db.session.scalars(select(Item.code).where(Item.code.like("BAR-%"))))


def test_the_editor_of_a_filter_offers_what_its_field_can_be_asked(shop: FlaskClient) -> None:
    offered = shop.get(f"{ITEMS}/filters").text
    assert "Weight" in offered and "Version" not in offered
    weight = text_of(shop.get(f"{ITEMS}/filters?on=weight&c=kind~in~part").text)
    for part in ('value="between"', 'value="empty"', 'name="c" value="kind~in~part"', 'name="field" value="weight"'):
        assert part in weight
    assert shop.get(f"{ITEMS}/filters?on=nothing").status_code == 404


def test_a_wrong_filter_is_answered_with_a_sentence_not_a_fault(shop: FlaskClient) -> None:
    for wrong in (
        "c=weight~between~heavy,",
        "c=nothing~eq~1",
        "sort=nothing",
        "group=nothing",
        "filter={",
        "c=code~is~x",
    ):
        answer = shop.get(f"{ITEMS}?{wrong}")
        assert answer.status_code == 422, wrong
        assert "To the start page" in answer.text


def test_a_header_sorts_up_then_down(shop: FlaskClient) -> None:
    assert f'href="{ITEMS}?sort=name"' in shop.get(ITEMS).text
    page = shop.get(f"{ITEMS}?sort=name").text
    assert f'href="{ITEMS}?sort=-name"' in page
    assert 'aria-sort="ascending"' in page


def test_rows_of_the_bulk_have_each_their_own_result(admin: FlaskClient) -> None:
    draft, retired = make_item(code="D", state="draft"), make_item(code="R", state="retired")
    db.session.commit()
    data = {"id": [draft.id, retired.id, 987654], "action": "delete", "csrf_token": csrf(admin)}
    page = text_of(admin.post(f"{ITEMS}/bulk", data=data).text)
    assert "Done: 1 of 3" in page
    assert db.session.scalars(select(Item.code).where(Item.code.in_(["D", "R"]))).all() == ["R"]


def test_a_bulk_of_nothing_is_refused(admin: FlaskClient) -> None:
    answer = admin.post(f"{ITEMS}/bulk", data={"action": "delete", "csrf_token": csrf(admin)})
    assert answer.status_code == 422


def test_density_is_kept_and_leads_only_to_pages_of_ours(shop: FlaskClient) -> None:
    data = {"next": "//evil.example/", "csrf_token": csrf(shop)}
    assert shop.post(f"{ITEMS}/density", data=data).location == ITEMS
    assert "qm-dense" in shop.get(ITEMS).text
    assert shop.post(f"{ITEMS}/density", data={**data, "next": f"{ITEMS}?q=a"}).location == f"{ITEMS}?q=a"
    assert "qm-dense" not in shop.get(ITEMS).text


def test_what_the_reader_may_not_do_is_not_offered(app: Flask, client: FlaskClient, system: Any) -> None:
    make_item(code="A-1")
    sign_in(client, make_user(make_role("masterdata.item.read")))
    page = client.get(ITEMS).text
    assert shown_codes(page) == ["A-1"]
    for offered in (f"{ITEMS}/new", f"{ITEMS}/export", 'value="delete"', 'value="release"'):
        assert offered not in page
    assert client.get(f"{ITEMS}/export").status_code == 403


def test_a_list_without_rows_says_so_and_why(admin: FlaskClient) -> None:
    assert "Nothing here yet" in admin.get(ITEMS).text
    assert "Nothing fits these filters" in admin.get(f"{ITEMS}?q=x").text


def test_the_choices_of_a_link_are_those_that_fit_and_are_active(admin: FlaskClient) -> None:
    make_partner(code="P-1", name="Wheel maker")
    make_partner(code="P-2", name="Wheel dealer", active=False)
    db.session.commit()
    found = admin.get("/m/masterdata/partners/options?q=WHEEL").get_json()["items"]
    assert [one["text"] for one in found] == ["P-1 Wheel maker"]
    everything = admin.get("/m/masterdata/partners/options?q=wheel&all=1").get_json()["items"]
    assert len(everything) == 2


@pytest.mark.parametrize("resource", ["partners", "items"])
def test_nobody_chooses_from_records_he_may_not_read(
    app: Flask, client: FlaskClient, system: Any, resource: str
) -> None:
    sign_in(client, make_user(make_role("masterdata.uom.read")))
    assert client.get(f"/m/masterdata/{resource}/options").status_code == 403
