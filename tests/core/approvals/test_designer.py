"""Changing a flow part by part, on plain JSON."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.approvals.designer import steps
from core.approvals.logic.reading import read_definition
from core.errors import NotFound, QingmesError, ValidationError

OVER = {"field": "amount", "op": "gt", "value": "10000"}


def flow() -> dict[str, Any]:
    """A step, then a branch with a step on its way and nothing otherwise."""
    shown, _key = steps.add({"nodes": []}, "approve", "", 0)
    shown, _key = steps.add(shown, "branch", "", 1, OVER)
    return steps.add(shown, "approve", "way_1", 0)[0]


def order(shown: dict[str, Any], place: str = "") -> list[str]:
    return [node["key"] for node in steps.places(shown)[place]]


def test_what_is_added_stands_where_it_was_put_under_a_key_of_its_own() -> None:
    shown, key = steps.add(flow(), "copy", "branch_1.otherwise", 0)
    assert key == "copy_1"
    assert order(shown, "branch_1.otherwise") == ["copy_1"]
    assert order(steps.add(shown, "verdict", "", 1)[0]) == ["step_1", "end_1", "branch_1"]


def test_a_new_branch_has_a_way_with_the_condition_given_and_one_for_the_rest() -> None:
    branch = steps.find(flow(), "branch_1")
    assert [arm["when"] for arm in branch["arms"]] == [OVER]
    assert branch["otherwise"] == []


def test_a_part_moves_among_its_neighbours_and_never_past_the_ends() -> None:
    assert order(steps.move(flow(), "branch_1", -1)) == ["branch_1", "step_1"]
    assert order(steps.move(flow(), "step_1", -5)) == ["step_1", "branch_1"]
    two, second = steps.add_arm(flow(), "branch_1", OVER)
    assert [arm["key"] for arm in steps.find(steps.move(two, second, -1), "branch_1")["arms"]] == [
        second,
        "way_1",
    ]


def test_a_part_moves_into_another_way_but_not_into_itself() -> None:
    moved = steps.move_to(flow(), "step_1", "way_1", 1)
    assert (order(moved), order(moved, "way_1")) == (["branch_1"], ["step_2", "step_1"])
    with pytest.raises(ValidationError, match="itself"):
        steps.move_to(flow(), "branch_1", "way_1", 0)
    with pytest.raises(ValidationError, match="among the ways"):
        steps.move_to(flow(), "way_1", "", 0)


def test_moving_down_in_the_same_row_counts_without_the_gap_it_leaves() -> None:
    assert order(steps.move_to(flow(), "step_1", "", 2)) == ["branch_1", "step_1"]
    assert order(steps.move_to(flow(), "step_1", "", 1)) == ["step_1", "branch_1"]


def test_the_last_way_takes_its_branch_along() -> None:
    assert order(steps.remove(flow(), "way_1")) == ["step_1"]
    two = steps.add_arm(flow(), "branch_1", OVER)[0]
    assert order(steps.remove(two, "way_1")) == ["step_1", "branch_1"]


def test_a_copy_of_a_branch_has_new_keys_throughout() -> None:
    shown, key = steps.duplicate(flow(), "branch_1")
    assert key == "branch_2"
    assert order(shown) == ["step_1", "branch_1", "branch_2"]
    assert order(shown, "way_2") == ["step_3"]
    read_definition(shown)


def test_other_properties_never_touch_the_key_or_what_a_way_holds() -> None:
    shown = steps.change(flow(), "way_1", {"name": "Large", "when": OVER, "key": "other", "nodes": []})
    assert steps.find(shown, "way_1")["name"] == "Large"
    assert order(shown, "way_1") == ["step_2"]
    assert steps.change_rules(flow(), {"dedupe": "none"}) == {**flow(), "dedupe": "none"}


def test_what_is_not_there_any_more_is_said_so() -> None:
    for work in (steps.remove, steps.duplicate, steps.find):
        with pytest.raises(NotFound, match="not in the flow any more"):
            work(flow(), "gone")
    with pytest.raises(NotFound):
        steps.add(flow(), "approve", "gone", 0)


Move = tuple[str, int, int, int]


@given(st.lists(st.tuples(st.sampled_from(["add", "arm", "copy", "remove", "move", "to"]), *[st.integers(0, 50)] * 3)))
def test_whatever_is_clicked_the_flow_can_be_read_and_the_one_before_is_untouched(moves: list[Move]) -> None:
    shown = flow()
    for move in moves:
        before = deepcopy(shown)
        try:
            changed = clicked(shown, *move)
            read_definition(changed)
        except QingmesError:
            changed = shown
        assert shown == before
        shown = changed
    read_definition(shown)


def clicked(shown: dict[str, Any], verb: str, a: int, b: int, c: int) -> dict[str, Any]:
    keys, places = sorted(steps.keys(shown)) or ["none"], sorted(steps.places(shown))
    key, place = keys[a % len(keys)], places[b % len(places)]
    if verb == "add":
        return steps.add(shown, sorted(steps.NEW)[c % 4], place, a)[0]
    if verb == "arm":
        return steps.add_arm(shown, key)[0] if key.startswith("branch") else shown
    if verb == "copy":
        return steps.duplicate(shown, key)[0]
    if verb == "remove":
        return steps.remove(shown, key)
    return steps.move(shown, key, c - 25) if verb == "move" else steps.move_to(shown, key, place, c)
