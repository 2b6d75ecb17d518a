"""What is wrong with a flow before it is published: faults that forbid it, and what its author should know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.approvals.definition import Approver, Branch, Copy, Definition, Step, Verdict, walk
from core.approvals.models import ApprovalFlow
from core.approvals.organisation import administrators
from core.i18n import Text, _
from core.people.directory import Directory, load_directory

FEWEST_ADMINISTRATORS = 2


@dataclass(frozen=True)
class Finding:
    """One thing found; errors forbid publishing. `key` is the step it is about, empty for the whole flow."""

    text: Text
    is_error: bool = True
    key: str = ""


def find_faults(flow: ApprovalFlow, definition: Definition) -> list[Finding]:
    """Everything found, errors first. Six statements at most."""
    directory = load_directory()
    found = [*_whole(flow, definition, directory)]
    for node in walk(definition.nodes):
        if isinstance(node, Step):
            found += [*_people(node, directory), *_rules(node, definition)]
        elif isinstance(node, Copy):
            found += _people(node, directory)
        elif isinstance(node, Branch):
            found += _arms(node)
    return sorted(found, key=lambda f: not f.is_error)


def _whole(flow: ApprovalFlow, definition: Definition, directory: Directory) -> Iterator[Finding]:
    if not any(isinstance(n, (Step, Verdict)) for n in walk(definition.nodes)):
        yield Finding(_("Nobody decides anything: add a step."))
    number = len(administrators(flow, directory))
    if number == 0:
        yield Finding(_("The flow has no active administrator: nobody could help when nobody is found."))
    elif number < FEWEST_ADMINISTRATORS:
        yield Finding(_("The flow has one administrator only; when he submits something nobody can help."), False)


def _people(node: Step | Copy, directory: Directory) -> Iterator[Finding]:
    for approver in node.approvers:
        yield from _targets(node, approver, directory)
        if isinstance(node, Step) and approver.kind == "initiator" and node.self_rule != "allow":
            yield Finding(
                _("“%(step)s” asks the initiator, but he may not decide himself.", step=node.name), key=node.key
            )


def _targets(node: Step | Copy, approver: Approver, directory: Directory) -> Iterator[Finding]:
    for target in approver.targets:
        if approver.kind in ("user", "choice") and not directory.is_active(target):
            name = directory.name_of(target)
            yield Finding(_("“%(step)s”: %(name)s does not work here now.", step=node.name, name=name), key=node.key)
        if approver.kind in ("role", "role_within") and not directory.holders_of_role(target):
            yield Finding(_("“%(step)s”: nobody holds the role now.", step=node.name), False, node.key)
        if approver.kind == "post" and not directory.holders_of_post(target):
            yield Finding(_("“%(step)s”: nobody holds the post now.", step=node.name), False, node.key)


def _rules(step: Step, definition: Definition) -> Iterator[Finding]:
    if step.due is not None and step.due.then == "agree" and definition.auto_agree is None:
        text = _("“%(step)s” agrees by itself when late, but the flow does not allow that.", step=step.name)
        yield Finding(text, key=step.key)
    if step.due is not None and any(hours >= step.due.hours for hours in step.due.remind):
        yield Finding(_("“%(step)s” reminds only after it is late.", step=step.name), False, step.key)


def _arms(branch: Branch) -> Iterator[Finding]:
    seen: list[object] = []
    for arm in branch.arms:
        if arm.when in seen:
            text = _("“%(arm)s” is never taken: a way before it has the same condition.", arm=arm.name)
            yield Finding(text, key=arm.key)
        if arm.when == {"and": []} and arm is not branch.arms[-1]:
            yield Finding(_("“%(arm)s” is always taken: the ways after it never are.", arm=arm.name), key=arm.key)
        seen.append(arm.when)
