"""Lists as people keep them: whose they are, who sees them, and which one a list opens with."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import Actor, acting
from core.db import db
from core.errors import Forbidden, NotFound, ValidationError
from core.people.grants import actor_for
from core.testing.people import csrf, make_role, make_user
from core.views import saved
from core.views.conditions import Condition
from core.views.listing import Listing
from core.views.models import SavedView
from core.views.state import State
from tests.core.views.support import items, make_items

READ, SHARE = "masterdata.item.read", "core.saved_view.share"
ITEMS = "/m/masterdata/items"


def person(*roles: Any) -> Actor:
    return actor_for(make_user(*roles), "web")


def keep(actor: Actor, name: str, state: State | None = None, **for_whom: Any) -> SavedView:
    with acting(actor):
        return saved.save(Listing(items(), actor, state or State(sort=("-code",))), name=name, **for_whom)


def names(actor: Actor) -> list[str]:
    with acting(actor):
        return [view.name for view in saved.find_saved(items(), actor)]


def test_a_view_is_seen_by_those_it_is_for(any_app: Flask, system: Any) -> None:
    buyers, others = make_role(READ), make_role(READ)
    chief = person(make_role(READ, SHARE))
    keep(chief, "mine")
    keep(chief, "buyers", role_id=buyers.id)
    keep(chief, "all", shared=True)
    assert names(chief) == ["all", "buyers", "mine"]
    assert names(person(buyers)) == ["all", "buyers"]
    assert names(person(others)) == ["all"]


def test_sharing_needs_a_right_of_its_own(app: Flask, system: Any) -> None:
    role = make_role(READ)
    with pytest.raises(Forbidden):
        keep(person(role), "all", shared=True)
    with pytest.raises(Forbidden):
        keep(person(role), "role", role_id=role.id)


def test_a_view_of_the_same_name_is_replaced(app: Flask, system: Any) -> None:
    actor = person(make_role(READ))
    keep(actor, "late", State(query="a"))
    view = keep(actor, " late ", State(query="b", page=3))
    assert names(actor) == ["late"]
    assert saved.state_of(view) == State(query="b", view=view.id)


def test_a_view_without_a_name_or_with_a_wrong_filter_is_refused(app: Flask, system: Any) -> None:
    actor = person(make_role(READ))
    for name, state in (
        (" ", State()),
        ("x" * 81, State()),
        ("x", State(conditions=(Condition("nothing", "eq", "1"),))),
    ):
        with pytest.raises(ValidationError):
            keep(actor, name, state)


def test_one_removes_ones_own_and_who_may_share_also_shared_ones(app: Flask, system: Any) -> None:
    maker, reader, chief = person(make_role(READ, SHARE)), person(make_role(READ)), person(make_role(READ, SHARE))
    private, shared = keep(maker, "private"), keep(maker, "shared", shared=True)
    for view, actor in ((private, reader), (private, chief), (shared, reader)):
        with acting(actor), pytest.raises(NotFound):
            saved.forget(view.id, actor)
    saved.forget(shared.id, chief)
    saved.forget(private.id, maker)
    assert names(maker) == []


def opened(actor: Actor) -> str:
    """The search text the list opens with for somebody."""
    with acting(actor):
        return saved.opening_state(items(), actor, saved.find_saved(items(), actor), State()).query


def test_ones_own_opening_view_comes_before_the_roles_and_that_before_everybodys(any_app: Flask, system: Any) -> None:
    role = make_role(READ)
    chief, clerk = person(make_role(READ, SHARE)), person(role)
    keep(chief, "all", State(query="all"), shared=True, opens=True)
    assert opened(clerk) == "all"
    keep(chief, "role", State(query="role"), role_id=role.id, opens=True)
    assert opened(clerk) == "role"
    keep(clerk, "own", State(query="own"), opens=True)
    assert opened(clerk) == "own"


def test_only_the_newest_view_opens_a_list(app: Flask, system: Any) -> None:
    actor = person(make_role(READ))
    keep(actor, "a", State(query="a"), opens=True)
    keep(actor, "b", State(query="b"), opens=True)
    assert opened(actor) == "b"
    with acting(actor):
        assert [v.name for v in saved.find_saved(items(), actor) if v.opens] == ["b"]


def test_an_opening_view_that_names_a_hidden_field_is_passed_over(app: Flask, system: Any) -> None:
    chief = person(make_role(READ, SHARE, field_groups=("costs",)))
    keep(chief, "dear", State(query="x", conditions=(Condition("standard_cost", "gte", "9"),)), shared=True, opens=True)
    assert opened(chief) == "x"
    assert opened(person(make_role(READ))) == ""


def test_the_pages_keep_use_and_forget_a_view(admin: FlaskClient) -> None:
    make_items("A-1", "A-2")
    db.session.commit()
    assert 'value="all"' in admin.get(f"{ITEMS}/views/new?q=A-2").text
    form = {"q": "A-2", "name": "Second", "audience": "me", "opens": "on", "csrf_token": csrf(admin)}
    kept = admin.post(f"{ITEMS}/views", data=form)
    assert kept.status_code == 303
    page = admin.get(kept.location).text
    assert "A-2" in page and "A-1" not in page and "Second" in page
    assert "A-1" not in admin.get(ITEMS).text
    assert "A-1" in admin.get(f"{ITEMS}?view=0").text
    assert "Second *" in admin.get(f"{kept.location}&sort=name").text
    offered = admin.get(f"{ITEMS}/views").text
    assert "Second" in offered
    view_id = kept.location.partition("view=")[2]
    assert admin.post(f"{ITEMS}/views/{view_id}/forget", data={"csrf_token": csrf(admin)}).status_code == 303
    assert "A-1" in admin.get(ITEMS).text
