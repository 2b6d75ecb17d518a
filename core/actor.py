"""Who is acting, with which rights: bound once per request, job or command, asked everywhere.

Rights are a snapshot taken at the start of the unit of work, so a change of roles acts on the
next request. Database reads without an actor are refused (see `core.db.scope`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from core.errors import Forbidden
from core.i18n import _

DataScope = Literal["own", "unit", "subtree", "all"]
Channel = Literal["web", "api", "scan", "import", "job", "cli", "system"]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One role as held through one post (or directly): permissions within a data scope.

    `unit_id` and `unit_path` are the org unit the scope is relative to; None when the holder has none. `rules` are
    the kinds of records of which it reaches only some within its scope, each with the condition as JSON text.
    """

    role: str
    permissions: frozenset[str]
    scope: DataScope
    unit_id: int | None = None
    unit_path: str | None = None
    field_groups: frozenset[str] = frozenset()
    rules: tuple[tuple[str, str], ...] = ()

    def rule_on(self, permission: str) -> str:
        """The condition on the records a permission `<addon>.<noun>.<verb>` is about; empty for none."""
        return dict(self.rules).get(permission.rpartition(".")[0], "")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Which rows a permission extends to: the union of what every grant gives.

    `ruled` is what grants with a row rule give besides: the condition, and the rows within which it holds.
    """

    everything: bool = False
    own: bool = False
    unit_ids: frozenset[int] = frozenset()
    subtree_paths: frozenset[str] = frozenset()
    ruled: tuple[tuple[str, Reach], ...] = ()

    @property
    def nothing(self) -> bool:
        """True when no grant carries the permission."""
        return not (self.everything or self.own or self.unit_ids or self.subtree_paths or self.ruled)

    @property
    def is_everywhere(self) -> bool:
        """Whether no org unit and no owner is out of reach, whatever row rules say."""
        return self.everything or any(reach.everything for _rule, reach in self.ruled)

    def covers(self, unit_id: int | None, unit_path: str | None) -> bool:
        """Whether rows of this org unit are reached, whoever owns them and whatever row rules say."""
        if self.everything or unit_id in self.unit_ids:
            return True
        if unit_path is not None and any(unit_path.startswith(p) for p in self.subtree_paths):
            return True
        return any(reach.covers(unit_id, unit_path) for _rule, reach in self.ruled)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The person (or the system) in whose name something happens.

    `limit` narrows the rights to some permissions (API tokens, devices); None means no narrowing.
    `unrestricted` is the system itself or an elevated block; it is never set for a request.
    """

    user_id: int | None
    name: str
    channel: Channel
    grants: tuple[Grant, ...] = ()
    unit_id: int | None = None
    unit_path: str | None = None
    limit: frozenset[str] | None = None
    address: str | None = None
    session_id: int | None = None
    unrestricted: bool = field(default=False)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything this actor may do somewhere."""
        held = frozenset[str]().union(*(g.permissions for g in self.grants))
        return held if self.limit is None else held & self.limit

    @cached_property
    def field_groups(self) -> frozenset[str]:
        """Field groups (`prices`, `costs`, `wages`) this actor may see; none on a shop-floor device."""
        if self.channel == "scan":
            return frozenset()
        return frozenset[str]().union(*(g.field_groups for g in self.grants))

    def can(self, permission: str) -> bool:
        """Whether the permission is held at all, on whatever rows."""
        return self.unrestricted or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `Forbidden` naming the permission when it is not held."""
        if not self.can(permission):
            raise Forbidden(
                _("You lack the permission %(permission)s. Ask an administrator.", permission=permission),
                permission=permission,
            )

    def sees_group(self, group: str | None) -> bool:
        """Whether fields of this group are shown to the actor; None is every ordinary field."""
        return group is None or self.unrestricted or group in self.field_groups

    def reach(self, permission: str) -> Reach:
        """The rows this permission extends to."""
        if self.unrestricted:
            return Reach(everything=True)
        if permission not in self.permissions:
            return Reach()
        by_rule: dict[str, list[Grant]] = {"": []}
        for grant in self.grants:
            if permission in grant.permissions:
                by_rule.setdefault(grant.rule_on(permission), []).append(grant)
        free = _reach_of(by_rule.pop(""))
        return replace(free, ruled=tuple((rule, _reach_of(grants)) for rule, grants in sorted(by_rule.items())))


def _reach_of(grants: list[Grant]) -> Reach:
    """The union of what these grants give by their scope."""
    scopes = {g.scope for g in grants}
    return Reach(
        everything="all" in scopes,
        own=bool(scopes),
        unit_ids=frozenset(g.unit_id for g in grants if g.scope == "unit" and g.unit_id is not None),
        subtree_paths=frozenset(g.unit_path for g in grants if g.scope == "subtree" and g.unit_path),
    )


SYSTEM = Actor(user_id=None, name="system", channel="system", unrestricted=True)

_current: ContextVar[Actor | None] = ContextVar("qingmes_actor", default=None)


class NoActor(RuntimeError):
    """A service or query ran with nobody acting: a programming mistake, never a user's."""


def current_actor() -> Actor:
    """Who is acting now; raises `NoActor` outside a request, job, command or `acting` block."""
    actor = _current.get()
    if actor is None:
        raise NoActor("nobody is acting: wrap the call in `with acting(actor):`")
    return actor


def maybe_actor() -> Actor | None:
    """Who is acting now, or None."""
    return _current.get()


def set_actor(actor: Actor | None) -> Token[Actor | None]:
    """Bind the actor of this request; the caller resets it at the end."""
    return _current.set(actor)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Run a block in somebody's name."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


@contextmanager
def elevated(reason: str) -> Iterator[Actor]:
    """Run a block with every right, in the same person's name.

    For services that touch rows the person may not see (posting a receipt from a scan). Every use is
    listed in `docs/elevations.md`, and a test fails on one that is not; `reason` is what it says there.
    """
    actor = current_actor()
    with acting(replace(actor, unrestricted=True)) as powerful:
        yield powerful


@contextmanager
def lent(reason: str, permissions: Iterable[str]) -> Iterator[Actor]:
    """Run a block with some permissions more, on every row, in the same person's name; no field group comes along.

    For showing somebody one document he has to decide on. Listed and tested as `elevated` is.
    """
    actor = current_actor()
    grant = Grant(role="lent", permissions=frozenset(permissions), scope="all")
    with acting(replace(actor, grants=(*actor.grants, grant))) as stronger:
        yield stronger
