"""Customers' print templates: drafts, versions, and trying a draft on a real record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.errors import NotFound, StaleVersion, ValidationError
from core.i18n import LOCALES, Text, _, get_locale
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import is_enabled
from core.paper import pages, render
from core.paper.choosing import RECORD, RECORD_TITLE, Choice, record_document
from core.paper.declare import Document
from core.paper.layout import Layout, body_of, path_of, usual_layout
from core.paper.models import PrintTemplate, PrintTemplateVersion
from core.paper.plain import Node, tree_of
from core.paper.printing import Ready, make_batch
from core.paper.sheets import Reader
from core.paper.sizes import page_mm

WIDEST_MARGIN = 100
KEPT = ("size", "margin_mm", "letterhead", "body", "css")


def find_templates() -> list[PrintTemplate]:
    """Every template, by model and name."""
    current_actor().require("core.print_template.read")
    return list(db.session.scalars(select(PrintTemplate).order_by(PrintTemplate.model, PrintTemplate.name)))


def get_template(template_id: int) -> PrintTemplate:
    """One template; `NotFound` otherwise."""
    current_actor().require("core.print_template.read")
    found = db.session.get(PrintTemplate, template_id)
    if found is None:
        raise NotFound(_("There is no such print template."))
    return found


def models_to_print() -> list[ModelSpec]:
    """The kinds of record a template can be made for: those the actor may read."""
    actor = current_actor()
    specs = current_registry().models.values()
    return [s for s in specs if is_page(s) and is_enabled(s.addon) and actor.can(s.permission("read"))]


def papers_to_replace(spec: ModelSpec) -> dict[str, Text]:
    """What the documents of a model are called, by key: a template may take the place of one."""
    papers = current_registry().papers.items()
    declared = {k: d.what.title for k, d in papers if d.what.model == spec.name and isinstance(d.what, Document)}
    return {**declared, RECORD: RECORD_TITLE}


def links_of(spec: ModelSpec) -> list[FieldSpec]:
    """The link fields a template can be kept to (only for one customer)."""
    named = current_registry().models
    return [f for f in spec.fields.values() if f.target in named and named[f.target].meta.resource]


def model_to_print(name: str) -> ModelSpec:
    """One of these by its name; `ValidationError` otherwise."""
    found = next((spec for spec in models_to_print() if spec.name == name), None)
    if found is None:
        raise ValidationError(_("Choose what the template prints."), fields={"model": [_("Choose one.")]})
    return found


def create_template(model: str, name: str, layout: Layout | None = None) -> PrintTemplate:
    """A template for a model, its first draft put together from a layout (the usual one when None). Flushes."""
    current_actor().require("core.print_template.write")
    spec = model_to_print(model)
    tree = tree_of(spec, current_actor())
    body = body_of(tree, layout or usual_layout(spec, tree))
    template = PrintTemplate(model=model, name=_checked_name(name), body=body)
    db.session.add(template)
    db.session.flush()
    return template


def _checked_name(name: str) -> str:
    name = name.replace("\x00", "").strip()
    if not 0 < len(name) <= 120:
        raise ValidationError(_("Give the template a name."), fields={"name": [_("1 to 120 characters.")]})
    return name


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the editor sends."""

    name: str
    paper: str = ""
    language: str | None = None
    for_field: str | None = None
    for_id: int | None = None
    size: str = "A4"
    margin_mm: int = 15
    letterhead: bool = True
    body: str = ""
    css: str = ""

    def check(self, spec: ModelSpec) -> None:
        """Raise `ValidationError` for what cannot be printed; the template is read by the press."""
        _checked_name(self.name)
        page_mm(self.size)
        if not 0 <= self.margin_mm <= WIDEST_MARGIN:
            raise ValidationError(_("A margin is 0 to %(most)s mm.", most=WIDEST_MARGIN))
        if self.paper and self.paper not in papers_to_replace(spec):
            raise ValidationError(_("There is no such paper to print, or it is not yours to print."))
        if self.language is not None and self.language not in LOCALES:
            raise ValidationError(_("There is no language “%(name)s” to print in.", name=self.language[:20]))
        if (self.for_field is None) != (self.for_id is None):
            raise ValidationError(_("“Only for” needs both a field and a record."))
        if self.for_field is not None and self.for_field not in {f.name for f in links_of(spec)}:
            raise ValidationError(_("“Only for” needs a field that leads to another record."))
        render.check_template(self.body, self.css)


def save_draft(template_id: int, draft: Draft, *, version: int | None) -> PrintTemplate:
    """Keep a draft that can be read; what is printed stays as it is. Flushes."""
    template = _to_change(template_id, "write", version)
    draft.check(current_registry().model(template.model))
    for name, value in vars(draft).items():
        setattr(template, name, value)
    template.name = _checked_name(draft.name)
    db.session.flush()
    return template


