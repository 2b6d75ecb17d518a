"""What no channel gets around: giving, one's own rights, the last administrator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.errors import Conflict, Forbidden
from core.kernel.registry import current_registry
from core.people.models import OrgUnit, Post, PostRole, Role, User, UserPost, UserRole
from core.testing.people import administrator, make_post, make_role, make_unit, make_user
from core.workflow.records import create_record, delete_record, update_record
from tests.core.people.steps import as_user, system

MANAGE = (
    "core.user.read",
    "core.user.write",
    "core.user.create",
    "core.post.read",
    "core.post.write",
    "core.role.read",
)
ITEM = "masterdata.item.read"


def manager(*more: str, scope: str = "all", field_groups: tuple[str, ...] = ()) -> int:
    """Somebody who manages people everywhere, and holds `more` within a scope in a unit of his own."""
    unit = make_unit()
    own = make_post(make_role(*more, scope=scope, field_groups=field_groups), unit=unit)
    return make_user(make_role(*MANAGE, "core.role.write"), posts=[own], unit=unit).id


def give_role(user_id: int, role: Role) -> Any:
    spec = current_registry().model("core.user")
    version = db.session.get_one(User, user_id).version
    return update_record(spec, user_id, {"roles": [{"role_id": role.id}]}, version=version)


def give_post(user_id: int, post: Post) -> Any:
    spec = current_registry().model("core.user")
    version = db.session.get_one(User, user_id).version
    return update_record(spec, user_id, {"posts": [{"post_id": post.id, "is_main": True}]}, version=version)


def carry(post: Post, role: Role) -> Any:
    spec = current_registry().model("core.post")
    version = db.session.get_one(Post, post.id).version
    return update_record(spec, post.id, {"roles": [{"role_id": role.id}]}, version=version)


@pytest.mark.parametrize(
    ("held", "given", "allowed"),
    [
        ((), "own", False),
        ((ITEM, "own"), "own", True),
        ((ITEM, "own"), "unit", False),
        ((ITEM, "unit"), "unit", True),
        ((ITEM, "unit"), "subtree", False),
        ((ITEM, "subtree"), "subtree", True),
        ((ITEM, "subtree"), "unit", True),
        ((ITEM, "subtree"), "all", False),
        ((ITEM, "all"), "all", True),
        ((ITEM, "all"), "subtree", True),
    ],
)
def test_nobody_gives_a_role_that_reaches_wider_than_his_own(
    app: Flask, held: tuple[str, ...], given: str, allowed: bool
) -> None:
    giver = system(lambda: manager(*held[:1], scope=held[1] if held else "own"))
    role, taker = system(lambda: (make_role(ITEM, scope=given), _beside(giver)))
    if allowed:
        as_user(giver, lambda: give_role(taker, role))
    else:
        with pytest.raises(Forbidden) as refusal:
            as_user(giver, lambda: give_role(taker, role))
        assert refusal.value.details["permissions"] == [ITEM]
    found = system(lambda: db.session.scalars(select(UserRole.role_id).where(UserRole.user_id == taker)).all())
    assert list(found) == ([role.id] if allowed else [])


def _beside(user_id: int) -> int:
    """Somebody without rights in the same unit."""
    return make_user(unit=db.session.get_one(User, user_id).org_unit).id


def test_the_same_scope_in_another_unit_is_not_as_wide(app: Flask) -> None:
    giver = system(lambda: manager(ITEM, scope="subtree"))
    role, elsewhere = system(lambda: (make_role(ITEM, scope="subtree"), make_user(unit=make_unit()).id))
    with pytest.raises(Forbidden):
        as_user(giver, lambda: give_role(elsewhere, role))


def test_nobody_shows_a_field_group_that_is_hidden_from_him(app: Flask) -> None:
    giver = system(lambda: manager(ITEM))
    role, taker = system(lambda: (make_role(ITEM, field_groups=["wages"]), make_user().id))
    with pytest.raises(Forbidden) as refusal:
        as_user(giver, lambda: give_role(taker, role))
    assert refusal.value.details["permissions"] == ["wages"]


def test_nobody_gives_through_a_post_what_he_does_not_hold(app: Flask) -> None:
    giver = system(lambda: manager())
    role = system(lambda: make_role(ITEM))
    full, empty, taker = system(
        lambda: (make_post(role, unit=make_unit()), make_post(unit=make_unit()), make_user().id)
    )
    with pytest.raises(Forbidden):
        as_user(giver, lambda: give_post(taker, full))
    with pytest.raises(Forbidden):
        as_user(giver, lambda: carry(empty, role))
    as_user(giver, lambda: give_post(taker, empty))


def test_nobody_puts_a_right_into_a_role_that_he_does_not_hold(app: Flask) -> None:
    giver = system(lambda: manager())
    role = system(lambda: make_role(scope="own"))

    def change(**values: Any) -> None:
        for name, value in values.items():
            setattr(db.session.get_one(Role, role.id), name, value)

    for values in ({"permissions": [ITEM]}, {"field_groups": ["prices"]}):
        with pytest.raises(Forbidden):
            as_user(giver, lambda v=values: change(**v))  # type: ignore[misc]
    as_user(giver, lambda: change(permissions=["core.user.read"], name="Reader"))


def test_nobody_widens_a_role_beyond_his_own_reach(app: Flask) -> None:
    giver = system(lambda: manager(ITEM, scope="unit"))
    role = system(lambda: make_role(ITEM, scope="unit"))
    with pytest.raises(Forbidden):
        as_user(giver, lambda: setattr(db.session.get_one(Role, role.id), "scope", "all"))


def test_taking_rights_away_needs_none_of_them(app: Flask) -> None:
    taker = system(lambda: manager())
    holder = system(lambda: make_user(make_role(ITEM)).id)
    spec = current_registry().model("core.user")
    as_user(taker, lambda: update_record(spec, holder, {"roles": []}, version=1))
    assert system(lambda: db.session.get_one(User, holder).roles) == []


def test_moving_somebody_with_rights_to_another_unit_gives_them_there(app: Flask) -> None:
    giver = system(lambda: manager())
    holder, unit = system(lambda: (make_user(make_role(ITEM, scope="subtree"), unit=make_unit()).id, make_unit().id))
    with pytest.raises(Forbidden):
        as_user(giver, lambda: setattr(db.session.get_one(User, holder), "org_unit_id", unit))


def test_moving_a_post_gives_its_roles_in_the_new_unit(app: Flask) -> None:
    giver = system(lambda: manager())
    post, unit = system(lambda: (make_post(make_role(ITEM, scope="unit"), unit=make_unit()).id, make_unit().id))
    with pytest.raises(Forbidden):
        as_user(giver, lambda: setattr(db.session.get_one(Post, post), "org_unit_id", unit))


def test_bringing_somebody_back_gives_him_everything_he_had(app: Flask) -> None:
    giver = system(lambda: manager())
    gone = system(lambda: make_user(make_role(ITEM), active=False).id)
    with pytest.raises(Forbidden):
        as_user(giver, lambda: setattr(db.session.get_one(User, gone), "active", True))


def test_nobody_changes_his_own_roles_posts_and_org_unit(app: Flask) -> None:
    def everything() -> tuple[int, Role, Post, int]:
        user = administrator()
        return user.id, make_role("core.user.read"), make_post(unit=make_unit()), make_unit().id

    me, role, post, unit = system(everything)
    own_post = system(lambda: db.session.scalars(select(UserPost.post_id).where(UserPost.user_id == me)).one())
    attempts: list[Callable[[], Any]] = [
        lambda: give_role(me, role),
        lambda: give_post(me, post),
        lambda: setattr(db.session.get_one(User, me), "org_unit_id", unit),
        lambda: carry(db.session.get_one(Post, own_post), role),
        lambda: setattr(db.session.get_one(Post, own_post), "org_unit_id", unit),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden, match="his own"):
            as_user(me, attempt)


def test_nobody_makes_an_account_that_may_more_than_he(app: Flask) -> None:
    giver = system(lambda: manager())
    role = system(lambda: make_role("core.number_rule.write"))
    spec = current_registry().model("core.user")
    values = {"login": "double", "name": "Double", "roles": [{"role_id": role.id}]}
    with pytest.raises(Forbidden):
        as_user(giver, lambda: create_record(spec, values))
    assert system(lambda: db.session.scalar(select(User.id).where(User.login == "double"))) is None


def test_a_user_is_deactivated_never_deleted(app: Flask) -> None:
    spec = current_registry().model("core.user")
    user = system(lambda: make_user().id)
    with pytest.raises(Conflict):
        system(lambda: delete_record(spec, user))


def last_administrator() -> int:
    """The only user who may administer, through the starter post."""
    post = db.session.scalars(select(Post).where(Post.code == "administrator")).one()
    return make_user(posts=[post]).id


def test_the_last_administrator_stays(any_app: Flask) -> None:
    admin = system(last_administrator)

    def of(model: type[Any], **found: Any) -> Any:
        return db.session.scalars(select(model).filter_by(**found)).first()

    attempts: list[Callable[[], Any]] = [
        lambda: setattr(of(User, id=admin), "active", False),
        lambda: db.session.delete(of(UserPost, user_id=admin)),
        lambda: setattr(of(Post, code="administrator"), "active", False),
        lambda: setattr(of(Role, code="core.administrator"), "active", False),
        lambda: setattr(of(Role, code="core.administrator"), "scope", "subtree"),
        lambda: setattr(of(Role, code="core.administrator"), "permissions", ["core.user.write"]),
        lambda: db.session.delete(of(PostRole, role_id=of(Role, code="core.administrator").id)),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match="administer"):
            system(attempt)
    system(lambda: administrator())
    system(attempts[0])
    assert system(lambda: db.session.get_one(User, admin).active) is False


@pytest.mark.postgres
def test_two_administrators_cannot_remove_each_other_at_once(pg_app: Flask) -> None:
    both = system(lambda: [last_administrator(), last_administrator()])
    for _turn in range(3):
        start = threading.Barrier(2)

        def disable(user_id: int, start: threading.Barrier = start) -> None:
            with pg_app.app_context(), acting(SYSTEM):
                start.wait()
                try:
                    run_unit(lambda: setattr(db.session.get_one(User, user_id), "active", False))
                except Conflict:
                    pass

        threads = [threading.Thread(target=disable, args=(user_id,)) for user_id in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left = system(lambda: db.session.scalars(select(User.id).where(User.active)).all())
        assert len(left) == 1
        system(lambda: [setattr(user, "active", True) for user in db.session.scalars(select(User))])


def test_a_unit_cannot_be_deleted_while_people_belong_to_it(app: Flask) -> None:
    spec = current_registry().model("core.org_unit")
    unit = system(lambda: (u := make_unit()) and make_user(unit=u) and u.id)
    with pytest.raises(Conflict):
        system(lambda: delete_record(spec, unit))
    assert system(lambda: db.session.get(OrgUnit, unit)) is not None
