"""What a version of an approval flow says: a short tree of steps with exclusive branches, and its rules.

A definition is plain JSON in the database and frozen dataclasses in memory; `read_definition` goes from one
to the other and refuses what makes no sense. Conditions stay trees until `compile_arms` makes them functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.i18n import Text, _

Facts = Mapping[str, Any]
Predicate = Callable[[Facts], bool]

MODES: Mapping[str, Text] = {
    "any": _("Any of them"),
    "all": _("All of them"),
    "sequence": _("One after another"),
    "ratio": _("A share of them"),
}
KINDS: Mapping[str, Text] = {
    "user": _("Named people"),
    "role": _("Holders of a role"),
    "role_within": _("Holders of a role responsible for the initiator's org unit"),
    "post": _("Holders of a post"),
    "unit_head": _("Head of the initiator's org unit, levels up"),
    "manager": _("Manager of the initiator, levels up"),
    "managers": _("Managers of the initiator, up to a level or a role"),
    "initiator": _("The initiator"),
    "choice": _("Whom the initiator chooses"),
    "field": _("A user named in the document"),
    "lines_field": _("Users named in the lines"),
    "previous_manager": _("Manager of the previous approver"),
    "resolver": _("Whom an app names"),
}
NEEDS_TARGETS = frozenset({"user", "role", "role_within", "post"})
NEEDS_PATH = frozenset({"field", "lines_field", "resolver"})
EMPTY_RULES: Mapping[str, Text] = {
    "admin": _("Ask the flow's administrators"),
    "manager": _("Ask the next manager above"),
    "user": _("Ask a named person"),
    "pass": _("Go on without this step"),
    "reject": _("Reject"),
}
SELF_RULES: Mapping[str, Text] = {
    "manager": _("Ask the initiator's manager"),
    "admin": _("Ask the flow's administrators"),
    "skip": _("Leave the initiator out"),
    "allow": _("Let the initiator decide"),
}
DEDUPE_RULES: Mapping[str, Text] = {
    "none": _("Ask again"),
    "consecutive": _("Not again right after deciding"),
    "anywhere": _("Not again in the same round"),
}
WITHDRAW_RULES: Mapping[str, Text] = {
    "never": _("Never"),
    "first_vote": _("Until somebody has decided"),
    "final": _("Until the end"),
}
TIMEOUT_RULES: Mapping[str, Text] = {
    "none": _("Nothing more"),
    "escalate": _("Hand it to his manager"),
    "transfer": _("Hand it to a named person"),
    "agree": _("Agree"),
    "reject": _("Reject"),
}
VERBS: Mapping[str, Text] = {
    "transfer": _("Transfer"),
    "add": _("Add approver"),
    "send_back": _("Send back"),
}


@dataclass(frozen=True, kw_only=True)
class Approver:
    """One way to name people. `targets` are ids of users, roles or posts; `level` counts from 0; `path` names a fact.

    For a choice, `targets` is the range (empty: everybody) and `least`/`most` say how many.
    `until_role` ends a chain of managers at the first who holds that role.
    """

    kind: str
    targets: tuple[int, ...] = ()
    level: int = 0
    path: str = ""
    until_role: int | None = None
    least: int = 1
    most: int = 1


@dataclass(frozen=True, kw_only=True)
class Due:
    """Working hours until a task is late, hours of the reminders before, and what happens then."""

    hours: int
    remind: tuple[int, ...] = ()
    then: str = "none"
    user: int | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """People who decide. `threshold` is the percentage that must agree when the mode is a share."""

    key: str
    name: str
    approvers: tuple[Approver, ...]
    mode: str = "any"
    threshold: int = 50
    empty: str = "admin"
    empty_user: int | None = None
    self_rule: str = "manager"
    allow: frozenset[str] = frozenset(VERBS)
    edit: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    comment: bool = False
    signature: bool = False
    password: bool = False
    due: Due | None = None


@dataclass(frozen=True, kw_only=True)
class Copy:
    """People who are informed when the document gets here; nobody waits for them."""

    key: str
    name: str
    approvers: tuple[Approver, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The flow itself decides: it ends here, approved or rejected."""

    key: str
    name: str
    approved: bool


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way of a branch: taken when its condition holds and none before it did."""

    key: str
    name: str
    when: Any
    nodes: tuple[Node, ...]
    holds: Predicate | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Exclusive ways, asked in order; `otherwise` when none holds."""

    key: str
    arms: tuple[Arm, ...]
    otherwise: tuple[Node, ...]

    def nodes_of(self, arm: str) -> tuple[Node, ...]:
        """What stands on the way of this key; the empty key is otherwise."""
        return next((a.nodes for a in self.arms if a.key == arm), self.otherwise)


Node = Step | Copy | Verdict | Branch


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A whole flow. `tolerance` is the percentage the amount may rise without new votes, None for not at all.

    `auto_agree` is the largest amount a timeout may agree to, None when none ever may.
    """

    nodes: tuple[Node, ...]
    dedupe: str = "consecutive"
    withdraw: str = "first_vote"
    on_reject: str = "end"
    resume: str = "replay"
    tolerance: int | None = None
    auto_agree: Decimal | None = None
    attachments: bool = False
    copy_approved: tuple[Approver, ...] = ()
    copy_rejected: tuple[Approver, ...] = ()

    def step(self, key: str) -> Step | None:
        """The step of this key, on whatever way it stands."""
        return next((n for n in walk(self.nodes) if isinstance(n, Step) and n.key == key), None)


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node of every way, in reading order."""
    for node in nodes:
        yield node
        if isinstance(node, Branch):
            for arm in node.arms:
                yield from walk(arm.nodes)
            yield from walk(node.otherwise)
