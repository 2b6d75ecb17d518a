"""The page of a rule: reading what was typed, and what to draw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.actor import Actor, current_actor
from core.criteria.form import read_tree
from core.criteria.words import names_of
from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.events.models import Robot
from core.events.robots import find_robots
from core.i18n import Text
from core.kernel.registry import current_registry
from core.reminders import recipients, rules, text
from core.reminders.recipients import FIXED
from core.reminders.rules import Draft
from core.reminders.spans import Span
from core.web.addresses import LARGEST_ID

ROW = re.compile(r"(recipients|escalate_to)-(\d{1,3})-kind")
UNREADABLE = {"unreadable": True}  # refused with the sentence of criteria
Typed = Mapping[str, str]


def read_draft(form: Any) -> Draft:
    """A rule from the fields of its page; whether it makes sense is checked later."""
    draft = Draft(
        name=_line(form, "name"),
        active="active" in form,
        model=_line(form, "model"),
        trigger=_line(form, "trigger") or "date",
        field=_line(form, "field") or None,
        state=_line(form, "state") or None,
        offset=read_offset(form),
        at=_line(form, "at") or "08:00",
        every=_line(form, "every") or None,
        on_day=form.get("on_day", type=int),
        criteria=_tree(form),
        text=form.get("text", "").replace("\x00", "").replace("\r\n", "\n").strip(),
        email="email" in form,
        robots=form.getlist("robots", type=int),
    )
    draft.recipients, draft.escalate_to = read_people(form, "recipients"), read_people(form, "escalate_to")
    draft.repeat, draft.escalate = read_span(form, "repeat"), read_span(form, "escalate")
    draft.quiet_from, draft.quiet_to = _line(form, "quiet_from") or None, _line(form, "quiet_to") or None
    draft.skip_days_off = "skip_days_off" in form
    return draft


def redraw(form: Any) -> Draft:
    """The same while it is being written: once the kind of record is chosen, its owner is offered as recipient."""
    draft = read_draft(form)
    if not form.get("drawn_for"):
        draft.recipients = draft.recipients or [{"kind": "owner"}]
    return draft


def _line(form: Any, name: str) -> str:
    return " ".join(str(form.get(name, "")).replace("\x00", "").split())[:200]


def read_span(form: Any, name: str) -> str | None:
    """`3 days` from two fields; None when no number was given. What is no number is kept, to be refused."""
    amount = _line(form, name)
    return f"{amount} {_line(form, f'{name}_unit')}"[:20] if amount else None


def read_offset(form: Any) -> str | None:
    """The same with a sign: before a date is negative."""
    span = read_span(form, "offset")
    is_before = form.get("trigger") == "date" and form.get("side") == "before"
    return f"-{span}"[:20] if span and is_before and not span.startswith(("0 ", "-")) else span


def _tree(form: Any) -> dict[str, Any]:
    """The conditions, empty for none; those on another kind of record go when another kind is chosen."""
    if form.get("drawn_for", form.get("model")) != form.get("model"):
        return {}
    try:
        tree = read_tree(form, "criteria")
    except ValidationError:
        return UNREADABLE
    return tree if isinstance(tree, dict) else UNREADABLE if tree else {}


def read_people(form: Any, name: str) -> list[dict[str, Any]]:
    """The rows of recipients, in order; the one to be removed is left out, a new one added."""
    numbers = sorted(int(m.group(2)) for m in map(ROW.fullmatch, form) if m and m.group(1) == name)
    rows = [_read_row(form, f"{name}-{n}") for n in numbers if form.get("remove") != f"{name}-{n}"]
    return [*rows, {"kind": "user"}] if form.get("add") == name else rows


def _read_row(form: Any, prefix: str) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": _line(form, f"{prefix}-kind")}
    target = form.get(f"{prefix}-id", type=int)
    if row["kind"] in FIXED and target is not None and 0 < target <= LARGEST_ID:
        row["id"] = target
    if row["kind"] == "field":
        row["path"] = _line(form, f"{prefix}-path")
    if f"{prefix}-manager" in form:
        row["manager"] = True
    return row


@dataclass
class Page:
    """What the page draws for a rule as it stands, typed or kept."""

    draft: Draft
    spec: ModelSpec | None
    models: list[ModelSpec]
    triggers: Mapping[str, Text] = field(default_factory=dict)
    fields: Mapping[str, Text] = field(default_factory=dict)
    states: Mapping[str, Text] = field(default_factory=dict)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    user_fields: list[tuple[str, str]] = field(default_factory=list)
    kinds: Mapping[str, Text] = field(default_factory=dict)
    robots: list[Robot] = field(default_factory=list)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    has_time: bool = False

    @property
    def side(self) -> str:
        """Before or after the date."""
        return "before" if (self.draft.offset or "-").startswith("-") else "after"

    def amount(self, name: str) -> str:
        """The number of a span, as typed."""
        return (getattr(self.draft, name) or "").partition(" ")[0].lstrip("-")

    def unit(self, name: str, otherwise: str = "days") -> str:
        """The unit of a span."""
        span = Span.read(getattr(self.draft, name))
        return span.unit if span else (getattr(self.draft, name) or "").partition(" ")[2] or otherwise


def page_of(draft: Draft) -> Page:
    """Everything the page offers for this rule. One statement for robots, one for each kind of recipient."""
    actor = current_actor()
    models = rules.watchable(actor)
    spec = next((s for s in models if s.name == draft.model), None)
    page = Page(draft, spec, models, robots=[r for r in find_robots() if r.active or r.id in draft.robots])
    if spec is not None:
        _fill(page, spec, actor)
    return page


def _fill(page: Page, spec: ModelSpec, actor: Actor) -> None:
    draft = page.draft
    page.triggers = rules.triggers_for(spec)
    if draft.trigger not in page.triggers:
        draft.trigger = next(iter(page.triggers))
    page.fields = _fields(spec, draft.trigger, actor)
    if draft.field not in page.fields:
        draft.field = next(iter(page.fields), None)
    chosen = spec.fields.get(draft.field or "")
    page.has_time = chosen is not None and chosen.kind == "datetime"
    workflow = current_registry().workflows.get(spec.name)
    page.states = {name: state.title for name, state in workflow.states.items()} if workflow else {}
    page.placeholders = text.offered(spec, actor)
    page.user_fields = recipients.user_fields(spec, actor)
    page.kinds = _kinds(spec, draft, page.user_fields)
    page.names = _names(draft)


def _fields(spec: ModelSpec, trigger: str, actor: Actor) -> dict[str, Text]:
    if trigger == "date":
        return dict(rules.date_fields(spec))
    return {f.name: f.label for f in spec.visible_fields(actor) if not f.info.hidden and f.kind != "json"}


def _kinds(spec: ModelSpec, draft: Draft, user_fields: list[tuple[str, str]]) -> dict[str, Text]:
    """The kinds of recipient that make sense for these records."""
    left_out = set() if user_fields else {"field"}
    if not recipients.has_place(spec):
        left_out.add("unit_head")
    return {kind: title for kind, title in recipients.KINDS.items() if kind not in left_out}


def _names(draft: Draft) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[int]] = {}
    for row in (*draft.recipients, *draft.escalate_to):
        if row["kind"] in FIXED and row.get("id"):
            wanted.setdefault(FIXED[row["kind"]], set()).add(row["id"])
    return names_of(wanted)
