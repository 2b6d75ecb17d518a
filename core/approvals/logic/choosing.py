"""Steps whose people the initiator chooses when he submits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.approvals.facts import Frozen
from core.approvals.logic.case import Case
from core.approvals.logic.definition import Approver, Definition, Step, walk
from core.approvals.logic.engine import Turn
from core.approvals.logic.people import Org
from core.approvals.logic.plan import plan
from core.errors import ValidationError
from core.i18n import _

Choices = Mapping[str, Iterable[int]]


def rule_of(step: Step) -> Approver | None:
    """From whom the initiator chooses for a step, and how many; None where there is nothing to choose."""
    return next((a for a in step.approvers if a.kind == "choice"), None)


def steps_to_choose(definition: Definition) -> dict[str, Approver]:
    """Every step with something to choose, on whatever way it stands."""
    steps = [n for n in walk(definition.nodes) if isinstance(n, Step)]
    found = {step.key: rule_of(step) for step in steps}
    return {key: rule for key, rule in found.items() if rule is not None}


def with_stand_ins(definition: Definition, org: Org, initiator: int, choices: Choices) -> dict[str, list[int]]:
    """The choices made, and somebody who could be chosen where none is yet, so that the whole way can be shown."""
    chosen = {key: list(ids) for key, ids in choices.items()}
    anybody = sorted(u for u in org.directory.people if u != initiator and org.is_active(u))
    for key, rule in steps_to_choose(definition).items():
        if not chosen.get(key):
            chosen[key] = list(rule.targets or anybody)[: rule.least]
    return chosen


def check(case: Case, frozen: Frozen, turn: Turn, choices: Choices) -> None:
    """Raise `ValidationError` while a step the document will come to waits for its people to be chosen."""
    asked = steps_to_choose(case.definition)
    if not asked:
        return
    filled = with_stand_ins(case.definition, turn.org, case.initiator, choices)
    way = plan(
        case.definition,
        frozen.facts,
        frozen.hash,
        frozen.amount,
        case.initiator,
        case.unit,
        turn.org,
        turn.at,
        filled,
    )
    missing = {s.key: s.name for s in way.steps if s.key in asked and not list(choices.get(s.key, ()))}
    if missing:
        said = {key: [str(_("Choose who decides in “%(step)s”.", step=name))] for key, name in missing.items()}
        raise ValidationError(next(iter(said.values()))[0], fields=said)
