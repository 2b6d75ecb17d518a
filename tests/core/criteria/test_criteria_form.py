"""The form builder: what it offers, how it shows a tree, and what it answers to a page."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import SYSTEM, acting
from core.criteria.facts import kinds_of
from core.criteria.form import Editor, Group, Row, editor_of, read_tree
from core.criteria.inputs import Input
from core.criteria.tree import OPERATORS
from core.criteria.words import NOT
from core.db.session import run_unit
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from tests.core.criteria import worlds

ROW = "/criteria/gauge.sheet/row"


def editor(actor: Any = SYSTEM, only: tuple[str, ...] = ()) -> Editor:
    return Editor(current_registry().models["gauge.sheet"], actor, only)


def written(part: Row | Group) -> Any:
    """The tree the page writes of what is drawn, as `criteria.js` does; values go back as they came."""
    if isinstance(part, Row):
        leaf: dict[str, Any] = {"field": f"{part.total}({part.chosen})" if part.total else part.chosen}
        leaf["op"] = part.op.removeprefix(NOT)
        values = [value_of(one) for one in part.inputs]
        if values:
            leaf["value"] = values if leaf["op"] == "between" else values[0]
        return denied(leaf, part.nots + part.op.startswith(NOT))
    trees = [written(one) for one in part.parts]
    if part.bare and len(trees) == 1:
        return trees[0]
    joined = {
        "and": {"and": trees},
        "or": {"or": trees},
        "none": {"not": {"or": trees}},
        "nand": {"not": {"and": trees}},
    }
    return denied(joined[part.join], part.nots)


def value_of(shown: Input) -> Any:
    return json.loads(shown.chosen[0] if shown.widget in ("choice", "link") else shown.given)


def denied(tree: Any, times: int) -> Any:
    return denied({"not": tree}, times - 1) if times else tree


def rows(group: Group) -> list[Row]:
    return [row for part in group.parts for row in (rows(part) if isinstance(part, Group) else [part])]


def test_every_tree_is_shown_without_a_complaint_and_written_back_unchanged(one_app: Flask) -> None:
    random = Random(11)
    with acting(SYSTEM):
        worlds.fill(random)
        builder = editor()
        for _n in range(300):
            tree = worlds.tree(random, SYSTEM)
            root = builder.root(tree)
            assert [row.error for row in rows(root) if row.error] == []
            assert builder.error == ""
            assert written(root) == tree


@pytest.mark.parametrize("tree", ["x", [], {}, {"xor": []}, {"and": {}}, {"and": [], "or": []}, {"not": 5}])
def test_what_is_no_condition_is_told_and_the_builder_is_empty(one_app: Flask, tree: Any) -> None:
    with acting(SYSTEM):
        builder = editor()
        assert builder.root(tree).parts == []
        assert "cannot be read" in builder.error


def test_a_comparison_that_makes_no_sense_stands_there_with_a_sentence(one_app: Flask) -> None:
    with acting(SYSTEM):
        (row,) = rows(editor().root({"field": "qty", "op": "gt", "value": "many"}))
        assert row.error == "“many” is no value of “Quantity”."
        (gone,) = rows(editor().root({"field": "gone", "op": "eq", "value": 1}))
        assert gone.error == "There is no field “gone”."
        assert "gone" in gone.groups[-1].fields


def offered(actor: Any) -> set[str]:
    return {path for group in editor(actor).groups for path in group.fields}


def test_only_what_the_reader_may_see_is_offered(one_app: Flask) -> None:
    with acting(SYSTEM):
        everything = offered(SYSTEM)
        assert {"title", "price", "maker.code", "lines.cost", "lines.maker.code", "count(lines)"} <= everything
        assert not {"version", "lines.sheet_id", "created_by.name"} & everything
        narrow = offered(actor_with("gauge.sheet.read"))
    assert {"title", "maker_id", "lines.qty"} <= narrow
    assert not {"price", "maker.code", "lines.cost", "lines.maker.code"} & narrow


def test_the_fields_offered_can_be_narrowed(one_app: Flask) -> None:
    with acting(SYSTEM):
        builder = editor(only=("qty", "sum(lines.qty)"))
        assert [dict(group.fields).keys() for group in builder.groups] == [{"qty": 0, "sum(lines.qty)": 0}.keys()]
        kinds = kinds_of(builder.spec, ["qty", "sum(lines.cost)"])
        with acting(actor_with("gauge.sheet.read")):
            assert editor_of("gauge.sheet", kinds.items()).groups[0].fields.keys() == {"qty": 0}.keys()
        (row,) = rows(builder.root({"field": "sum(lines.qty)", "op": "gt", "value": "5"}))
        assert (row.chosen, row.total, row.error) == ("sum(lines.qty)", "", "")


def test_every_operator_is_offered_somewhere(one_app: Flask) -> None:
    with acting(SYSTEM):
        found = {
            op.removeprefix(NOT)
            for group in editor().groups
            for path in group.fields
            for op in editor().row({"field": path}).operators
        }
    assert found == set(OPERATORS)


@pytest.fixture
def reader(one_app: Flask) -> FlaskClient:
    """Somebody who reads sheets and makers but no prices."""
    with acting(SYSTEM):
        role = ["gauge.sheet.read", "gauge.maker.read"]
        user = run_unit(lambda: people.make_user(people.make_role(*role), language="en"))
    return people.sign_in(one_app.test_client(), user)


def part(**leaf: Any) -> dict[str, str]:
    return {"part": json.dumps(leaf)}


def test_a_field_chosen_brings_its_operators_and_its_input(reader: FlaskClient) -> None:
    page = reader.get(ROW, query_string=part(field="colour")).text
    assert 'value="colour" selected' in page
    assert "&#34;green&#34;" in page
    assert 'value="contains"' not in page
    page = reader.get(ROW, query_string=part(field="lines.qty")).text
    assert 'value="any" selected' in page


def test_a_comparison_that_denies_something_says_what_an_empty_value_does(reader: FlaskClient) -> None:
    page = reader.get(
        ROW, query_string={"part": json.dumps({"not": {"field": "note", "op": "contains", "value": "x"}})}
    ).text
    assert "Holds also where there is no value." in page
    assert "is filled in" in page
    assert "Does not hold" in reader.get(ROW, query_string=part(field="maker_id", op="ne", value=1)).text
    assert "no value." not in reader.get(ROW, query_string=part(field="urgent", op="ne", value=True)).text


def test_what_is_wrong_is_told_while_it_is_typed(reader: FlaskClient) -> None:
    check = "/criteria/gauge.sheet/check"
    assert (
        reader.get(check, query_string=part(field="qty", op="gt", value="1,5x")).text.strip()
        == "“1,5x” is no value of “Quantity”."
    )
    assert reader.get(check, query_string=part(field="qty", op="gt", value="1.5")).text.strip() == ""
    assert "There is no field" in reader.get(check, query_string=part(field="price", op="gt", value="1")).text


def test_a_hidden_field_is_not_named(reader: FlaskClient) -> None:
    page = reader.get(ROW, query_string=part(field="price", op="gt", value="1")).text
    assert ">Price<" not in page
    assert "There is no field “price”." in page


@pytest.mark.parametrize("given", ["{", "[1]", "5", "null", '"x"', '{"field": 7}', '{"not": {"not": []}}', "[" * 3000])
def test_what_is_no_comparison_makes_an_empty_row_or_a_sentence(reader: FlaskClient, given: str) -> None:
    answer = reader.get(ROW, query_string={"part": given})
    assert answer.status_code in (200, 422)


def test_the_builder_is_for_those_who_read_the_records(reader: FlaskClient, one_app: Flask) -> None:
    assert reader.get("/criteria/core.role/row").status_code == 403
    assert reader.get("/criteria/gauge.nothing/row").status_code == 404
    assert one_app.test_client().get(ROW).status_code in (302, 303, 401)


def test_a_filter_is_applied_or_comes_back_with_its_sentence(reader: FlaskClient) -> None:
    apply = "/criteria/gauge.sheet/filter/apply"
    good = reader.get(
        apply, query_string={"filter": json.dumps({"field": "qty", "op": "gt", "value": "1"}), "sort": "-qty"}
    )
    assert good.status_code == 204
    assert good.headers["HX-Redirect"].startswith("/m/gauge/sheets?sort=-qty&filter=")
    bad = reader.get(apply, query_string={"filter": json.dumps({"field": "qty", "op": "gt", "value": "much"})})
    assert bad.status_code == 422
    assert bad.text.count("no value of") == 2  # above, and at its row
    assert reader.get(apply, query_string={"filter": ""}).headers["HX-Redirect"] == "/m/gauge/sheets"


def test_a_list_shows_its_filter_as_a_sentence(reader: FlaskClient) -> None:
    tree = {
        "or": [
            {"field": "sum(lines.qty)", "op": "gt", "value": "1"},
            {"field": "due_on", "op": "within_next", "value": 3},
        ]
    }
    page = reader.get("/m/gauge/sheets", query_string={"filter": json.dumps(tree)}).text
    assert "Lines, sum: Quantity &gt; 1 or Due within the next 3 days" in page


def test_a_filter_on_links_costs_one_statement_for_their_names(reader: FlaskClient) -> None:
    def pages(tree: Any) -> int:
        return count_statements(lambda: reader.get("/m/gauge/sheets", query_string={"filter": json.dumps(tree)}))

    plain = pages({"field": "qty", "op": "gt", "value": "1"})
    assert pages({"or": [{"field": "maker_id", "op": "eq", "value": n} for n in (1, 2, 3)]}) == plain + 1


def test_a_tree_is_read_from_a_form() -> None:
    assert read_tree({"when": ' {"and": []} '}, "when") == {"and": []}
    assert read_tree({"when": ""}, "when") is None
    assert read_tree({}, "when") is None
    for text in ("{", "[" * 50_000, '"' + "x" * 100_001 + '"'):
        with pytest.raises(ValidationError):
            read_tree({"when": text}, "when")
