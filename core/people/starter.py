"""The organisation of a small factory: made at first set-up, the customer's from then on."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from core.actor import elevated
from core.db.session import db
from core.errors import Conflict
from core.i18n import Text, _, in_locale
from core.kernel.manifest import StarterRole
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.people.models import OrgUnit, Post, PostRole, Role, User, UserPost
from core.people.passwords import set_password

ADMINISTRATOR = "administrator"

# code: (title, kind, parent)
UNITS: dict[str, tuple[Text, str, str | None]] = {
    "COM": (_("Company"), "company", None),
    "FIN": (_("Finance department"), "department", "COM"),
    "SAL": (_("Sales department"), "department", "COM"),
    "ENG": (_("Engineering department"), "department", "COM"),
    "PUR": (_("Purchasing department"), "department", "COM"),
    "PLT": (_("Plant"), "plant", "COM"),
    "PRO": (_("Production department"), "department", "PLT"),
    "T1": (_("Team 1"), "team", "PRO"),
    "T2": (_("Team 2"), "team", "PRO"),
    "WHS": (_("Warehouse department"), "department", "PLT"),
    "QUA": (_("Quality department"), "department", "PLT"),
}

# code: (title, unit)
POSTS: dict[str, tuple[Text, str]] = {
    "general_manager": (_("General manager"), "COM"),
    "plant_manager": (_("Plant manager"), "PLT"),
    "sales_clerk": (_("Sales clerk"), "SAL"),
    "finance": (_("Finance"), "FIN"),
    "process_engineer": (_("Process engineer"), "ENG"),
    "planner": (_("Planner"), "PRO"),
    "section_chief": (_("Section chief"), "PRO"),
    "operator": (_("Operator"), "T1"),
    "outsourcing_clerk": (_("Outsourcing clerk"), "PUR"),
    "inspector": (_("Inspector"), "QUA"),
    "buyer": (_("Buyer"), "PUR"),
    "warehouse_keeper": (_("Warehouse keeper"), "WHS"),
    "designer": (_("Designer"), "ENG"),
    ADMINISTRATOR: (_("Administrator"), "COM"),
}

DEMO_NAMES = {
    "general_manager": ("boss", "陈国强"),
    "plant_manager": ("plant", "李建华"),
    "sales_clerk": ("sales", "王芳"),
    "finance": ("finance", "赵敏"),
    "process_engineer": ("process", "周伟"),
    "planner": ("planner", "吴静"),
    "section_chief": ("chief", "郑大勇"),
    "operator": ("operator", "张三"),
    "outsourcing_clerk": ("outsourcing", "孙丽"),
    "inspector": ("inspector", "钱明"),
    "buyer": ("buyer", "冯涛"),
    "warehouse_keeper": ("keeper", "许洁"),
    "designer": ("designer", "何平"),
    ADMINISTRATOR: ("admin", "管理员"),
}


def install() -> None:
    """Make the starter organisation in an empty database, with core's own roles, in the instance's language.

    In one that has an organisation, only see to it that every right is in some role: see
    `complete_administrators`. Flushes.
    """
    if db.session.scalar(select(OrgUnit.id).limit(1)) is not None:
        complete_administrators()
        return
    with in_locale(_language()):
        units = _install_units()
        for code, (title, unit) in POSTS.items():
            db.session.add(Post(code=code, name=str(title), org_unit_id=units[unit].id))
        db.session.flush()
    install_roles("core")


def _language() -> str:
    language: str = current_app.config["QINGMES"].locale
    return language


def _install_units() -> dict[str, OrgUnit]:
    made: dict[str, OrgUnit] = {}
    for code, (title, kind, parent) in UNITS.items():
        unit = OrgUnit(code=code, name=str(title), kind=kind, parent_id=made[parent].id if parent else None)
        db.session.add(unit)
        db.session.flush()
        unit.path = f"{made[parent].path if parent else '/'}{unit.id}/"
        made[code] = unit
    db.session.flush()
    return made


def install_roles(addon: str) -> None:
    """Make the roles an addon declares for the starter posts and give them to the posts still there. Flushes.

    A role `<addon>.<post>` that exists, changed or not, is the customer's and left alone.
    """
    known = set(db.session.scalars(select(Role.code).where(Role.code.startswith(f"{addon}.", autoescape=True))))
    with elevated("whoever switches an app on does not hold its rights yet"), in_locale(_language()):
        for starter in starter_roles(addon):
            if f"{addon}.{starter.post}" not in known:
                _make_role(addon, starter)


def starter_roles(addon: str) -> list[StarterRole]:
    """The starter roles of an addon, one for each post it names.

    The administrator's has every right of the addon, whatever was declared: nobody can give what he does
    not hold, so what the administrator lacked could never be given to anyone.
    """
    registry = current_registry()
    declared = {d.what.post: d.what for d in registry.roles if d.addon == addon}
    everything = tuple(name for name, d in registry.permissions.items() if d.addon == addon)
    if not everything:
        return []
    groups = {group for role in declared.values() for group in role.field_groups}
    groups |= {name for name, d in registry.field_groups.items() if d.addon == addon}
    declared[ADMINISTRATOR] = StarterRole(
        post=ADMINISTRATOR, permissions=everything, field_groups=tuple(sorted(groups))
    )
    return list(declared.values())


def _make_role(addon: str, starter: StarterRole) -> Role:
    title = current_registry().addons[addon].manifest.title
    role = Role(
        code=f"{addon}.{starter.post}",
        name=f"{title} · {POSTS[starter.post][0]}",
        scope=starter.scope,
        permissions=sorted(starter.permissions),
        field_groups=sorted(starter.field_groups),
    )
    db.session.add(role)
    db.session.flush()
    post_id = db.session.scalar(select(Post.id).where(Post.code == starter.post))
    if post_id is not None:
        db.session.add(PostRole(post_id=post_id, role_id=role.id))
        db.session.flush()
    return role


def complete_administrators() -> None:
    """Put every right that no role carries into the administrator's role of its addon. Flushes.

    So that a right which came with a new version can be given to anybody at all. Runs at every start.
    """
    carried = frozenset[str]().union(*db.session.scalars(select(Role.permissions)))
    for addon in sorted(enabled_addons()):
        lacking = {n for n, d in current_registry().permissions.items() if d.addon == addon} - carried
        if lacking:
            _add_to_administrator(addon, lacking)


def _add_to_administrator(addon: str, permissions: set[str]) -> None:
    role = db.session.scalar(select(Role).where(Role.code == f"{addon}.{ADMINISTRATOR}"))
    if role is not None:
        role.permissions = sorted(permissions.union(role.permissions))
        db.session.flush()
        return
    with in_locale(_language()):
        _make_role(addon, StarterRole(post=ADMINISTRATOR, permissions=tuple(permissions)))


def administrator_post() -> Post:
    """The starter post the first administrator gets; `Conflict` when the customer has done away with it."""
    post = db.session.scalar(select(Post).where(Post.code == ADMINISTRATOR, Post.active))
    if post is None:
        raise Conflict(_("There is no active post with the code %(code)s; add it again.", code=ADMINISTRATOR))
    return post


def demo_users(password: str) -> list[User]:
    """One user per starter post, for the demonstration, each with a badge and this password. Flushes."""
    posts = {post.code: post for post in db.session.scalars(select(Post))}
    made = []
    for position, (code, (login, name)) in enumerate(DEMO_NAMES.items(), start=1):
        if code not in posts or db.session.scalar(select(User.id).where(User.login == login)) is not None:
            continue
        user = User(login=login, name=name, badge=f"E{position:04d}", org_unit_id=posts[code].org_unit_id)
        user.posts = [UserPost(post_id=posts[code].id, is_main=True)]
        set_password(user, password)
        db.session.add(user)
        made.append(user)
    db.session.flush()
    _name_managers(posts)
    return made


def _name_managers(posts: dict[str, Post]) -> None:
    """The heads of the demonstration's units."""
    heads = {"COM": "boss", "PLT": "plant", "PRO": "chief", "SAL": "sales", "FIN": "finance"}
    users = {user.login: user.id for user in db.session.scalars(select(User))}
    for unit in db.session.scalars(select(OrgUnit).where(OrgUnit.code.in_(heads))):
        unit.manager_id = users.get(heads[unit.code])
    db.session.flush()
