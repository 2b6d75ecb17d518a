"""What the designer's page draws: the flow with its sentence and what is wrong with it, and the sheet beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import url_for

from core.actor import current_actor
from core.approvals import flows
from core.approvals.check import Finding, find_faults
from core.approvals.designer import sheets, steps
from core.approvals.facts import ABOUT_INITIATOR, PARAMS
from core.approvals.logic import definition
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow, ApprovalVersion
from core.approvals.words import Speaker, describe_flow, people_words, speaker_for
from core.criteria.form import Editor
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text
from core.kernel.registry import current_registry
from core.people.models import Role

Json = dict[str, Any]
WRITE = "core.approval_flow.write"


@dataclass
class Board:
    """The flow as drawn: `shown` is its JSON, `read` the same as dataclasses, `before` what undo goes back to."""

    flow: ApprovalFlow
    shown: Json
    speaker: Speaker
    read: definition.Definition
    before: Json | None = None

    @cached_property
    def was(self) -> str:
        """The digest of what is shown."""
        return flows.digest(self.shown)

    @property
    def sentence(self) -> str:
        """The whole flow, readable aloud."""
        return describe_flow(self.flow, self.read, self.speaker)

    @cached_property
    def findings(self) -> Mapping[str, list[Finding]]:
        """What is wrong with it, by the key of the step it is about."""
        found: dict[str, list[Finding]] = {}
        for finding in find_faults(self.flow, self.read, self.speaker.directory):
            found.setdefault(finding.key, []).append(finding)
        return found

    @cached_property
    def steps(self) -> Mapping[str, definition.Node]:
        """Every node by its key."""
        return {node.key: node for node in definition.walk(self.read.nodes)}

    def people(self, key: str) -> str:
        """Whom a step or copy names, as people read it."""
        node = self.steps[key]
        return (
            people_words(node.approvers, self.speaker) if isinstance(node, (definition.Step, definition.Copy)) else ""
        )

    def condition(self, tree: Any) -> str:
        """The condition of a way in words; empty while none is said."""
        return "" if tree == steps.ALWAYS else self.speaker.condition(tree)


def board_of(flow: ApprovalFlow, before: Json | None = None) -> Board:
    """The flow as its designer shows it. Eight statements at most."""
    shown = flows.shown(flow)
    return Board(flow, shown, speaker_for(flow), read_definition(shown), before)


@dataclass
class Sheet:
    """The properties of one part: `part` as the form shows it, with sentences by input in `errors`.

    `unfinished`: what the form shows is not kept yet, because something is still to be filled in.
    """

    board: Board
    kind: str
    key: str
    part: Json
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    unfinished: bool = False

    @property
    def kinds(self) -> dict[str, Text]:
        """The ways of naming people that make sense here."""
        used = {row["kind"] for row in self.part.get("approvers", ())}
        offered = {name: bool(self.paths(name)) or name in used for name in ("field", "lines_field", "resolver")}
        return sheets.drawn_kinds(offered)

    def paths(self, kind: str) -> dict[str, Text]:
        """The facts that name users, for this way of naming people."""
        facts = self.board.speaker.kinds
        lines = kind == "lines_field"
        return {
            path: fact.label
            for path, fact in facts.items()
            if fact.target == "core.user" and path.startswith("any(") == lines and path not in ABOUT_INITIATOR
        }

    def role_name(self, role_id: int) -> str:
        """What a role is called."""
        return self.board.speaker.titles.role(role_id)

    def target_name(self, kind: str, target: int) -> str:
        """What a chosen user, role or post is called."""
        speaker = self.board.speaker
        if kind in ("role", "role_within"):
            return speaker.titles.role(target)
        return speaker.titles.post(target) if kind == "post" else speaker.directory.name_of(target)

    @property
    def tree(self) -> Any:
        """The condition that stands on this sheet: of a way, or of the whole flow; None for none."""
        tree = self.board.flow.match if self.kind == "flow" else self.part.get("when")
        return tree if tree and tree != steps.ALWAYS else None

    @cached_property
    def editor(self) -> Editor:
        """The builder of that condition, on the facts."""
        address = url_for("flows.edit", record_id=self.board.flow.id)
        return Editor(
            _spec(self.board.flow),
            current_actor(),
            facts=self.facts,
            address=f"{address}/criteria/{'flow' if self.kind == 'flow' else 'arm'}",
        )

    @property
    def facts(self) -> Mapping[str, FieldSpec]:
        """What a condition on this sheet can ask about; the flow itself asks only about the document."""
        known = self.board.speaker.kinds
        if self.kind != "flow":
            return known
        return {p: f for p, f in known.items() if p not in ABOUT_INITIATOR and not p.startswith(PARAMS)}

    @property
    def editable(self) -> dict[str, Text]:
        """The fields of the document an approver may be allowed to change."""
        return {f.name: f.label for f in _spec(self.board.flow).fields.values() if f.writable(creating=False)}

    @property
    def hideable(self) -> dict[str, Text]:
        """The fields of the document that can be left out of what the approver sees."""
        spec = _spec(self.board.flow)
        lines = {name: current_registry().models[line.model].meta.plural for name, line in spec.lines.items()}
        return {**{f.name: f.label for f in spec.fields.values() if not f.info.hidden and f.name != "id"}, **lines}

    @property
    def roles(self) -> list[tuple[int, str]]:
        """Roles to choose from, by name."""
        return sorted(self.board.speaker.titles.roles.items(), key=lambda pair: pair[1])


def _spec(flow: ApprovalFlow) -> ModelSpec:
    return current_registry().model(flow.model)


def sheet_of(board: Board, key: str) -> Sheet:
    """The sheet of the node or way of this key as it is kept."""
    part = steps.find(board.shown, key)
    if "when" in part:
        return Sheet(board, "arm", key, part)
    return Sheet(board, part["type"], key, part)


def rules_sheet(board: Board) -> Sheet:
    """The sheet of the rules of the whole flow."""
    kept = {name: value for name, value in board.shown.items() if name != "nodes"}
    return Sheet(board, "rules", "rules", kept)


@dataclass(frozen=True)
class VersionRow:
    """One version in the list: how many requests run on it, who published it."""

    version: ApprovalVersion
    running: int
    publisher: str


def version_rows(flow: ApprovalFlow, speaker: Speaker) -> list[VersionRow]:
    """All versions, the newest first. Two statements."""
    running = flows.count_running(flow)
    return [
        VersionRow(v, running.get(v.id, 0), speaker.directory.name_of(v.published_by_id) if v.published_by_id else "")
        for v in flows.versions_of(flow)
    ]


def may_write() -> bool:
    """Whether the reader may change flows."""
    return current_actor().can(WRITE)


def roles_by_name() -> list[Role]:
    """The active roles, for the choice of a flow's administrators."""
    return list(db.session.scalars(db.select(Role).where(Role.active).order_by(Role.name)))
