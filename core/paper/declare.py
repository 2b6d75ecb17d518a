"""How an addon declares what can be printed: `PAPERS` of its `paper.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import Text

Context = Callable[[list[Any]], Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A page or several for each record of a model, drawn by a template that extends `paper/page.html`.

    The template reads fields through `sheet` (`core.paper.sheets.Sheet`), which leaves out what the printing person
    may not see. `loads` are all the links it shows, its own and those of lines (`partner`, `lines.item`,
    `lines.item.uom`), so that a batch takes a fixed number of statements. `context(records)` returns more variables
    by record id. `sizes` are what `core.paper.sizes.page_mm` reads, the usual one first. `language` is the path of a
    field that names the reader's language (`partner.language`). `permission` is asked for besides reading the model.
    """

    name: str
    title: Text
    model: str
    template: str
    context: Context | None = None
    permission: str = ""
    sizes: tuple[str, ...] = ("A4", "A5", "letter")
    loads: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label for each record, drawn by a template: the inside of the label, no page around it.

    `formats` are keys of `core.paper.sizes.FORMATS`, the usual one first. `quantity` is the path of a field that
    says how many labels a record takes when nobody says otherwise. The rest is as for a `Document`.
    """

    name: str
    title: Text
    model: str
    template: str
    context: Context | None = None
    permission: str = ""
    formats: tuple[str, ...] = ("sheet-3x8", "roll-60x40", "roll-100x70")
    loads: tuple[str, ...] = ()
    quantity: str = ""
    language: str = ""


Paper = Document | Label
