"""Printing: an order (which paper of which records, how) becomes the pages the press lays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.actor import Actor, current_actor
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import LOCALES, _, get_locale
from core.kernel.registry import current_registry
from core.paper import pages, render
from core.paper.approvals import find_approvals
from core.paper.choosing import Choice, choose, find_published, version_for
from core.paper.codes import scan_codes
from core.paper.declare import Document, Label
from core.paper.letterhead import find_company
from core.paper.models import PrintTemplate
from core.paper.pages import Batch, LabelJob
from core.paper.plain import Tree, tree_of
from core.paper.sheets import Reader, Sheet
from core.paper.sizes import label_format
from core.workflow.bulk import MOST

MOST_AT_ONCE = 20  # more records are printed by a job
MOST_COPIES = 500


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to print and how. `language` empty: as the record's reader, else whoever prints. `size` of documents or
    `format` of labels empty: the usual one. `start` is the first label used, 1 the first; `copies` 0: as usual."""

    model: str
    paper: str
    ids: tuple[int, ...]
    language: str = ""
    size: str = ""
    format: str = ""
    start: int = 1
    copies: int = 0
    frames: bool = False

    def check(self) -> None:
        """Raise `ValidationError` for what cannot be."""
        if not 1 <= len(self.ids) <= MOST:
            raise ValidationError(_("Choose 1 to %(most)s rows.", most=MOST))
        if not 0 <= self.copies <= MOST_COPIES:
            raise ValidationError(_("At most %(most)s copies of each.", most=MOST_COPIES))
        if self.language and self.language not in LOCALES:
            raise ValidationError(_("There is no language “%(name)s” to print in.", name=self.language[:20]))

    @property
    def is_long(self) -> bool:
        """Whether a job prints it."""
        return len(self.ids) > MOST_AT_ONCE

    def to_json(self) -> dict[str, Any]:
        """For a job."""
        return asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Order:
        """The order a job was given."""
        return Order(**{**value, "ids": tuple(value["ids"])})


@dataclass(frozen=True)
class Ready:
    """An order made ready for the press: its documents, and what the file is called."""

    documents: Sequence[Mapping[str, Any]]
    title: str

    def run(self) -> render.Run:
        """The run of the press that prints it."""
        return render.Run(self.documents, self.title)


def make_ready(order: Order) -> Ready:
    """Read the records with the actor's rights and make their pages; the number of statements does not depend on how
    many they are. Raises `ValidationError` or `NotFound`."""
    order.check()
    actor = current_actor()
    spec = current_registry().model(order.model)
    actor.require(spec.permission("read"))
    job = _Job(order, spec, actor, choose(spec, actor, order.paper))
    documents = job.labels() if job.choice.is_label else job.documents()
    if not documents:
        raise ValidationError(_("There is nothing to print: the quantity is zero."))
    return Ready(documents, job.title())


class _Job:
    """One order being made ready."""

    def __init__(self, order: Order, spec: ModelSpec, actor: Actor, choice: Choice) -> None:
        self.order, self.actor, self.choice = order, actor, choice
        self.templates: list[PrintTemplate] = [] if choice.is_label else find_published(spec)
        replaced = choice.template_id is not None or any(t.paper == choice.key for t in self.templates)
        self.tree = tree_of(spec, actor) if replaced else Tree(())
        self.sheets = Reader(spec, actor).read(order.ids, self._loads())
        self.batch = make_batch(spec, actor, self.sheets, choice)

    def _loads(self) -> list[str]:
        paper = self.choice.paper
        more = [path for path in (paper.language, getattr(paper, "quantity", "")) if path]
        return [*paper.loads, *more, *self.tree.loads()]

    def title(self) -> str:
        """The document's number, or what they are and how many."""
        if len(self.sheets) == 1:
            return self.sheets[0].title
        return f"{self.choice.title} ({len(self.sheets)})"

    def documents(self) -> list[dict[str, Any]]:
        """A document for each record."""
        return [self._document(sheet) for sheet in self.sheets]

    def _document(self, sheet: Sheet) -> dict[str, Any]:
        language = self._language(sheet)
        version = version_for(self.choice, self.templates, sheet.record, language)
        if version is not None:
            return pages.custom_page(version, self.tree, sheet, self.batch, language=language)
        paper = self.choice.paper
        assert isinstance(paper, Document)
        size = self.order.size or paper.sizes[0]
        return pages.document_page(paper, sheet, self.batch, size=size, language=language)

    def labels(self) -> list[dict[str, Any]]:
        """A document for each page of labels."""
        order, paper = self.order, self.choice.paper
        assert isinstance(paper, Label)
        how = LabelJob(
            label_format(order.format or paper.formats[0]), order.start - 1, order.copies or None, order.frames
        )
        languages = {sheet.record.id: self._language(sheet) for sheet in self.sheets}
        return pages.label_pages(paper, self.sheets, self.batch, how, languages)

    def _language(self, sheet: Sheet) -> str:
        """The language asked for, else the record's reader's, else that of whoever prints."""
        path = self.choice.paper.language
        own = sheet.value(path) if path else None
        return self.order.language or (own if own in LOCALES else get_locale())


def make_batch(spec: ModelSpec, actor: Actor, sheets: Sequence[Sheet], choice: Choice) -> Batch:
    """What the pages of these records share."""
    records = [sheet.record for sheet in sheets]
    context = choice.paper.context
    return Batch(
        by=actor.name,
        at=utcnow(),
        company=find_company(),
        codes=scan_codes(spec, records),
        approvals=find_approvals(spec.name, [record.id for record in records]),
        own=context(records) if context is not None else {},
    )


def file_name(title: str) -> str:
    """What the PDF is called."""
    return f"{title.replace('/', '-') or 'print'}.pdf"
