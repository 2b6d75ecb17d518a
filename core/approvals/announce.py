"""Who is told what about a request: people asked, the initiator, those informed, administrators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.approvals.logic.case import Event
from core.approvals.logic.people import Org
from core.approvals.store import Loaded
from core.approvals.titles import title_of
from core.events.notifications import notify
from core.i18n import Text, _

ENDED: Mapping[str, Callable[[Text], Text]] = {
    "approved": lambda title: _("Approved: %(title)s", title=title),
    "rejected": lambda title: _("Rejected: %(title)s", title=title),
    "cancelled": lambda title: _("Ended by an administrator: %(title)s", title=title),
}


def tell(loaded: Loaded, events: Iterable[Event], org: Org | None) -> None:
    """Notify whoever has just come to be asked, and everybody else these events concern. Flushes."""
    title, link = title_of(loaded.request), f"/approvals/{loaded.request.id}"
    asked = {t.assignee for t in loaded.case.tasks if t.state == "todo" and loaded.waiting.get(t.n) != "todo"}
    notify(asked, _("Please decide: %(title)s", title=title), link=link, kind="approval")
    for event in events:
        for users, text in _messages(loaded, event, org, title):
            notify(users, text, link=link, kind="approval")


def _messages(loaded: Loaded, event: Event, org: Org | None, title: Text) -> list[tuple[list[int], Text]]:
    case, data = loaded.case, event.data
    initiator = [case.initiator]
    if event.verb == "ended" and data["state"] in ENDED:
        return [(initiator, ENDED[data["state"]](title))]
    if event.verb == "sent_back" and data["to"] is None:
        return [(initiator, _("Sent back to you: %(title)s", title=title))]
    if event.verb == "failed":
        return [(initiator, _("Approved, but it could not be carried out: %(title)s", title=title))]
    if event.verb == "blocked" and org is not None:
        return [(list(org.admins), _("Nobody may decide: %(title)s", title=title))]
    if event.verb == "copied":
        return [([data["user"]], _("For your information: %(title)s", title=title))]
    if event.verb in ("urged", "reminded"):
        tasks = data.get("tasks", [data.get("task")])
        return [([case.task(n).assignee for n in tasks], _("Please hurry: %(title)s", title=title))]
    return []
