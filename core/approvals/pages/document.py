"""The document of a request as the one who decides on it reads it: fields, lines and files, nothing to change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.actor import current_actor, lent
from core.approvals.access import has_task
from core.approvals.logic.case import Case
from core.approvals.models import ApprovalRequest
from core.db.spec import ModelSpec
from core.errors import Forbidden, NotFound
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.views.declare import Lines, Panel, Section
from core.views.forms import Drawn, Form, Input, LineTable, sections_of
from core.workflow.attachments import find_attachments, get_attachment
from core.workflow.models import Attachment
from core.workflow.records import get_record


@dataclass
class Sheet(Form):
    """A form of fields and lines only: panels of apps may show more than this document."""

    def _panel(self, panel: Panel) -> Drawn | None:
        return None


@dataclass(frozen=True)
class Document:
    """What is shown of a document, and the fields its reader may change while he decides."""

    spec: ModelSpec
    record_id: int
    version: int | None
    sections: list[Drawn]
    files: list[Attachment]
    may_open: bool
    inputs: list[Input] = field(default_factory=list)


@dataclass(frozen=True)
class Limits:
    """What the step leaves out, what it lets be changed, and what was typed and refused."""

    hide: Collection[str] = ()
    edit: Collection[str] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)


def find_document(request: ApprovalRequest, case: Case, limits: Limits) -> Document | None:
    """The document as far as the reader may see it now; None when he may not, or its app is off."""
    spec, actor = current_registry().models.get(request.model), current_actor()
    if spec is None or not is_enabled(spec.addon):
        return None
    if not has_task(case, actor):
        return _own(spec, request, limits)
    may_open = _own_record(spec, request.record_id) is not None
    with lent("who has to decide on a document sees it and the names it leads to", permissions_to_show(spec)):
        return _draw(spec, get_record(spec, request.record_id), limits, may_open=may_open)


def _own(spec: ModelSpec, request: ApprovalRequest, limits: Limits) -> Document | None:
    record = _own_record(spec, request.record_id)
    return _draw(spec, record, replace(limits, edit=()), may_open=True) if record is not None else None


def _own_record(spec: ModelSpec, record_id: int) -> Any:
    """The record, if the reader's own rights reach it."""
    try:
        return get_record(spec, record_id)
    except (NotFound, Forbidden):
        return None


def _draw(spec: ModelSpec, record: Any, limits: Limits, *, may_open: bool) -> Document:
    actor = current_actor()
    drawn = Sheet(spec, actor, record, editable=False).sections()
    sections = [s for s in (_without(section, limits.hide) for section in drawn) if s is not None]
    page = Sheet(spec, actor, record, editable=True, typed=limits.typed, errors=limits.errors) if limits.edit else None
    inputs = [i for s in page.sections() for i in s.inputs if i.field.name in limits.edit] if page else []
    version, files = getattr(record, "version", None), find_attachments(record)
    return Document(spec, record.id, version, sections, files, may_open, inputs)


def _without(section: Drawn, hide: Collection[str]) -> Drawn | None:
    if section.name in hide:
        return None
    if section.lines is not None:
        return replace(section, lines=_columns(section.lines, section.name, hide))
    inputs = [i for i in section.inputs if i.field.name not in hide]
    return replace(section, inputs=inputs) if inputs else None


def _columns(table: LineTable, name: str, hide: Iterable[str]) -> LineTable:
    hidden = {path.removeprefix(f"{name}.") for path in hide if path.startswith(f"{name}.")}
    return replace(
        table,
        fields=[f for f in table.fields if f.name not in hidden],
        rows=[replace(r, inputs=[i for i in r.inputs if i.field.name not in hidden]) for r in table.rows],
        totals={n: total for n, total in table.totals.items() if n not in hidden},
    )


def find_file(request: ApprovalRequest, case: Case, attachment_id: int) -> Attachment:
    """A file of the document, for those who may see it now; `NotFound` for everybody else."""
    spec = current_registry().model(request.model)
    if not has_task(case, current_actor()):
        return get_attachment(get_record(spec, request.record_id), attachment_id)
    with lent("who has to decide on a document opens its files", {spec.permission("read")}):
        return get_attachment(get_record(spec, request.record_id), attachment_id)


def permissions_to_show(spec: ModelSpec) -> set[str]:
    """What must be read to show one document of this kind: itself, and what its form's fields lead to."""
    found = {spec.permission("read")}
    for section in sections_of(spec):
        if isinstance(section, Section):
            found |= set(_along(spec, section.fields))
        elif isinstance(section, Lines):
            found |= set(_along(current_registry().models[spec.lines[section.relation].model], section.columns))
    return found


def _along(spec: ModelSpec, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        inner = spec
        for step in path.split("."):
            field = inner.field_named(step)
            if field is None or field.target is None:
                break
            inner = current_registry().models[field.target]
            yield inner.permission("read")
