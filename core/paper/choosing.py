"""Which papers there are for a model: those declared by enabled addons, customers' own, and one for any record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from core.actor import Actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.paper.declare import Document, Label, Paper
from core.paper.models import PrintTemplate, PrintTemplateVersion
from core.views.declare import Lines, Section
from core.views.forms import sections_of

RECORD, LABEL = "record", "label"
RECORD_TITLE = _("The record as it is")


@dataclass(frozen=True)
class Choice:
    """Something that can be printed of a model: its key in addresses, and the paper or a customer's template."""

    key: str
    title: Text
    paper: Paper
    template_id: int | None = None

    @property
    def is_label(self) -> bool:
        """Whether it is a label."""
        return isinstance(self.paper, Label)


def choices_for(spec: ModelSpec, actor: Actor) -> list[Choice]:
    """What this actor may print of a model: declared papers, customers' additional ones, the record as it is, a label.

    One statement.
    """
    declared = [
        Choice(key, one.what.title, one.what)
        for key, one in current_registry().papers.items()
        if one.what.model == spec.name and is_enabled(one.addon) and _may(actor, one.what)
    ]
    own = [Choice(f"own-{t.id}", t.name, record_document(spec), t.id) for t in find_published(spec) if not t.paper]
    usual = [
        Choice(RECORD, RECORD_TITLE, record_document(spec)),
        Choice(LABEL, _("Label"), any_label(spec)),
    ]
    return [*sorted(declared, key=lambda c: c.is_label), *own, *usual]


def choose(spec: ModelSpec, actor: Actor, key: str) -> Choice:
    """One of these by its key, the first for an empty one; `NotFound` otherwise."""
    choices = choices_for(spec, actor)
    found = next((c for c in choices if c.key == key), choices[0] if not key else None)
    if found is None:
        raise NotFound(_("There is no such paper to print, or it is not yours to print."))
    return found


def _may(actor: Actor, paper: Paper) -> bool:
    return not paper.permission or actor.can(paper.permission)


def record_document(spec: ModelSpec) -> Document:
    """The document of any record: the sections of its form, without panels."""
    sections = [s for s in sections_of(spec) if isinstance(s, (Section, Lines))]
    return Document(
        name=RECORD,
        title=spec.meta.title,
        model=spec.name,
        template="paper/record.html",
        loads=tuple(_paths(sections)),
        context=lambda records: {record.id: {"sections": sections} for record in records},
    )


def _paths(sections: Iterable[Section | Lines]) -> Iterable[str]:
    for section in sections:
        if isinstance(section, Lines):
            yield section.relation
            yield from (f"{section.relation}.{column}" for column in section.columns)
        else:
            yield from section.fields


def any_label(spec: ModelSpec) -> Label:
    """The label of any record: what names it and its code."""
    return Label(name=LABEL, title=_("Label"), model=spec.name, template="paper/label.html")


def find_published(spec: ModelSpec) -> list[PrintTemplate]:
    """The customers' templates of a model that are in use, each with the version that is printed. One statement."""
    query = (
        select(PrintTemplate)
        .join(PrintTemplate.versions.and_(PrintTemplateVersion.number == PrintTemplate.published))
        .options(contains_eager(PrintTemplate.versions))
        .where(PrintTemplate.model == spec.name)
        .order_by(PrintTemplate.id.desc())
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query).unique())


def version_for(
    choice: Choice, templates: Iterable[PrintTemplate], record: Any, language: str
) -> PrintTemplateVersion | None:
    """The customer's version a record is printed with, or None for the declared paper.

    Of those in place of the paper that fit its language and the record, one made for the record's customer wins over
    one for everybody, one for the language over one for any, then the newest.
    """
    if choice.template_id is not None:
        return next(t.versions[0] for t in templates if t.id == choice.template_id)
    fitting = [t for t in templates if t.paper == choice.key and _fits(t, record, language)]
    best = max(fitting, key=lambda t: (t.for_field is not None, t.language is not None, t.id), default=None)
    return best.versions[0] if best is not None else None


def _fits(template: PrintTemplate, record: Any, language: str) -> bool:
    if template.language not in (None, language):
        return False
    return template.for_field is None or getattr(record, template.for_field, None) == template.for_id
