"""Flows, people and reasons in words, in the reader's language.

`describe_flow` reads a whole flow aloud: “Amount > 10,000: head of the org unit → Finance (all of them);
otherwise: head of the org unit”. `why_words` says how somebody came to be asked, `reason_words` why a step
asked nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import marshmallow
from sqlalchemy import select

from core.actor import current_actor
from core.approvals.facts import kinds, transition_of
from core.approvals.logic.definition import Approver, Branch, Copy, Definition, Node, Step, Verdict
from core.approvals.logic.reading import ApproverSchema
from core.approvals.models import ApprovalFlow
from core.criteria.describe import describe_facts
from core.db.session import db
from core.db.spec import FieldSpec
from core.errors import ValidationError
from core.i18n import Text, _, gettext
from core.kernel.registry import current_registry
from core.people.directory import Directory, load_directory
from core.people.models import Post, Role

LONGEST_NAME = 80
REASONS: Mapping[str, Text] = {
    "nobody": _("Nobody was found."),
    "self": _("Only the initiator was found, and he is left out here."),
    "copy": _("For information only."),
    "verdict": _("The flow decides this itself."),
    "left": _("Somebody who had to decide has left."),
}
STATES: Mapping[str, Text] = {
    "running": _("Waiting for approval"),
    "blocked": _("Nobody may decide"),
    "returned": _("Sent back"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "cancelled": _("Ended by an administrator"),
    "revoked": _("Revoked"),
}
INSTEAD: Mapping[str, Text] = {
    "manager": _("manager, instead of the initiator"),
    "admin": _("administrator of the flow, instead of the initiator"),
}
NOBODY: Mapping[str, Text] = {
    "admin": _("nobody was found, so the flow's administrators"),
    "manager": _("nobody was found, so the next manager above"),
    "user": _("nobody was found, so the person named for that"),
}
LATER: Mapping[str, Callable[[str], Text]] = {
    "transferred": lambda name: _("transferred by %(name)s", name=name),
    "delegated": lambda name: _("takes over from %(name)s, who is away", name=name),
    "left": lambda name: _("takes over from %(name)s, who left", name=name),
    "late": lambda name: _("takes over from %(name)s, who was late", name=name),
    "before": lambda name: _("asked first by %(name)s", name=name),
    "beside": lambda name: _("added by %(name)s", name=name),
    "assigned": lambda name: _("named by %(name)s, an administrator", name=name),
}


@dataclass(frozen=True)
class Titles:
    """What roles and posts are called, by id."""

    roles: Mapping[int, str] = field(default_factory=dict)
    posts: Mapping[int, str] = field(default_factory=dict)

    def role(self, role_id: Any) -> str:
        """A role's name; `#7` for one nobody knows."""
        return self.roles.get(role_id, f"#{role_id}")

    def post(self, post_id: Any) -> str:
        """A post's name; `#7` for one nobody knows."""
        return self.posts.get(post_id, f"#{post_id}")


def load_titles() -> Titles:
    """The names of all roles and posts, past the row scope: who decides is told by whoever is asked. Two statements."""
    role, post = Role.__table__, Post.__table__
    roles, posts = (db.session.execute(select(t.c.id, t.c.name)) for t in (role, post))
    return Titles({row.id: row.name for row in roles}, {row.id: row.name for row in posts})


@dataclass(frozen=True)
class Speaker:
    """What is needed to put one flow into words."""

    kinds: Mapping[str, FieldSpec]
    directory: Directory
    titles: Titles

    def label(self, path: str) -> str:
        """What a fact is called."""
        return str(self.kinds[path].label) if path in self.kinds else path.removeprefix("resolver:")

    def condition(self, tree: Any) -> str:
        """The sentence of a condition; what is wrong with it when it can no longer be read."""
        try:
            return describe_facts(self.kinds, tree, current_actor())
        except ValidationError as error:
            return f"[{error}]"


