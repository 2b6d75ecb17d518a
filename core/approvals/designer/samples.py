"""Facts to try a flow with: typed by hand, or those of a real document as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.actor import current_actor
from core.approvals.facts import ABOUT_INITIATOR, PARAMS, freeze, said_of, transition_of
from core.approvals.logic.definition import Branch, Copy, Definition, Step, walk
from core.approvals.logic.engine import paths_of as asked_in
from core.approvals.models import ApprovalFlow
from core.approvals.words import Speaker
from core.criteria.paths import find_path
from core.criteria.words import names_of
from core.db.base import display
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.web.addresses import LARGEST_ID
from core.workflow.records import get_record

MOST = 200
Kinds = Mapping[str, FieldSpec]


@dataclass
class Sample:
    """One fact of the form: `values` are what its inputs show, as text."""

    fact: str
    values: list[str] = field(default_factory=list)


def to_value(text: str, fact: FieldSpec) -> Any:
    """What was typed, as JSON of the fact's kind; unchecked."""
    if fact.kind == "boolean":
        return text == "true"
    is_id = fact.kind == "link" and text.isdecimal() and int(text) <= LARGEST_ID
    return int(text) if is_id else text


def linked_names(rows: Iterable[Sample], facts: Kinds) -> Mapping[tuple[str, str], str]:
    """The names of the records the rows name by id. One statement per kind of record."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        target = facts[row.fact].target if row.fact in facts else None
        if target:
            wanted.setdefault(target, set()).update(int(v) for v in row.values if v.isdecimal())
    return names_of(wanted)


def asked_facts(flow: ApprovalFlow, definition: Definition, known: Kinds) -> list[str]:
    """The facts this flow looks at: in conditions, in naming people, and the amount."""
    found = [said_of(transition_of(flow)).amount, *_asked(definition)]
    return [path for path in dict.fromkeys(found) if path in known and path not in ABOUT_INITIATOR]


def _asked(definition: Definition) -> Iterator[str]:
    for node in walk(definition.nodes):
        if isinstance(node, Branch):
            yield from (path for arm in node.arms for path in asked_in(arm.when))
        elif isinstance(node, (Step, Copy)):
            yield from (approver.path for approver in node.approvers if approver.path)


def sample_rows(flow: ApprovalFlow, definition: Definition, speaker: Speaker, facts: dict[str, Any]) -> list[Sample]:
    """The inputs of the form, those the flow looks at first."""
    first = asked_facts(flow, definition, speaker.kinds)
    others = [path for path in speaker.kinds if path not in first and path not in ABOUT_INITIATOR]
    return [Sample(path, _texts(facts.get(path))) for path in [*first, *others][:MOST]]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]


def read_facts(form: Any, known: Kinds) -> dict[str, Any]:
    """The facts typed into the form; what was left empty is missing."""
    facts: dict[str, Any] = {}
    for n in range(MOST):
        path = form.get(f"fact-{n}", "")
        values = [text.strip() for text in form.getlist(f"fact-{n}-value") if text.strip()]
        if path in known and values:
            typed = [to_value(text.replace(",", "") if known[path].is_number else text, known[path]) for text in values]
            facts[path] = typed if path.startswith(("any(", "all(")) else typed[0]
    return facts


def document_facts(flow: ApprovalFlow, record_id: int, initiator: int, speaker: Speaker) -> dict[str, Any]:
    """What is true of a document now, without what the reader may not see. `NotFound` for one out of reach."""
    spec, transition = current_registry().model(flow.model), transition_of(flow)
    frozen = freeze(spec, transition, get_record(spec, record_id), {}, initiator, speaker.directory)
    return {path: value for path, value in frozen.facts.items() if path not in ABOUT_INITIATOR and _sees(spec, path)}


def _sees(spec: ModelSpec, path: str) -> bool:
    if path.startswith((PARAMS, "resolver:")):
        return True
    try:
        find_path(spec, path, current_actor())
    except ValidationError:
        return False
    return True


def document_name(flow: ApprovalFlow, record_id: int) -> str:
    """What a document is called. `NotFound` for one out of reach."""
    return display(get_record(current_registry().model(flow.model), record_id))
