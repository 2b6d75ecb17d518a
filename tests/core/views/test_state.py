"""The same address makes the same list, and a list makes the address it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.errors import ValidationError
from core.views.conditions import Condition
from core.views.state import LAST_PAGE, State

NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
CONDITIONS = st.builds(Condition, NAMES, st.sampled_from(("eq", "in", "between", "contains")), TEXTS)
STATES = st.builds(
    State,
    query=TEXTS.map(str.strip),
    sort=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    page=st.integers(1, LAST_PAGE),
    columns=st.lists(NAMES, max_size=5, unique=True).map(tuple),
    conditions=st.lists(CONDITIONS, max_size=4).map(tuple),
    criteria=st.none() | st.just({"and": []}),
    group=NAMES | st.just(""),
    view=st.none() | st.integers(0, 10**9),
)


def read(*pairs: tuple[str, str]) -> State:
    return State.from_arguments(MultiDict(pairs))


@given(STATES)
def test_a_list_can_be_read_back_from_its_address(state: State) -> None:
    assert read(*state.to_pairs()) == state


@given(STATES)
def test_a_saved_view_keeps_all_but_the_page(state: State) -> None:
    kept = State.from_pairs(state.kept_pairs(), 7)
    assert (kept.page, kept.view) == (1, 7)
    assert kept.kept_pairs() == state.kept_pairs()


@pytest.mark.parametrize("text", ["0", "-3", "x", "", "9" * 30, "²"])
def test_a_page_that_is_none_is_the_first(text: str) -> None:
    assert read(("page", text)).page == 1


def test_nobody_leafs_beyond_the_rows_that_are_counted() -> None:
    assert read(("page", "999999")).page == LAST_PAGE


def test_a_filter_may_come_in_parts_as_a_form_sends_it() -> None:
    state = read(("c", "kind~in~part"), ("field", "state"), ("op", "in"), ("value", "draft"), ("value", "released"))
    assert state.conditions == (Condition("kind", "in", "part"), Condition("state", "in", "draft,released"))


def test_a_form_sent_without_a_value_takes_the_filter_away() -> None:
    assert read(("c", "kind~in~part"), ("field", "kind"), ("op", "in")).conditions == ()


def test_is_empty_needs_no_value_and_keeps_none() -> None:
    assert read(("field", "weight"), ("op", "empty"), ("value", "3")).conditions == (Condition("weight", "empty"),)


def test_half_a_range_keeps_its_place() -> None:
    state = read(("field", "weight"), ("op", "between"), ("value", ""), ("value", "5"))
    assert state.conditions == (Condition("weight", "between", ",5"),)


def test_any_change_but_of_the_page_leads_to_the_first() -> None:
    state = State(query="a", page=4)
    assert state.url("/m", sort=("code",)) == "/m?q=a&sort=code"
    assert state.url("/m", page=5) == "/m?q=a&page=5"


def test_a_filter_that_is_no_json_is_refused_with_a_sentence() -> None:
    for text in ("{", "[" * 5000):
        with pytest.raises(ValidationError, match="cannot be read"):
            read(("filter", text))


def test_a_list_nothing_was_asked_of_is_plain_and_one_without_a_view_is_not() -> None:
    assert read().is_plain
    assert not read(("view", "0")).is_plain
