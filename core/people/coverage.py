"""Whether somebody holds what he is about to give: each permission at least as widely, each field group."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core.actor import Actor, Grant, Reach, current_actor
from core.errors import Forbidden
from core.i18n import _
from core.people.grants import grants_of
from core.people.models import User

MOST_NAMED = 5


def missing(actor: Actor, grant: Grant) -> list[str]:
    """Permissions and field groups of a grant that the actor does not hold as widely; empty when he may give it.

    A grant without an org unit (a role nobody holds yet) is compared by the kind of scope alone.
    """
    permissions = sorted(p for p in grant.permissions if not actor.can(p) or not _covered(actor.reach(p), grant, p))
    return permissions + sorted(g for g in grant.field_groups if not actor.sees_group(g))


def _covered(reach: Reach, grant: Grant, permission: str) -> bool:
    """Whether one who reaches this may give the grant; a row rule of his own he has to pass on as it is."""
    same_rule = [part for rule, part in reach.ruled if rule == grant.rule_on(permission)]
    return any(_covers(part, grant) for part in (reach, *same_rule))


def _covers(reach: Reach, grant: Grant) -> bool:
    if reach.everything or (reach.own and grant.scope == "own"):
        return True
    if grant.scope == "all":
        return False
    if grant.unit_path is None:
        return bool(reach.subtree_paths) or (grant.scope == "unit" and bool(reach.unit_ids))
    if grant.scope == "unit":
        return reach.covers(grant.unit_id, grant.unit_path)
    return any(grant.unit_path.startswith(path) for path in reach.subtree_paths)


def require(actor: Actor, grants: Iterable[Grant]) -> None:
    """Raise `Forbidden`, naming what is lacking, unless the actor may give all of this."""
    refuse({name for grant in grants for name in missing(actor, grant)})


def refuse(names: Collection[str]) -> None:
    """Raise `Forbidden`, naming what is lacking; nothing when that is nothing."""
    lacking = sorted(names)
    if lacking:
        named = ", ".join(lacking[:MOST_NAMED]) + (" …" if len(lacking) > MOST_NAMED else "")
        raise Forbidden(
            _("You cannot give what you do not hold yourself, as widely: %(permissions)s", permissions=named),
            permissions=lacking,
        )


def require_over(user: User) -> None:
    """Raise `Forbidden` unless the actor holds all that this user holds: taking over his account gives it."""
    require(current_actor(), grants_of(user.id))
