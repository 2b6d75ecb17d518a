"""Custom fields on the pages: form, lists, copies, conflicts; and the definitions' own form."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item
from core.db.session import db
from core.testing.people import csrf
from core.testing.statements import count_statements
from core.workflow.fire import fire
from tests.core.custom.support import choices, define, draft, spec

ITEMS = "/m/masterdata/items"
FIELDS = "/m/core/custom-fields"


def post(client: FlaskClient, address: str, **values: object) -> object:
    return client.post(address, data={"csrf_token": csrf(client), **values})


def test_the_form_has_the_fields_in_a_section_of_their_own(admin: FlaskClient) -> None:
    define("Heat no.", help="From the mill sheet")
    define("Grade", kind="choice", choices=choices("a", "b"))
    item = make_item()
    db.session.commit()
    page = admin.get(f"{ITEMS}/{item.id}").text
    assert "Additional fields" in page and 'name="x_heat_no"' in page and "From the mill sheet" in page
    assert "Label a" in page


def test_a_form_saves_and_shows_what_was_typed(admin: FlaskClient) -> None:
    keys = [define("Heat no.").key, define("Marks", kind="multichoice", choices=choices("a", "b", "c")).key]
    item = make_item()
    db.session.commit()
    typed = {"version": "1", keys[0]: " H-7 ", keys[1]: ["", "c", "a"]}
    assert post(admin, f"{ITEMS}/{item.id}", **typed).status_code == 303  # type: ignore[attr-defined]
    db.session.refresh(item)
    assert item.x == {keys[0]: "H-7", keys[1]: ",a,c,"}
    assert 'value="H-7"' in admin.get(f"{ITEMS}/{item.id}").text
    copied = admin.get(f"{ITEMS}/new?copy={item.id}").text
    assert 'value="H-7"' in copied


def test_two_who_save_at_once_choose_between_their_values_by_label(admin: FlaskClient) -> None:
    key = define("Marks", kind="multichoice", choices=choices("a", "b", "c")).key
    item = make_item()
    db.session.commit()
    was = json.dumps({key: ""})
    assert post(admin, f"{ITEMS}/{item.id}", version="1", was=was, **{key: ["", "a"]}).status_code == 303  # type: ignore[attr-defined]
    answer = post(admin, f"{ITEMS}/{item.id}", version="1", was=was, **{key: ["", "c", "b"]})
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "Label b, Label c" in answer.text and "Label a" in answer.text  # type: ignore[attr-defined]
    same = post(admin, f"{ITEMS}/{item.id}", version="1", was=was, **{key: ["", "a"]})
    assert "Nothing you typed is lost" not in same.text  # type: ignore[attr-defined]


def test_a_refused_value_stands_in_the_form_with_its_sentence(admin: FlaskClient) -> None:
    key = define("Heat no.", mask="AA-999").key
    item = make_item()
    db.session.commit()
    answer = post(admin, f"{ITEMS}/{item.id}", version="1", **{key: "7"})
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Write it like AA-999" in answer.text and 'value="7"' in answer.text  # type: ignore[attr-defined]


def test_a_retired_field_is_shown_where_there_is_a_value(admin: FlaskClient) -> None:
    field = define("Heat no.")
    with_value, without = make_item(), make_item()
    spec().fields[field.key].set_on(with_value, "H-1")
    fire(field, "retire")
    db.session.commit()
    assert "Retired fields" in admin.get(f"{ITEMS}/{with_value.id}").text
    assert "Retired fields" not in admin.get(f"{ITEMS}/{without.id}").text


def test_links_show_names_and_cost_one_statement_however_many(admin: FlaskClient) -> None:
    key = define("Replaces", kind="link", target="masterdata.item", in_list=True).key
    others = [make_item(name=f"Old {n}") for n in range(12)]
    for other in others:
        spec().fields[key].set_on(make_item(), other.id)
    db.session.commit()
    admin.get(ITEMS)
    assert "Old 7" in admin.get(ITEMS).text
    assert count_statements(lambda: admin.get(ITEMS)) <= 9


@pytest.mark.parametrize("page", [ITEMS, f"{ITEMS}/new"])
def test_a_page_takes_no_more_statements_when_there_are_fields(admin: FlaskClient, page: str) -> None:
    def taken() -> int:
        admin.get(page)
        return count_statements(lambda: admin.get(page))

    before = taken()
    for n in range(10):
        define(f"Field {n}", in_list=True)
    assert taken() == before


def test_an_administrator_makes_a_field_on_its_form(admin: FlaskClient) -> None:
    typed = {"model": "masterdata.item", "label": "炉号", "label_en": "Heat no.", "kind": "text", "in_list": "true"}
    made = post(admin, f"{FIELDS}/new", **typed)
    assert made.status_code == 303  # type: ignore[attr-defined]
    address = made.location  # type: ignore[attr-defined]
    page = admin.get(address).text
    assert "x_heat_no" in page and "Put in use" in page
    assert post(admin, f"{address}/fire/publish").status_code == 303  # type: ignore[attr-defined]
    assert "Heat no." in admin.get(ITEMS).text


def test_the_form_is_told_how_its_fields_stand_with_what_was_typed(admin: FlaskClient) -> None:
    raw = {"field": "kind", "op": "eq", "value": "raw"}
    define("Heat no.", required_when=raw, visible_when=raw)
    item = make_item(kind="part")
    db.session.commit()
    page = admin.get(f"{ITEMS}/{item.id}").text
    assert 'data-watched="kind"' in page and 'data-standing="x_heat_no" hidden' in page
    told = admin.get(f"{ITEMS}/standing?record={item.id}&kind=raw").json
    assert told == {"x_heat_no": {"visible": True, "required": True, "read_only": False}}
    assert admin.get(f"{ITEMS}/standing?kind=part").json["x_heat_no"]["visible"] is False


def test_hostile_labels_choices_and_defaults_are_only_text(admin: FlaskClient) -> None:
    bad = '"><script>alert(1)</script>'
    define(bad, label_en=bad, help=bad, section=bad[:60], default=bad, in_list=True)
    define("Pick", kind="choice", choices=[{"code": "a", "label": bad}], in_list=True)
    item = make_item()
    spec().fields["x_pick"].set_on(item, "a")
    db.session.commit()
    for address in (ITEMS, f"{ITEMS}/new", f"{ITEMS}/{item.id}", FIELDS, f"{ITEMS}?group=x_pick"):
        assert "<script>alert" not in admin.get(address).text, address


def test_wrong_paths_into_custom_fields_are_refused_not_faults(admin: FlaskClient) -> None:
    define("Replaces", kind="link", target="masterdata.item")
    for asked in ("group=x_replaces.code", "sort=x_replaces.code", "columns=x_replaces.code", "group=x_nothing"):
        assert admin.get(f"{ITEMS}?{asked}").status_code in (200, 422), asked


def test_a_draft_is_nowhere_but_among_the_definitions(admin: FlaskClient) -> None:
    draft("Heat no.", in_list=True)
    db.session.commit()
    assert "Heat no." not in admin.get(ITEMS).text
    assert "Heat no." in admin.get(FIELDS).text
