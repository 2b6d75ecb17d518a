"""Editing roles as a tree, and explaining who may do what, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.criteria import check, describe
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound, StaleVersion, ValidationError
from core.i18n import Text, _, gettext
from core.kernel.manifest import Permission
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons
from core.people.grants import Held, held_by, held_by_each
from core.people.inputs import line
from core.people.models import SCOPES, Role, User
from core.workflow.records import get_record

OTHERS = ""


@dataclass(frozen=True)
class Page:
    """A branch of the tree: what is done on one kind of record, or whatever else there is."""

    title: Text
    permissions: list[Permission]


@dataclass(frozen=True)
class Branch:
    """The rights of one addon, page by page."""

    addon: str
    title: Text
    pages: list[Page] = field(default_factory=list)


def tree() -> list[Branch]:
    """Menu → page → actions: every right of the enabled addons, in load order."""
    return grouped(current_registry().permissions)


def grouped(names: Collection[str]) -> list[Branch]:
    """These rights as a tree, those of addons that are off left out."""
    registry = current_registry()
    branches = []
    for name, addon in registry.addons.items():
        pages = _pages(name, names) if name in enabled_addons() else []
        if pages:
            branches.append(Branch(name, addon.manifest.title, pages))
    return branches


def _pages(addon: str, names: Collection[str]) -> list[Page]:
    by_noun: dict[str, list[Permission]] = defaultdict(list)
    for declared in current_registry().permissions.values():
        noun = declared.what.noun
        if declared.addon == addon and declared.what.name in names:
            by_noun[noun if _title_of(noun) is not None else OTHERS].append(declared.what)
    others = by_noun.pop(OTHERS, [])
    pages = [Page(_title_of(noun) or "", permissions) for noun, permissions in by_noun.items()]
    return [*pages, Page(_("Other"), others)] if others else pages


def _title_of(noun: str) -> Text | None:
    """What people call the records of `<addon>.<noun>`; None where a right is about no kind of record."""
    spec = current_registry().models.get(noun)
    return spec.meta.title if spec is not None and spec.meta.parent is None else None


def full_title(permission: Permission) -> str:
    """A right in words: `User: Edit`, or `See jobs` where it is about no kind of record."""
    title = _title_of(permission.noun)
    return f"{title}: {permission.title}" if title is not None else str(permission.title)


@dataclass(frozen=True, kw_only=True)
class RoleInput:
    """What was typed and ticked in the role editor."""

    name: str
    scope: str
    permissions: frozenset[str]
    field_groups: frozenset[str]
    version: int
    row_rules: Mapping[str, Any] = field(default_factory=dict)


def save_role(role_id: int, given: RoleInput) -> Role:
    """Change a role from the editor. Rights of addons that are off stay as they are. Flushes.

    Raises `StaleVersion`, `ValidationError`, or `Forbidden` when giving what one does not hold.
    """
    registry = current_registry()
    role: Role = get_record(registry.model("core.role"), role_id, verb="write", lock=True)
    if role.version != given.version:
        raise StaleVersion(_("Somebody changed this meanwhile. Look at it again, then repeat."))
    if given.permissions - set(registry.permissions) or given.scope not in SCOPES:
        raise ValidationError(_("Please correct the marked fields."))
    role.name, role.scope = line(given.name, "name", longest=120), given.scope
    role.permissions = sorted(given.permissions | unseen(role))
    role.field_groups = sorted(given.field_groups & set(registry.field_groups))
    role.row_rules = checked_rules(given.row_rules) | unseen_rules(role)
    db.session.flush()
    return role


def can_have_rules() -> list[ModelSpec]:
    """The kinds of documents whose rows a role may be limited to by a condition, by title."""
    models = current_registry().models.values()
    found = [spec for spec in models if spec.addon != "core" and spec.addon in enabled_addons() and is_page(spec)]
    return sorted(found, key=lambda spec: str(spec.meta.title))


def checked_rules(trees: Mapping[str, Any]) -> dict[str, Any]:
    """Row rules as typed, without those that say nothing; raises `ValidationError` for what makes no sense."""
    specs = {spec.name: spec for spec in can_have_rules()}
    found = {}
    for name, tree in trees.items():
        if tree is None or tree in ({"and": []}, {"or": []}):
            continue
        if name not in specs:
            raise ValidationError(_("Please correct the marked fields."))
        check(specs[name], tree, current_actor())
        found[name] = tree
    return found


def unseen_rules(role: Role) -> dict[str, Any]:
    """Row rules that the editor does not show, because their addon is off or gone."""
    shown = {spec.name for spec in can_have_rules()}
    return {name: tree for name, tree in (role.row_rules or {}).items() if name not in shown}


def compare_rules(first: Role, second: Role) -> list[tuple[Text, str, str]]:
    """The row rules of two roles side by side, as sentences: the kind of document, what each says of it."""
    one, two = first.row_rules or {}, second.row_rules or {}
    return [
        (spec.meta.title, _in_words(spec, one.get(spec.name)), _in_words(spec, two.get(spec.name)))
        for spec in can_have_rules()
        if spec.name in one or spec.name in two
    ]


def _in_words(spec: ModelSpec, tree: Any) -> str:
    if tree is None:
        return ""
    try:
        return describe(spec, tree, current_actor())
    except ValidationError as error:
        return gettext("Nothing is shown, because the condition cannot be read any more: %(why)s", why=str(error))


def unseen(role: Role) -> frozenset[str]:
    """Rights of a role that the editor does not show, because their addon is off or gone."""
    shown = {name for name, d in current_registry().permissions.items() if d.addon in enabled_addons()}
    return frozenset(role.permissions) - shown


@dataclass(frozen=True)
class Why:
    """Rights of a user on one kind of record that come to him in the same ways."""

    title: Text
    permissions: list[Permission]
    sources: tuple[Held, ...]


def rights_of(user: User) -> list[Why]:
    """Everything a user may do, page by page, with the roles and posts it comes from.

    Rights of addons that are off are left out: nothing can be done with them.
    """
    sources: dict[str, list[Held]] = defaultdict(list)
    for held in held_by(user.id):
        for name in held.grant.permissions:
            sources[name].append(held)
    pages = [page for branch in grouped(sources) for page in branch.pages]
    return [why for page in pages for why in _explained(page, sources)]


def _explained(page: Page, sources: dict[str, list[Held]]) -> list[Why]:
    """The rights of one page, those from the same sources together."""
    together: dict[tuple[Held, ...], list[Permission]] = defaultdict(list)
    for permission in page.permissions:
        together[tuple(sources[permission.name])].append(permission)
    return [Why(page.title, permissions, ways) for ways, permissions in together.items()]


def holders_of(permission: str) -> list[tuple[User, list[Held]]]:
    """Every active user within reach who holds a right, and how. Two statements."""
    current_actor().require("core.user.read")
    if permission not in current_registry().permissions:
        raise NotFound(_("There is no such permission."))
    users = db.session.scalars(select(User).where(User.active).order_by(User.name)).all()
    held = held_by_each(user.id for user in users)
    ways = [(user, [h for h in held.get(user.id, []) if permission in h.grant.permissions]) for user in users]
    return [(user, found) for user, found in ways if found]


@dataclass(frozen=True)
class Compared:
    """One right, and which of two roles have it."""

    title: str
    permission: str
    first: bool
    second: bool

    @property
    def differs(self) -> bool:
        """Whether only one of them has it."""
        return self.first != self.second


def compare(first: Role, second: Role) -> list[Compared]:
    """Two roles side by side: every right that either has, in the order of the tree."""
    one, two = set(first.permissions), set(second.permissions)
    shown = [p for branch in grouped(one | two) for page in branch.pages for p in page.permissions]
    return [Compared(full_title(p), p.name, p.name in one, p.name in two) for p in shown]


def others(role: Role) -> Iterable[Role]:
    """The roles to copy from or compare with."""
    return db.session.scalars(select(Role).where(Role.id != role.id).order_by(Role.name)).all()
