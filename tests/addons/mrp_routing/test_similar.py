"""Routings of similar parts: found with reasons, also among many and for parts changed by hand; compared, copied."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.mrp_routing import jobs
from addons.mrp_routing.factories import changed_by_hand, fill_routings, make_operation_type, make_routing
from addons.mrp_routing.models import Feature, Routing, RoutingFeature, RoutingOperation
from addons.mrp_routing.services.similar import compare, copy_routing, features_of, find_similar, index_routings
from core.db import db, run_unit
from core.errors import NotFound
from core.testing.people import administrator, csrf, sign_in
from core.testing.statements import count_statements

MANY, CHANGED, FOUND = 1_000, 50, 45


def indexed(**item: Any) -> Routing:
    routing = make_routing(item_id=make_item(**item).id)
    index_routings([routing])
    return routing


def test_a_part_is_found_by_what_it_has_in_common(any_app: Flask, system: Any) -> None:
    shaft = indexed(name="传动轴", specification="Φ40×200", material="45#", drawing_number="CX-120-03")
    indexed(name="法兰盘", specification="DN80", material="Q235", drawing_number="FL-9-01")
    new = make_item(name="传动短轴", specification="Φ42×180", material="45#", drawing_number="CX-120-07")
    (best, *rest) = find_similar(new.id)
    assert best.routing.id == shaft.id
    assert [str(reason) for reason in best.reasons] == ["Dimensions", "Material", "Drawing number"]
    assert all(other.score < best.score for other in rest)


def test_what_has_nothing_in_common_is_not_found(any_app: Flask, system: Any) -> None:
    indexed(name="法兰盘", specification="DN80", material="Q235")
    assert find_similar(make_item(name="Spring", specification="2x9").id) == []
    with pytest.raises(NotFound):
        find_similar(10**9)


def test_routings_are_indexed_when_they_are_saved_imported_or_their_part_changes(app: Flask, system: Any) -> None:
    routing = make_routing(item_id=make_item(name="齿轮箱").id)
    jobs.index_routings()
    texts = select(Feature.text).join(RoutingFeature, RoutingFeature.feature_id == Feature.id)
    assert set(db.session.scalars(texts.where(RoutingFeature.routing_id == routing.id))) >= {"name:齿轮", "name:轮箱"}
    routing.item.name = "齿轮"
    db.session.flush()
    jobs.index_routings()
    assert "name:轮箱" not in set(db.session.scalars(texts))
    assert db.session.scalar(select(Feature.uses).where(Feature.text == "name:轮箱")) == 0
    assert db.session.scalar(select(Feature.uses).where(Feature.text == "name:齿轮")) == 1


def test_a_feature_counts_as_often_as_routings_have_it(any_app: Flask, system: Any) -> None:
    for _n in range(3):
        indexed(name="传动轴", material="45#")
    used = dict(db.session.execute(select(Feature.id, Feature.uses)).all())
    rows = select(RoutingFeature.feature_id, func.count()).group_by(RoutingFeature.feature_id)
    assert used == dict(db.session.execute(rows).all())


def test_the_ancestor_of_a_changed_part_is_among_the_first_three(any_app: Flask, system: Any) -> None:
    fill_routings(MANY)
    found = 0
    for ancestor, values in changed_by_hand(CHANGED, MANY):
        item = make_item(**values)
        found += ancestor in [one.routing.name for one in find_similar(item.id)[:3]]
    assert found >= FOUND
    assert count_statements(lambda: find_similar(item.id)) <= 7


def step(kind: int, minutes: int = 5) -> RoutingOperation:
    return RoutingOperation(
        operation_type_id=kind, work_center_id=1, setup_minutes=Decimal(0), run_minutes=Decimal(minutes)
    )


def test_two_routings_stand_side_by_side(app: Flask) -> None:
    left, right = [step(1), step(2), step(4)], [step(1, 9), step(3), step(4)]
    lines = compare(left, right)
    assert [(x.left and x.left.operation_type_id, x.right and x.right.operation_type_id) for x in lines] == [
        (1, 1),
        (2, None),
        (None, 3),
        (4, 4),
    ]
    assert [list(line.differs) for line in lines] == [["run_minutes"], [], [], []]


def test_a_routing_is_copied_for_another_part(any_app: Flask, system: Any) -> None:
    source = indexed(name="传动轴")
    source.operations[0].first_article, source.operations[0].instruction = True, "Mind the edge"
    item = make_item(name="短轴")
    made = copy_routing(source.id, item.id)
    assert (made.item_id, made.state, made.revision, made.name) == (item.id, "draft", 1, "短轴")
    assert [(o.seq, o.operation_type_id, o.run_minutes) for o in made.operations] == [
        (o.seq, o.operation_type_id, o.run_minutes) for o in source.operations
    ]
    assert (made.operations[0].first_article, made.operations[0].instruction) == (True, "Mind the edge")


def test_features_fit_whatever_the_text() -> None:
    long = "0 × 999999999999 x " + "长" * 200
    strange = Item(name="", specification=long, drawing_number="-/._" * 20, material="\u202e")
    assert all(len(text) <= 80 for text in features_of(strange, [1, 1]))


def test_the_pages_show_compare_and_copy(app: Flask, client: FlaskClient, system: Any) -> None:
    routing = run_unit(lambda: indexed(name="传动轴", material="45#"))
    item = run_unit(lambda: make_item(name="传动短轴", material="45#"))
    run_unit(lambda: make_operation_type())
    sign_in(client, run_unit(lambda: administrator(language="en")))
    page = client.get(f"/mrp_routing/similar/{item.id}")
    assert "Material" in page.text
    assert f"/mrp_routing/similar/{item.id}/{routing.id}" in page.text
    assert client.get(f"/mrp_routing/similar/{item.id}/{routing.id}").status_code == 200
    answer = client.post(f"/mrp_routing/similar/{item.id}/{routing.id}", data={"csrf_token": csrf(client)})
    assert answer.status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Routing).where(Routing.item_id == item.id)) == 1
    assert client.get("/mrp_routing/similar/999/1").status_code == 404