def _to_change(template_id: int, verb: str, version: int | None) -> PrintTemplate:
    current_actor().require(f"core.print_template.{verb}")
    query = select(PrintTemplate).where(PrintTemplate.id == template_id).with_for_update()
    template = db.session.scalar(query.execution_options(populate_existing=True))
    if template is None:
        raise NotFound(_("There is no such print template."))
    if version is not None and version != template.version:
        raise StaleVersion(
            _("Somebody changed this meanwhile. Look at it again, then repeat."), current=template.version, sent=version
        )
    return template


def publish(template_id: int, *, version: int | None) -> PrintTemplateVersion:
    """Print by the draft from now on: it becomes the next version. Flushes."""
    template = _to_change(template_id, "publish", version)
    number = max((one.number for one in template.versions), default=0) + 1
    made = PrintTemplateVersion(
        template_id=template.id,
        number=number,
        user_id=current_actor().user_id,
        **{name: getattr(template, name) for name in KEPT},
    )
    db.session.add(made)
    template.published = number
    db.session.flush()
    db.session.expire(template, ["versions"])
    return made


def withdraw(template_id: int, *, version: int | None) -> None:
    """Print by it no longer; its versions stay. Flushes."""
    _to_change(template_id, "publish", version).published = None
    db.session.flush()


def restore(template_id: int, number: int, *, version: int | None) -> None:
    """Make an earlier version the draft again. Flushes."""
    template = _to_change(template_id, "write", version)
    found = next((one for one in template.versions if one.number == number), None)
    if found is None:
        raise NotFound(_("There is no such version."))
    for name in KEPT:
        setattr(template, name, getattr(found, name))
    db.session.flush()


def try_out(template: PrintTemplate, draft: Draft, record_id: int | None) -> Ready:
    """A draft on a real record, the newest within reach when none is named, with the actor's rights."""
    actor, spec = current_actor(), current_registry().model(template.model)
    actor.require(spec.permission("read"))
    draft.check(spec)
    model: Any = spec.model
    chosen = record_id or db.session.scalar(select(model.id).order_by(model.id.desc()).limit(1))
    if chosen is None:
        raise NotFound(_("There is no record to try the template on; make one first."))
    tree = tree_of(spec, actor)
    choice = Choice("", draft.name, _bare(spec))
    sheets = Reader(spec, actor).read([chosen], tree.loads())
    batch = make_batch(spec, actor, sheets, choice)
    version = SimpleNamespace(**{name: getattr(draft, name) for name in KEPT})
    language = draft.language or get_locale()
    return Ready([pages.custom_page(version, tree, sheets[0], batch, language=language)], sheets[0].title)


def _bare(spec: ModelSpec) -> Document:
    """A document without variables of its own."""
    paper = record_document(spec)
    return Document(name=paper.name, title=paper.title, model=paper.model, template=paper.template)


def field_list(spec: ModelSpec) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What the editor offers to insert, in groups: title, and names with what people call them."""
    tree = tree_of(spec, current_actor())
    groups: list[tuple[Any, list[tuple[str, Any]]]] = [(spec.meta.title, _insertable("record", tree.nodes))]
    groups += [(n.title, _insertable(f"record.{n.name}", n.target)) for n in tree.nodes if n.target]
    for name, nodes in tree.lines.items():
        title = current_registry().models[spec.lines[name].model].meta.plural
        groups.append((title, _insertable("line", nodes)))
        groups += [(n.title, _insertable(f"line.{n.name}", n.target)) for n in nodes if n.target]
    return groups


def _insertable(where: str, nodes: tuple[Node, ...]) -> list[tuple[str, Any]]:
    return [(path_of(where, node), node.title) for node in nodes if node.column and not node.is_hidden]


def read_draft(given: Mapping[str, str]) -> Draft:
    """A draft from the editor's form."""
    for_id = given.get("for_id", "")
    margin = given.get("margin_mm", "")
    return Draft(
        name=given.get("name", ""),
        paper=given.get("paper", ""),
        language=given.get("language") or None,
        for_field=given.get("for_field") or None,
        for_id=int(for_id) if for_id.isdecimal() else None,
        size=given.get("own_size", "").strip() or given.get("size", "A4"),
        margin_mm=int(margin) if margin.isdecimal() else -1,
        letterhead="letterhead" in given,
        body=given.get("body", "").replace("\r\n", "\n").replace("\x00", ""),
        css=given.get("css", "").replace("\r\n", "\n").replace("\x00", ""),
    )
