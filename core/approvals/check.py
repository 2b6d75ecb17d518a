"""What is wrong with a flow before it is published: faults that forbid it, and what its author should know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.actor import current_actor
from core.approvals.facts import kinds, transition_of
from core.approvals.logic.definition import Approver, Branch, Copy, Definition, Step, Verdict, walk
from core.approvals.models import ApprovalFlow
from core.approvals.organisation import administrators
from core.approvals.reach import Kinds, Unreached, find_unreached
from core.criteria.tree import check_facts
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.people.directory import Directory, load_directory

FEWEST_ADMINISTRATORS = 2


@dataclass(frozen=True)
class Finding:
    """One thing found; errors forbid publishing. `key` is the step it is about, empty for the whole flow."""

    text: Text
    is_error: bool = True
    key: str = ""


def find_faults(flow: ApprovalFlow, definition: Definition, directory: Directory | None = None) -> list[Finding]:
    """Everything found, errors first. Six statements at most, two when the organisation is given."""
    directory = directory or load_directory()
    found = [*_whole(flow, definition, directory), *_ways(flow, definition)]
    for node in walk(definition.nodes):
        if isinstance(node, Step):
            found += [*_people(node, directory), *_rules(node, definition, directory)]
        elif isinstance(node, Copy):
            found += _people(node, directory)
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


def _named(step: Step, directory: Directory) -> Iterator[Finding]:
    """People named for when nobody is found or somebody is late have to work here."""
    named = [step.empty_user if step.empty == "user" else None]
    named.append(step.due.user if step.due is not None and step.due.then == "transfer" else None)
    for user in named:
        if user is not None and not directory.is_active(user):
            name = directory.name_of(user)
            yield Finding(_("“%(step)s”: %(name)s does not work here now.", step=step.name, name=name), key=step.key)


def _rules(step: Step, definition: Definition, directory: Directory) -> Iterator[Finding]:
    if step.due is not None and step.due.then == "agree" and definition.auto_agree is None:
        text = _("“%(step)s” agrees by itself when late, but the flow does not allow that.", step=step.name)
        yield Finding(text, key=step.key)
    yield from _named(step, directory)
    if step.due is not None and any(hours >= step.due.hours for hours in step.due.remind):
        yield Finding(_("“%(step)s” reminds only after it is late.", step=step.name), False, step.key)


def _ways(flow: ApprovalFlow, definition: Definition) -> Iterator[Finding]:
    """Conditions that say nothing or cannot be read; when all can, ways that no document takes."""
    known = kinds(current_registry().model(flow.model), transition_of(flow))
    faults = [fault for node in walk(definition.nodes) if isinstance(node, Branch) for fault in _arms(node, known)]
    yield from faults
    if not any(fault.is_error for fault in faults):
        for found in find_unreached(definition, known):
            yield _unreached(found)


def _arms(branch: Branch, known: Kinds) -> Iterator[Finding]:
    for position, arm in enumerate(branch.arms, start=1):
        name = arm.name or str(position)
        if arm.when == {"and": []}:
            yield Finding(_("Say when way “%(way)s” is taken.", way=name), key=arm.key)
            continue
        try:
            check_facts(known, arm.when, current_actor())
        except ValidationError as error:
            yield Finding(_("Way “%(way)s”: %(problem)s", way=name, problem=str(error)), key=arm.key)


def _unreached(found: Unreached) -> Finding:
    name = found.arm.name or found.arm.key
    if found.is_certain:
        text = _("Way “%(way)s” is never taken: no document fits that does not fit a way before it.", way=name)
        return Finding(text, key=found.arm.key)
    return Finding(_("Way “%(way)s” was not taken by any of 1,000 random documents.", way=name), False, found.arm.key)