def speaker_for(flow: ApprovalFlow, directory: Directory | None = None, titles: Titles | None = None) -> Speaker:
    """Ready to speak of a flow. Six statements at most. `NotFound` when the flow's app is gone."""
    known = kinds(current_registry().model(flow.model), transition_of(flow))
    return Speaker(known, directory or load_directory(), titles or load_titles())


def describe_flow(flow: ApprovalFlow, definition: Definition, speaker: Speaker | None = None) -> str:
    """The whole flow as one sentence."""
    speaker = speaker or speaker_for(flow)
    if not definition.nodes:
        return gettext("at once, without approval")
    if len(definition.nodes) == 1 and isinstance(definition.nodes[0], Branch):
        return ways_words(definition.nodes[0], speaker)
    return nodes_words(definition.nodes, speaker)


def nodes_words(nodes: Iterable[Node], speaker: Speaker) -> str:
    """Nodes in reading order; “nothing more” when there are none."""
    said = [node_words(node, speaker) for node in nodes]
    return " → ".join(said) if said else gettext("nothing more")


def node_words(node: Node, speaker: Speaker) -> str:
    """One node as a part of the sentence."""
    return WRITERS[type(node)](node, speaker)


def _step_words(step: Step, speaker: Speaker) -> str:
    people = people_words(step.approvers, speaker)
    is_named = bool(step.name) and step.name != people[:LONGEST_NAME]
    said = gettext("%(name)s (%(people)s)", name=step.name, people=people) if is_named else people
    mode = mode_words(step, speaker)
    return gettext("%(people)s, %(mode)s", people=said, mode=mode) if mode else said


def mode_words(step: Step, speaker: Speaker) -> str:
    """How several decide, where it matters: more than one person may be asked."""
    if step.mode == "any" or not _may_be_several(step, speaker):
        return ""
    told: Mapping[str, Text] = {
        "all": _("all of them"),
        "sequence": _("one after another"),
        "ratio": _("%(percent)s%% of them", percent=step.threshold),
    }
    return str(told[step.mode])


def _may_be_several(step: Step, speaker: Speaker) -> bool:
    single = ("unit_head", "manager", "initiator", "previous_manager", "field")
    one = step.approvers[0]
    return len(step.approvers) > 1 or not (one.kind in single or (one.kind == "user" and len(one.targets) == 1))


def _copy_words(copy: Copy, speaker: Speaker) -> str:
    return gettext("copy to %(people)s", people=people_words(copy.approvers, speaker))


def _verdict_words(verdict: Verdict, speaker: Speaker) -> str:
    return gettext("approved by itself") if verdict.approved else gettext("rejected by itself")


def _branch_words(branch: Branch, speaker: Speaker) -> str:
    return gettext("[%(ways)s]", ways=ways_words(branch, speaker))


def ways_words(branch: Branch, speaker: Speaker) -> str:
    """The ways of a branch, one after the other."""
    ways = [
        gettext("%(condition)s: %(steps)s", condition=speaker.condition(a.when), steps=nodes_words(a.nodes, speaker))
        for a in branch.arms
    ]
    ways.append(gettext("otherwise: %(steps)s", steps=nodes_words(branch.otherwise, speaker)))
    return gettext("; ").join(ways)


WRITERS: Mapping[type[Any], Callable[[Any, Speaker], str]] = {
    Step: _step_words,
    Copy: _copy_words,
    Verdict: _verdict_words,
    Branch: _branch_words,
}


def people_words(approvers: Iterable[Approver], speaker: Speaker) -> str:
    """Everybody a step names, as people read it."""
    return gettext(", ").join(approver_words(approver, speaker) for approver in approvers)


def name_for(approvers: Any, speaker: Speaker) -> str:
    """What a step is called that nobody named: after its people, given as JSON; nothing while they make no sense."""
    try:
        read: list[Approver] = ApproverSchema(many=True).load(approvers)
    except marshmallow.ValidationError:
        return ""
    return people_words(read, speaker)[:LONGEST_NAME]


def approver_words(approver: Approver, speaker: Speaker) -> str:
    """One way of naming people."""
    writer = PEOPLE.get(approver.kind)
    return writer(approver, speaker) if writer else str(PLAIN[approver.kind])


