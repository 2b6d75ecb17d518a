"""The documents the press lays out: HTML with its style sheets, one for each record, or one for each page of labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from markupsafe import Markup

import core
from core.errors import ValidationError
from core.i18n import _, in_locale
from core.paper import pictures
from core.paper.approvals import Round
from core.paper.declare import Document, Label
from core.paper.letterhead import Company
from core.paper.models import PrintTemplateVersion
from core.paper.plain import Tree, plain_labels, plain_record
from core.paper.sheets import Sheet
from core.paper.sizes import LabelFormat, page_mm
from core.web.format import datetime_text

MOST_LABELS = 2000
MARGIN_MM = 15
LANGUAGES = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Batch:
    """What the pages of one batch share: who prints when, the letterhead, and by record id the scan codes, approvals
    and what the paper's own context worked out."""

    by: str
    at: datetime
    company: Company
    codes: Mapping[int, str]
    approvals: Mapping[int, Sequence[Round]] = field(default_factory=dict)
    own: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def shared(self, sheet: Sheet, language: str) -> dict[str, Any]:
        """The variables of every template for one record."""
        return {
            "sheet": sheet,
            "record": sheet.record,
            "scan_code": self.codes[sheet.record.id],
            "rounds": self.approvals.get(sheet.record.id, ()),
            "company": self.company.read(language),
            "printed_by": self.by,
            "printed_at": self.at,
            "language": LANGUAGES[language],
            **self.own.get(sheet.record.id, {}),
        }


def document_page(paper: Document, sheet: Sheet, batch: Batch, *, size: str, language: str) -> dict[str, Any]:
    """A declared document of one record."""
    with in_locale(language):
        html = _draw(paper.template, paper=paper, **batch.shared(sheet, language))
    return {"html": html, "css": [_style("paper-print.css"), page_rule(page_mm(size), MARGIN_MM)]}


def custom_page(
    version: PrintTemplateVersion | Any, tree: Tree, sheet: Sheet, batch: Batch, *, language: str
) -> dict[str, Any]:
    """A customer's template for one record: filled in and cleaned by the press."""
    with in_locale(language):
        shared = batch.shared(sheet, language)
        frame = _draw("paper/custom.html", with_letterhead=version.letterhead, **shared)
        data = {
            "record": plain_record(tree, sheet, shared["scan_code"]),
            "label": plain_labels(tree),
            "company": shared["company"],
            "printed": {"at": datetime_text(batch.at), "by": batch.by},
        }
    before, _here, after = frame.partition("<!-- body -->")
    own = [page_rule(page_mm(version.size), version.margin_mm), version.css]
    parts = {"body": version.body, "own_css": version.css, "data": data, "before": before, "after": after}
    return {**parts, "css": [_style("paper-print.css"), *own]}


def page_rule(size: tuple[float, float], margin: float) -> str:
    """The @page rule for a size in millimetres."""
    return f"@page {{ size: {size[0]:g}mm {size[1]:g}mm; margin: {margin:g}mm; }}"


@dataclass(frozen=True)
class LabelJob:
    """How labels are put on paper: the format, the first position used (0 the first), how many of each record (None:
    as its quantity says), whether to draw the frames that show where labels should be."""

    format: LabelFormat
    start: int = 0
    copies: int | None = None
    frames: bool = False


def label_pages(
    paper: Label, sheets: Sequence[Sheet], batch: Batch, job: LabelJob, languages: Mapping[int, str]
) -> list[dict[str, Any]]:
    """A document for each page of labels; `ValidationError` for more than 2,000 labels, or a start off the sheet."""
    if not 0 <= job.start < job.format.per_page:
        raise ValidationError(_("Start at a label from 1 to %(most)s.", most=job.format.per_page))
    counts = [_count(paper, sheet, job) for sheet in sheets]
    if sum(counts) > MOST_LABELS:
        raise ValidationError(_("At most %(most)s labels are printed at once; print fewer.", most=MOST_LABELS))
    drawn = [Markup(_label(paper, s, batch, job, languages[s.record.id])) for s in sheets]  # noqa: S704 - a template's
    labels = [one for one, count in zip(drawn, counts, strict=True) for _n in range(count)]
    return [_label_page(job, placed) for placed in _on_pages(labels, job)]


def _count(paper: Label, sheet: Sheet, job: LabelJob) -> int:
    if job.copies is not None or not paper.quantity:
        return job.copies if job.copies is not None else 1
    return max(int(Decimal(sheet.value(paper.quantity) or 0).to_integral_value(ROUND_CEILING)), 0)


def _label(paper: Label, sheet: Sheet, batch: Batch, job: LabelJob, language: str) -> str:
    with in_locale(language):
        return _draw(paper.template, paper=paper, format=job.format, **batch.shared(sheet, language))


def _on_pages(labels: Sequence[Markup], job: LabelJob) -> Iterator[list[tuple[float, float, Markup]]]:
    """The labels of each page with the place of each."""
    per_page, at = job.format.per_page, job.start
    page: list[tuple[float, float, Markup]] = []
    for label in labels:
        page.append((*job.format.place(at), label))
        at = (at + 1) % per_page
        if at == 0:
            yield page
            page = []
    if page:
        yield page


def _label_page(job: LabelJob, placed: list[tuple[float, float, Markup]]) -> dict[str, Any]:
    everywhere = [job.format.place(n) for n in range(job.format.per_page)] if job.frames else []
    html = _draw("paper/labels.html", format=job.format, placed=placed, frames=everywhere)
    return {"html": html, "css": [_style("paper-labels.css"), page_rule(job.format.page_size, 0)]}


def _draw(template: str, **variables: Any) -> str:
    """A template without what pages of the application have around them: jobs print as well, outside any request."""
    return current_app.jinja_env.get_template(template).render(**variables)


@cache
def _style(name: str) -> str:
    return (Path(core.__file__).parent / "static" / "core" / name).read_text(encoding="utf-8")


def code128(value: Any, **size: float) -> Markup:
    """A Code128 for templates, `height` in millimetres; nothing for what it cannot hold."""
    text = str(value)
    return Markup(pictures.code128(text, **size)) if pictures.is_encodable(text) else Markup("")  # noqa: S704


def qr(value: Any, **size: float) -> Markup:
    """A QR code for templates, `side` in millimetres."""
    return Markup(pictures.qr(str(value), **size))  # noqa: S704 - base64 and numbers
