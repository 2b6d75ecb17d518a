"""The tree of org units: its paths, moves, and what moving may not give."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import Forbidden, ValidationError
from core.kernel.registry import current_registry
from core.people.chart import Node, chart
from core.people.models import OrgUnit
from core.testing.people import make_post, make_role, make_unit, make_user
from core.workflow.records import create_record, update_record
from tests.core.people.steps import as_user, system


def move(unit_id: int, parent_id: int | None) -> OrgUnit:
    spec = current_registry().model("core.org_unit")
    unit = db.session.get_one(OrgUnit, unit_id)
    return update_record(spec, unit_id, {"parent_id": parent_id}, version=unit.version)  # type: ignore[no-any-return]


def chain(*codes: str) -> list[int]:
    """Units each below the one before; their ids."""
    made: list[OrgUnit] = []
    for code in codes:
        made.append(make_unit(code=code, parent=made[-1] if made else None))
    return [unit.id for unit in made]


def path(unit_id: int) -> str:
    return system(lambda: db.session.get_one(OrgUnit, unit_id).path)


def test_a_new_unit_has_the_path_of_its_parent_and_its_own_id(any_app: Flask) -> None:
    spec = current_registry().model("core.org_unit")
    top = system(lambda: chain("X1"))[0]
    unit = system(lambda: create_record(spec, {"code": "X2", "name": "Below", "parent_id": top}))
    assert unit.path == f"/{top}/{unit.id}/"


def test_moving_a_unit_takes_its_whole_subtree_along(any_app: Flask) -> None:
    a, b, c, d = system(lambda: chain("A", "B", "C", "D"))
    other = system(lambda: chain("E"))[0]
    system(lambda: move(b, other))
    assert [path(u) for u in (a, b, c, d)] == [
        f"/{a}/",
        f"/{other}/{b}/",
        f"/{other}/{b}/{c}/",
        f"/{other}/{b}/{c}/{d}/",
    ]


def test_a_unit_whose_path_begins_with_the_same_digits_stays_where_it_is(app: Flask) -> None:
    first, other = system(lambda: (make_unit(id=900).id, make_unit(id=9001).id))
    top = system(lambda: chain("T"))[0]
    system(lambda: move(first, top))
    assert path(other) == "/9001/"


def test_a_unit_moved_to_the_top_has_nothing_above_it(app: Flask) -> None:
    _a, b, c = system(lambda: chain("A", "B", "C"))
    system(lambda: move(b, None))
    assert (path(b), path(c)) == (f"/{b}/", f"/{b}/{c}/")


@pytest.mark.parametrize("below", [0, 1, 2])
def test_a_unit_cannot_belong_to_itself_or_to_one_below_it(any_app: Flask, below: int) -> None:
    ids = system(lambda: chain("A", "B", "C"))
    with pytest.raises(ValidationError) as refusal:
        system(lambda: move(ids[0], ids[below]))
    assert "parent_id" in refusal.value.fields
    assert path(ids[2]) == f"/{ids[0]}/{ids[1]}/{ids[2]}/"


@pytest.mark.postgres
def test_two_moves_at_once_never_make_a_circle(pg_app: Flask) -> None:
    for turn in range(5):
        a, b = system(lambda n=turn: (make_unit(code=f"A{n}").id, make_unit(code=f"B{n}").id))  # type: ignore[misc]
        together(pg_app, lambda x=a, y=b: move(x, y), lambda x=a, y=b: move(y, x))  # type: ignore[misc]
        assert sorted([path(a), path(b)], key=len) in ([f"/{a}/", f"/{a}/{b}/"], [f"/{b}/", f"/{b}/{a}/"])


def together(app: Flask, *works: Callable[[], object]) -> None:
    """Run each in a thread of its own, from the same moment on; refusals are part of the race."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        with app.app_context(), acting(SYSTEM):
            start.wait()
            try:
                run_unit(work)
            except ValidationError:
                pass

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_nobody_moves_a_unit_to_where_he_does_not_reach(app: Flask) -> None:
    (top, team), other = system(lambda: chain("A", "B")), system(lambda: chain("C"))[0]
    mover = system(lambda: _mover(top, "core.org_unit.write", everywhere="core.org_unit.read"))
    with pytest.raises(Forbidden):
        as_user(mover, lambda: move(team, other))
    assert path(team) == f"/{top}/{team}/"


