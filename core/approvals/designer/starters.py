"""Definitions to begin a flow with: general ones, what the app of the document suggests, and other flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import select

from core.approvals.facts import kinds, said_of
from core.approvals.models import ApprovalFlow, ApprovalVersion
from core.db.session import db
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.people.models import Post
from core.workflow.declare import Transition

SPLIT_AT = "10000"
HEAD: Mapping[str, Any] = {"kind": "unit_head"}
ABOVE: Mapping[str, Any] = {"kind": "unit_head", "level": 1}


def _step(key: str, name: Text, *approvers: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "approve", "key": key, "name": str(name), "approvers": [dict(a) for a in approvers]}


def _nothing(model: str, transition: Transition) -> dict[str, Any]:
    return {"nodes": []}


def _head(model: str, transition: Transition) -> dict[str, Any]:
    return {"nodes": [_step("step_1", _("Department head"), HEAD)]}


def _split(model: str, transition: Transition) -> dict[str, Any]:
    large = [_step("step_1", _("Department head"), HEAD), _step("step_2", _("Next level up"), ABOVE)]
    way = {"key": "way_1", "name": "", "when": split_condition(model, transition), "nodes": large}
    small = [_step("step_3", _("Department head"), HEAD)]
    return {"nodes": [{"type": "branch", "key": "branch_1", "arms": [way], "otherwise": small}]}


GENERAL: Mapping[str, tuple[Text, Callable[[str, Transition], dict[str, Any]]]] = {
    "head": (_("The department head decides"), _head),
    "split": (_("By amount: above it one more level decides"), _split),
    "empty": (_("Start empty"), _nothing),
}


def amount_fact(model: str, transition: Transition) -> str | None:
    """The fact a split by amount asks about: the amount the app named, else the first number of the document."""
    said = said_of(transition)
    if said.amount:
        return said.amount
    known = kinds(current_registry().model(model), transition)
    wanted = ("money", "price", "quantity", "decimal", "integer")
    return next((path for kind in wanted for path, field in known.items() if field.kind == kind), None)


def split_condition(model: str, transition: Transition) -> dict[str, Any]:
    """What a new way asks at first: a large amount, or nothing yet where documents have no number."""
    fact = amount_fact(model, transition)
    return {"field": fact, "op": "gt", "value": SPLIT_AT} if fact else {"and": []}


def offered(model: str, transition: Transition) -> dict[str, Text]:
    """What a new flow on this action can begin with, by name; the app's own suggestion first."""
    said = said_of(transition)
    suggested = {"app": said.starter_title} if said.starter else {}
    general = {name: title for name, (title, _make) in GENERAL.items()}
    if amount_fact(model, transition) is None:
        general.pop("split")
    return {**suggested, **general}


def flows_to_copy() -> list[ApprovalFlow]:
    """Flows that have a version in force, by name."""
    query = select(ApprovalFlow).where(ApprovalFlow.version_id.is_not(None)).order_by(ApprovalFlow.name)
    return list(db.session.scalars(query))


def make(name: str, model: str, transition: Transition) -> dict[str, Any]:
    """The definition a starter of this name makes; `copy:<id>` is the version in force of another flow."""
    if name.startswith("copy:"):
        return _copied(name.removeprefix("copy:"))
    said = said_of(transition)
    if name == "app" and said.starter:
        return _with_posts(deepcopy(dict(said.starter)))
    if name not in GENERAL:
        raise NotFound(_("There is no such template."))
    return GENERAL[name][1](model, transition)


def _copied(flow_id: str) -> dict[str, Any]:
    query = select(ApprovalVersion).join(ApprovalFlow, ApprovalFlow.version_id == ApprovalVersion.id)
    found = db.session.scalar(query.where(ApprovalFlow.id == int(flow_id))) if flow_id.isdecimal() else None
    if found is None:
        raise NotFound(_("There is no such template."))
    return deepcopy(found.definition)


def _with_posts(definition: dict[str, Any]) -> dict[str, Any]:
    """Posts that an app names by code become those of the factory; without such a post the head is asked."""
    ids = dict(db.session.execute(select(Post.code, Post.id).where(Post.active)).all())

    def filled(part: Any) -> Any:
        if isinstance(part, list):
            return [filled(inner) for inner in part]
        if not isinstance(part, Mapping):
            return str(part) if not isinstance(part, (str, int, bool, type(None))) else part
        if part.get("kind") == "post":
            known = [ids[code] for code in part["targets"] if code in ids]
            return {**part, "targets": known} if known else dict(HEAD)
        return {name: filled(value) for name, value in part.items()}

    made: dict[str, Any] = filled(definition)
    return made
