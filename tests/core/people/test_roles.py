"""Rights as they are held, explained, edited and compared."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from core.actor import Actor, Grant, NoActor, current_actor
from core.db.session import db
from core.errors import Forbidden, NotFound, StaleVersion, ValidationError
from core.kernel import switch
from core.kernel.registry import current_registry
from core.people import grants, roles, starter
from core.people.models import OrgUnit, Post, PostRole, Role, User
from core.people.roles import RoleInput, save_role
from core.testing.people import administrator, make_post, make_role, make_unit, make_user
from core.testing.statements import count_statements
from core.workflow.models import AuditEntry
from core.workflow.records import get_record
from tests.core.people.steps import Browser, as_user, system

ITEM = "masterdata.item.read"
SPEC = {
    "general_manager", "plant_manager", "sales_clerk", "finance", "process_engineer", "planner", "section_chief",
    "operator", "outsourcing_clerk", "inspector", "buyer", "warehouse_keeper", "designer", "administrator",
}  # fmt: skip


def test_a_role_through_a_post_counts_in_the_posts_unit_and_a_direct_one_in_the_users_own(app: Flask) -> None:
    def made() -> tuple[int, OrgUnit, OrgUnit]:
        own, other = make_unit(), make_unit()
        through = make_post(make_role(ITEM, scope="unit"), unit=other)
        return make_user(make_role(ITEM, scope="subtree"), unit=own, posts=[through]).id, own, other

    user, own, other = system(made)
    found = {(g.scope, g.unit_id, g.unit_path) for g in system(lambda: grants.grants_of(user))}
    assert found == {("unit", other.id, other.path), ("subtree", own.id, own.path)}


def test_an_inactive_role_or_post_gives_nothing(app: Flask) -> None:
    def made() -> int:
        post = make_post(make_role(ITEM), unit=make_unit(), active=False)
        return make_user(make_role(ITEM, active=False), posts=[post]).id

    user = system(made)
    assert system(lambda: grants.grants_of(user)) == ()


def test_the_rights_of_a_user_take_one_statement_however_many_posts_he_holds(app: Flask) -> None:
    def made() -> int:
        posts = [make_post(make_role(ITEM), make_role(ITEM), unit=make_unit()) for _n in range(4)]
        return make_user(make_role(ITEM), posts=posts).id

    user = system(made)
    assert len(system(lambda: grants.grants_of(user))) == 9
    assert system(lambda: count_statements(lambda: grants.grants_of(user))) == 1


def test_a_right_is_explained_by_every_role_and_post_it_comes_from(app: Flask) -> None:
    def made() -> tuple[int, Role, Role]:
        direct, through = make_role(ITEM, "core.user.read"), make_role(ITEM)
        post = make_post(through, unit=make_unit(name="Turning"), name="Setter")
        return make_user(direct, posts=[post]).id, direct, through

    user, direct, through = system(made)
    found = system(lambda: roles.rights_of(db.session.get_one(User, user)))
    why = {permission.name: row for row in found for permission in row.permissions}
    assert set(why) == {ITEM, "core.user.read"}
    assert {(h.role_name, h.post, h.unit) for h in why[ITEM].sources} == {
        (direct.name, None, None),
        (through.name, "Setter", "Turning"),
    }


def test_rights_on_one_page_from_the_same_roles_are_explained_together(app: Flask) -> None:
    def made() -> int:
        both = make_role(ITEM, "masterdata.item.export", "core.job.read")
        return make_user(both, make_role("masterdata.item.write", "masterdata.item.release")).id

    user = system(made)
    rows = system(lambda: roles.rights_of(db.session.get_one(User, user)))
    names = [[permission.name for permission in row.permissions] for row in rows]
    assert names == [
        ["core.job.read"],
        [ITEM, "masterdata.item.export"],
        ["masterdata.item.write", "masterdata.item.release"],
    ]


def test_a_change_of_rights_is_in_the_audit_trail_with_before_and_after(app: Flask) -> None:
    editor, role = system(lambda: (administrator(name="Lin Mei").id, make_role("core.user.read")))
    as_user(editor, lambda: save_role(role.id, given(role, permissions=frozenset({ITEM}))))
    query = select(AuditEntry).where(AuditEntry.model == "core.role", AuditEntry.record_id == role.id)
    entry = system(lambda: db.session.scalars(query.order_by(AuditEntry.id.desc())).first())
    assert entry is not None
    assert (entry.user_name, entry.changes) == ("Lin Mei", {"permissions": [["core.user.read"], [ITEM]]})


def test_who_holds_a_right_is_told_within_the_askers_reach(app: Flask) -> None:
    def made() -> tuple[int, int, int]:
        unit = make_unit()
        asker = make_user(posts=[make_post(make_role("core.user.read", scope="unit"), unit=unit)], unit=unit)
        return asker.id, make_user(make_role(ITEM), unit=unit).id, make_user(make_role(ITEM), unit=make_unit()).id

    asker, near, far = system(made)
    assert [user.id for user, _ways in as_user(asker, lambda: roles.holders_of(ITEM))] == [near]
    assert {user.id for user, _ways in system(lambda: roles.holders_of(ITEM))} == {near, far}
    with pytest.raises(NotFound):
        system(lambda: roles.holders_of("masterdata.item.fly"))


def given(role: Role, **values: object) -> RoleInput:
    shown = {
        "name": role.name,
        "scope": role.scope,
        "permissions": frozenset(role.permissions),
        "field_groups": frozenset(role.field_groups),
        "version": role.version,
    }
    return RoleInput(**{**shown, **values})  # type: ignore[arg-type]


def test_the_editor_keeps_what_was_ticked(app: Flask) -> None:
    role = system(lambda: make_role("core.user.read", scope="own"))
    ticked = given(
        role, name=" Clerk ", scope="unit", permissions=frozenset({ITEM}), field_groups=frozenset({"prices", "odd"})
    )
    system(lambda: save_role(role.id, ticked))
    kept = system(lambda: db.session.get_one(Role, role.id))
    assert (kept.name, kept.scope, kept.permissions, kept.field_groups) == ("Clerk", "unit", [ITEM], ["prices"])


def test_two_editors_of_one_role_meet(app: Flask) -> None:
    role = system(lambda: make_role("core.user.read"))
    late = given(role, permissions=frozenset({ITEM}))
    system(lambda: save_role(role.id, given(role, name="First")))
    with pytest.raises(StaleVersion):
        system(lambda: save_role(role.id, late))
    assert system(lambda: db.session.get_one(Role, role.id).permissions) == ["core.user.read"]


@pytest.mark.parametrize(
    "wrong", [{"permissions": frozenset({"core.user.fly"})}, {"scope": "planet"}, {"name": ""}, {"name": "x" * 121}]
)
def test_what_is_no_right_scope_or_name_is_refused(app: Flask, wrong: dict[str, object]) -> None:
    role = system(lambda: make_role("core.user.read"))
    with pytest.raises(ValidationError):
        system(lambda: save_role(role.id, given(role, **wrong)))


def test_rights_of_an_app_that_is_off_survive_an_edit_they_are_not_shown_in(app: Flask) -> None:
    role = system(lambda: make_role("core.user.read", "sales_shipping.shipment.read"))
    system(lambda: switch.disable("sales_shipping"))
    assert "sales_shipping" not in [branch.addon for branch in system(roles.tree)]
    system(lambda: save_role(role.id, given(role, permissions=frozenset({ITEM}))))
    kept = system(lambda: db.session.get_one(Role, role.id).permissions)
    assert kept == [ITEM, "sales_shipping.shipment.read"]


def test_the_tree_shows_every_right_of_the_enabled_apps_once(app: Flask) -> None:
    shown = [p.name for branch in system(roles.tree) for page in branch.pages for p in page.permissions]
    assert sorted(shown) == sorted(current_registry().permissions)


def test_comparing_names_what_only_one_of_two_roles_has(app: Flask) -> None:
    one, two = system(lambda: (make_role(ITEM, "core.user.read"), make_role(ITEM, "core.role.read")))
    rows = {row.permission: (row.first, row.second, row.differs) for row in system(lambda: roles.compare(one, two))}
    assert rows == {
        ITEM: (True, True, False),
        "core.user.read": (True, False, True),
        "core.role.read": (False, True, True),
    }


def test_a_refused_edit_comes_back_with_what_was_ticked(app: Flask) -> None:
    editor = system(lambda: make_user(make_role("core.role.read", "core.role.write")))
    role = system(lambda: make_role("core.role.read"))
    values = {"name": "Mine", "scope": "own", "permission": ITEM, "version": 1}
    answer = Browser(app, editor).post(f"/roles/{role.id}/edit", **values)
    assert answer.status_code == 403
    assert 'value="Mine"' in answer.text and ITEM in answer.text


def test_the_starter_posts_are_those_of_a_small_factory_each_with_a_role(app: Flask) -> None:
    posts = {post.code: post.id for post in system(lambda: db.session.scalars(select(Post)).all())}
    assert set(posts) == SPEC
    with_roles = system(lambda: db.session.scalars(select(PostRole.post_id)).all())
    assert set(posts.values()) == set(with_roles)


def test_the_administrators_starter_roles_hold_every_right_together(app: Flask) -> None:
    held = system(lambda: db.session.scalars(select(Role).where(Role.code.endswith(".administrator"))).all())
    assert frozenset().union(*(r.permissions for r in held)) == set(current_registry().permissions)
    assert {r.scope for r in held} == {"all"}


def test_only_posts_that_need_them_see_wages(app: Flask) -> None:
    seeing = system(
        lambda: [r.code.partition(".")[2] for r in db.session.scalars(select(Role)) if "wages" in r.field_groups]
    )
    assert set(seeing) <= {"administrator", "general_manager", "finance"}


def test_starter_roles_the_customer_changed_are_left_alone(app: Flask) -> None:
    def change() -> None:
        role = db.session.scalars(select(Role).where(Role.code == "masterdata.planner")).one()
        role.permissions, role.name = [], "Ours"
        db.session.execute(PostRole.__table__.delete().where(PostRole.role_id == role.id))

    system(change)
    system(lambda: starter.install_roles("masterdata"))
    system(starter.install)
    role = system(lambda: db.session.scalars(select(Role).where(Role.code == "masterdata.planner")).one())
    assert (role.permissions, role.name) == ([], "Ours")
    assert system(lambda: db.session.scalar(select(PostRole.id).where(PostRole.role_id == role.id))) is None


def test_a_right_that_no_role_carries_goes_to_the_administrator_at_the_next_start(app: Flask) -> None:
    def drop() -> None:
        for role in db.session.scalars(select(Role)):
            role.permissions = [p for p in role.permissions if p != "core.job.retry"]

    system(drop)
    system(starter.install)
    carrying = system(lambda: [r.code for r in db.session.scalars(select(Role)) if "core.job.retry" in r.permissions])
    assert carrying == ["core.administrator"]


def test_services_ask_who_is_acting(app: Flask) -> None:
    user = system(administrator)
    spec = current_registry().model("core.role")
    for service in (current_actor, roles.others, lambda: get_record(spec, user.id)):
        with pytest.raises(NoActor):
            service() if service is not roles.others else service(Role(id=0))  # type: ignore[call-arg]


def test_a_limit_narrows_what_an_actor_may_and_reaches() -> None:
    grant = Grant(role="r", permissions=frozenset({ITEM, "core.user.read"}), scope="all")
    actor = Actor(user_id=1, name="a", channel="api", grants=(grant,), limit=frozenset({ITEM, "core.role.write"}))
    assert actor.permissions == {ITEM}
    assert actor.reach(ITEM).everything and actor.reach("core.user.read").nothing
    with pytest.raises(Forbidden):
        actor.require("core.user.read")
