"""The life of what moves goods: drafted, posted once, and perhaps taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import fields, validate

from addons.stock.services import take_back
from core.i18n import Text, _
from core.workflow.declare import Approvable, State, Transition, Workflow

STATES = {
    "draft": State(title=_("Draft")),
    "posted": State(title=_("Posted"), colour="green"),
    "reversed": State(title=_("Taken back"), colour="orange"),
    "cancelled": State(title=_("Cancelled"), colour="red"),
}
REASON = {
    "reason": fields.String(required=True, validate=validate.Length(min=1, max=200), metadata={"title": _("Reason")})
}


def asks_first(post: str, title: Text, name: Text, **said: Any) -> Approvable:
    """A step that suggests to ask whoever holds a post, by its starter code, before it is taken."""
    step = {"type": "approve", "key": "step_1", "name": name, "approvers": [{"kind": "post", "targets": [post]}]}
    when = said.pop("when", None)
    node: dict[str, Any] = step
    if when is not None:
        arm = {"key": "way_1", "name": "", "when": when, "nodes": [step]}
        node = {"type": "branch", "key": "branch_1", "arms": [arm], "otherwise": []}
    return Approvable(starter={"nodes": [node]}, starter_title=title, **said)


def cancelling(model: str, *states: str, effect: Callable[[Any], None] | None = None) -> Transition:
    """Giving a document up."""
    return Transition(
        name="cancel",
        title=_("Cancel"),
        from_=states,
        to="cancelled",
        permission=f"{model}.cancel",
        effect=effect,
        colour="red",
        icon="x",
    )


def taking_back(model: str, effect: Callable[..., None] = take_back) -> Transition:
    """Moving everything a posted document has moved back."""
    return Transition(
        name="reverse",
        title=_("Take back posting"),
        from_=("posted",),
        to="reversed",
        permission=f"{model}.reverse",
        effect=effect,
        params=REASON,
        approvable=True,
        colour="orange",
        icon="arrow-back-up",
    )


def posting(
    model: str,
    effect: Callable[[Any], None],
    *,
    back: Callable[..., None] = take_back,
    event: Callable[[Any], Any] | None = None,
    approvable: bool | Approvable = True,
) -> Workflow:
    """The life of a document whose `effect` moves goods and whose `back` moves them back."""
    return Workflow(
        model=model,
        states=STATES,
        initial="draft",
        editable_in=("draft",),
        deletable_in=("draft",),
        transitions=(
            Transition(
                name="post",
                title=_("Post to stock"),
                from_=("draft",),
                to="posted",
                permission=f"{model}.post",
                effect=effect,
                event=event,
                approvable=approvable,
                colour="green",
                icon="check",
            ),
            taking_back(model, back),
            cancelling(model, "draft"),
        ),
    )
