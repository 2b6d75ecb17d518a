"""What the tests of lists and forms share: items to list, people to read them, pages to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import Any

from addons.masterdata.factories import make_item
from core.actor import Actor, current_actor
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.testing.people import make_role, make_user
from core.views.listing import Listing
from core.views.state import State


def items() -> ModelSpec:
    """The model most of these tests list."""
    return current_registry().model("masterdata.item")


def listing(**asked: Any) -> Listing:
    """A list of items as the test's actor gets it."""
    return Listing(items(), current_actor(), State(**asked))


def codes(**asked: Any) -> list[str]:
    """The codes on the first page of such a list, in order."""
    return [record.code for record in listing(**asked).rows]


def reader(*permissions: str, scope: str = "all", **values: Any) -> Actor:
    """Somebody with one role."""
    return actor_for(make_user(make_role(*permissions, scope=scope), **values), "web")


def make_items(*names: str, **values: Any) -> list[Any]:
    """Items with these codes."""
    return [make_item(code=name, name=f"Name of {name}", **values) for name in names]


@contextmanager
def list_view(model: str, **changes: Any) -> Iterator[None]:
    """The declared list with something else declared, for a while."""
    lists = current_registry().lists
    declared = lists[model]
    lists[model] = replace(declared, **changes)
    try:
        yield
    finally:
        lists[model] = declared


def text_of(html: str) -> str:
    """A page as text, entities read."""
    return unescape(html)