def test_nobody_makes_a_unit_where_he_does_not_reach(app: Flask) -> None:
    spec = current_registry().model("core.org_unit")
    top, other = system(lambda: (chain("A")[0], chain("C")[0]))
    maker = system(lambda: _mover(top, "core.org_unit.create", everywhere="core.org_unit.read"))
    for parent in (other, None):
        with pytest.raises(Forbidden):
            as_user(maker, lambda p=parent: create_record(spec, {"code": "N", "name": "N", "parent_id": p}))  # type: ignore[misc]
    made = as_user(maker, lambda: create_record(spec, {"code": "N", "name": "N", "parent_id": top}))
    assert made.path == f"/{top}/{made.id}/"


def _mover(unit_id: int, *permissions: str, everywhere: str = "core.org_unit.read") -> int:
    unit = db.session.get_one(OrgUnit, unit_id)
    post = make_post(make_role(*permissions, scope="subtree"), unit=unit)
    return make_user(make_role(everywhere), posts=[post]).id


def test_nobody_gives_rights_over_a_unit_by_moving_it_unless_he_holds_them(app: Flask) -> None:
    (above, below), team = system(lambda: chain("A", "B")), system(lambda: chain("C"))[0]

    def people() -> tuple[int, int]:
        _mover(above, "masterdata.item.read")  # a chief, who would come to reach the team's items
        plain = make_user(make_role("core.org_unit.read", "core.org_unit.write"))
        full = make_user(make_role("core.org_unit.read", "core.org_unit.write", "masterdata.item.read"))
        return plain.id, full.id

    plain, full = system(people)
    with pytest.raises(Forbidden) as refusal:
        as_user(plain, lambda: move(team, below))
    assert refusal.value.details["permissions"] == ["masterdata.item.read"]
    as_user(full, lambda: move(team, below))
    assert path(team) == f"/{above}/{below}/{team}/"


def test_moving_within_what_is_reached_already_gives_nothing(app: Flask) -> None:
    top, left, right = system(lambda: (a := chain("A"))[0:1] and [a[0], *_two_below(a[0])])
    system(lambda: _mover(top, "masterdata.item.read"))
    mover = system(lambda: make_user(make_role("core.org_unit.read", "core.org_unit.write")).id)
    as_user(mover, lambda: move(left, right))
    assert path(left) == f"/{top}/{right}/{left}/"


def _two_below(parent_id: int) -> list[int]:
    parent = db.session.get_one(OrgUnit, parent_id)
    return [make_unit(parent=parent).id, make_unit(parent=parent).id]


def test_moving_leaves_the_stamps_of_the_units_below_alone(app: Flask) -> None:
    _a, b, c = system(lambda: chain("A", "B", "C"))
    before = system(lambda: db.session.get_one(OrgUnit, c).updated_at)
    top = system(lambda: chain("T"))[0]
    system(lambda: move(b, top))
    assert system(lambda: db.session.get_one(OrgUnit, c).updated_at) == before < utcnow()


def test_the_chart_shows_the_part_of_the_tree_that_is_reached(app: Flask) -> None:
    _a, b, _c = system(lambda: chain("A", "B", "C"))
    chief = system(lambda: _mover(b, "core.org_unit.read", "core.post.read", everywhere="core.user.read"))
    shown = as_user(chief, chart)
    assert codes(shown.tops) == ["B", ["C", []]]
    (post,) = shown.tops[0].posts
    assert [user.id for user in shown.holders[post.id]] == [chief]


def codes(nodes: list[Node]) -> list[object]:
    return [part for node in nodes for part in (node.unit.code, codes(node.below))]


def test_the_chart_leaves_posts_and_people_out_for_whoever_may_not_read_them(app: Flask) -> None:
    reader = system(lambda: make_user(make_role("core.org_unit.read")).id)
    shown = as_user(reader, chart)
    assert [node.unit.code for node in shown.tops] == ["COM"]
    assert shown.tops[0].posts == [] and shown.holders == {}