def _users(approver: Approver, speaker: Speaker) -> str:
    return gettext(", ").join(speaker.directory.name_of(user) for user in approver.targets)


def _roles(approver: Approver, speaker: Speaker) -> str:
    return gettext(", ").join(speaker.titles.role(role) for role in approver.targets)


def _roles_within(approver: Approver, speaker: Speaker) -> str:
    return gettext("%(role)s of the initiator's org unit", role=_roles(approver, speaker))


def _posts(approver: Approver, speaker: Speaker) -> str:
    return gettext(", ").join(speaker.titles.post(post) for post in approver.targets)


def _head(approver: Approver, speaker: Speaker) -> str:
    if approver.level == 0:
        return gettext("head of the org unit")
    return gettext("head %(level)s levels up", level=approver.level)


def _manager(approver: Approver, speaker: Speaker) -> str:
    return gettext("direct manager") if approver.level == 0 else gettext("manager %(level)s up", level=approver.level)


def _managers(approver: Approver, speaker: Speaker) -> str:
    if approver.until_role is not None:
        return gettext("managers up to %(role)s", role=speaker.titles.role(approver.until_role))
    return gettext("managers up to level %(level)s", level=approver.level + 1)


def _choice(approver: Approver, speaker: Speaker) -> str:
    return gettext("%(least)s to %(most)s people the initiator chooses", least=approver.least, most=approver.most)


def _path(approver: Approver, speaker: Speaker) -> str:
    return gettext("“%(field)s”", field=speaker.label(approver.path))


PEOPLE: Mapping[str, Callable[[Approver, Speaker], str]] = {
    "user": _users,
    "role": _roles,
    "role_within": _roles_within,
    "post": _posts,
    "unit_head": _head,
    "manager": _manager,
    "managers": _managers,
    "choice": _choice,
    "field": _path,
    "lines_field": _path,
    "resolver": _path,
}
PLAIN: Mapping[str, Text] = {
    "initiator": _("the initiator"),
    "previous_manager": _("manager of the previous approver"),
}


def why_words(why: Mapping[str, Any], directory: Directory, titles: Titles | None = None) -> str:
    """How somebody came to be asked: “role Finance”, “head of the org unit, so the manager instead of the initiator”.

    Two statements when `titles` is not given.
    """
    kind = why.get("kind", "")
    if kind == "nobody":
        return str(NOBODY.get(why.get("rule", ""), REASONS["nobody"]))
    said = _why_kind(kind, why, directory, titles or load_titles())
    if why.get("instead") in INSTEAD:
        said = gettext("%(why)s; %(instead)s", why=said, instead=INSTEAD[why["instead"]])
    return said


def _why_kind(kind: str, why: Mapping[str, Any], directory: Directory, titles: Titles) -> str:
    level = why.get("level", 0)
    told: Mapping[str, Text] = {
        "user": _("named in the flow"),
        "role": _("role %(role)s", role=titles.role(why.get("role"))),
        "role_within": _("role %(role)s, responsible for the org unit", role=titles.role(why.get("role"))),
        "post": _("post %(post)s", post=titles.post(why.get("post"))),
        "unit_head": _("head of the org unit") if not level else _("head %(level)s levels up", level=level),
        "manager": _("direct manager") if not level else _("manager %(level)s up", level=level),
        "managers": _("manager at level %(level)s", level=level + 1),
        "initiator": _("the initiator himself"),
        "choice": _("chosen by the initiator"),
        "field": _("named in the document"),
        "lines_field": _("named in the lines"),
        "previous_manager": _("manager of %(name)s", name=directory.name_of(why.get("of"))),
        "resolver": _("named by an app"),
    }
    if kind in LATER:
        return str(LATER[kind](directory.name_of(why.get("from", why.get("by")))))
    return str(told.get(kind, kind))


def reason_words(reason: str) -> str:
    """Why a step asked nobody, was skipped or blocked."""
    return str(REASONS.get(reason, reason))


def state_words(state: str) -> str:
    """The state of a request."""
    return str(STATES.get(state, state))
