"""Lists as people keep them: private, for a role, or for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from core.actor import Actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.people.models import Role
from core.views.listing import Listing
from core.views.models import SavedView
from core.views.state import State

LONGEST_NAME = 80
SHARE = "core.saved_view.share"


def find_saved(spec: ModelSpec, actor: Actor) -> list[SavedView]:
    """The views of this list the actor may use, by name. One statement."""
    roles = select(Role.id).where(Role.code.in_([g.role for g in actor.grants]))
    query = select(SavedView).where(
        SavedView.model == spec.name,
        or_(SavedView.user_id == actor.user_id, SavedView.shared, SavedView.role_id.in_(roles)),
    )
    return list(db.session.scalars(query.order_by(SavedView.name, SavedView.id)))


def opening_state(spec: ModelSpec, actor: Actor, views: Iterable[SavedView], asked: State) -> State:
    """What the list shows: what was asked, or the view it opens with when nothing was.

    One's own view comes before that of a role, and that before everybody's. A view that names a field this
    reader may not know of is passed over.
    """
    if not asked.is_plain:
        return asked
    opening = sorted((v for v in views if v.opens), key=lambda view: (view.user_id != actor.user_id, view.shared))
    return next((state for state in map(state_of, opening) if _is_possible(spec, actor, state)), asked)


def _is_possible(spec: ModelSpec, actor: Actor, state: State) -> bool:
    try:
        Listing(spec, actor, state).check()
    except ValidationError:
        return False
    return True


def state_of(view: SavedView) -> State:
    """The list as the view keeps it."""
    return State.from_pairs(view.state.get("pairs", ()), view.id)


def is_changed(view: SavedView, state: State) -> bool:
    """Whether the list shows something else than the view it began from."""
    return state_of(view).kept_pairs() != state.kept_pairs()


def shareable_roles(actor: Actor) -> Sequence[Role]:
    """The roles a view can be shared with; none without the right to share. One statement."""
    if not actor.can(SHARE):
        return []
    return db.session.scalars(select(Role).where(Role.active).order_by(Role.name)).all()


def save(
    listing: Listing, *, name: str, shared: bool = False, role_id: int | None = None, opens: bool = False
) -> SavedView:
    """Keep a list under a name, replacing the actor's own view of that name. Flushes.

    Sharing needs a right of its own. One view opens a list for the same people: the newest.
    """
    spec, actor, name = listing.spec, listing.actor, name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError(_("A view has a name of 1 to %(max)s characters.", max=LONGEST_NAME))
    if shared or role_id is not None:
        actor.require(SHARE)
    listing.check()
    query = select(SavedView).filter_by(model=spec.name, name=name, user_id=actor.user_id)
    view = db.session.scalar(query) or SavedView(model=spec.name, name=name, user_id=actor.user_id or 0)
    view.shared, view.role_id, view.opens = shared, None if shared else _role(role_id), opens
    view.state = {"pairs": listing.state.kept_pairs()}
    db.session.add(view)
    db.session.flush()
    if opens:
        _close_others(view)
    return view


def _role(role_id: int | None) -> int | None:
    if role_id is not None and db.session.get(Role, role_id) is None:
        raise NotFound(_("There is no such role any more; choose another one."))
    return role_id


def _close_others(view: SavedView) -> None:
    """No other view for the same people opens the list."""
    same = select(SavedView).filter_by(model=view.model, shared=view.shared, role_id=view.role_id, opens=True)
    if not view.shared and view.role_id is None:
        same = same.filter_by(user_id=view.user_id)
    for other in db.session.scalars(same.where(SavedView.id != view.id)):
        other.opens = False
    db.session.flush()


def forget(view_id: int, actor: Actor) -> None:
    """Remove one of one's own views; with the right to share also anyone's shared one. Flushes."""
    view = db.session.get(SavedView, view_id)
    if view is None or not may_forget(view, actor):
        raise NotFound(_("There is no such view, or it is somebody else's."))
    db.session.delete(view)
    db.session.flush()


def may_forget(view: SavedView, actor: Actor) -> bool:
    """Whether a view is the actor's to remove."""
    is_shared = view.shared or view.role_id is not None
    return view.user_id == actor.user_id or (is_shared and actor.can(SHARE))
