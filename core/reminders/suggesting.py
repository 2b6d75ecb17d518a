"""The rules that addons suggest, as drafts to begin with."""

from __future__ import annotations

from sqlalchemy import select

from core.actor import current_actor
from core.db.session import db
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.people.models import Post
from core.reminders.declare import SuggestedReminder
from core.reminders.rules import Draft


def suggested() -> dict[str, Text]:
    """The titles of rules this person may begin with, by key (`stock.overdue_tools`)."""
    actor, registry = current_actor(), current_registry()
    return {
        key: declared.what.title
        for key, declared in registry.reminders.items()
        if declared.addon in enabled_addons() and actor.can(registry.models[declared.what.model].permission("read"))
    }


def draft_of(key: str) -> Draft:
    """The draft a suggestion makes; raises `NotFound`. Posts that are not there any more are left out."""
    if key not in suggested():
        raise NotFound(_("There is no such suggestion."))
    found: SuggestedReminder = current_registry().reminders[key].what
    posts = db.session.scalars(select(Post.id).where(Post.code.in_(found.posts), Post.active).order_by(Post.id))
    people = [{"kind": "post", "id": post} for post in posts]
    people += [{"kind": "field", "path": path} for path in found.people]
    return Draft(
        name=str(found.title),
        active=True,
        model=found.model,
        field=found.date,
        offset=found.offset,
        criteria=dict(found.when),
        recipients=people or [{"kind": "owner"}],
        text=str(found.text),
        repeat=found.repeat,
    )
