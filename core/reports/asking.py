"""What somebody asks of a report: read from the address, checked, with a sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.db.base import display
from core.db.scope import criterion
from core.db.session import db
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.reports.declare import Ask, Report
from core.web.addresses import read_id
from core.workflow.quantities import read_day

LARGEST = 10_000


@dataclass
class Asked:
    """The inputs of a report: values for its answer, texts for the form, names of linked records, what is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[Text]] = field(default_factory=dict)


def read_asked(report: Report, given: Mapping[str, str]) -> Asked:
    """The inputs of a report from an address. At most one statement for each link."""
    asked = Asked()
    for ask in report.asks:
        text = given.get(ask.name, "").strip()
        asked.texts[ask.name] = text
        try:
            _read(ask, text, given, asked)
        except ValidationError as error:
            asked.errors[ask.name] = [str(error)]
    for ask in report.asks:
        if ask.not_before and ask.name not in asked.errors:
            _check_order(ask, report, asked)
    return asked


def _check_order(ask: Ask, report: Report, asked: Asked) -> None:
    first = next(other for other in report.asks if other.name == ask.not_before)
    start, end = asked.values.get(first.name), asked.values[ask.name]
    if start and end and end < start:
        asked.errors[ask.name] = [_("This is before “%(title)s”.", title=first.title)]


def _read(ask: Ask, text: str, given: Mapping[str, str], asked: Asked) -> None:
    if ask.kind == "flag":
        asked.values[ask.name] = bool(text)
        return
    if not text:
        value = ask.default() if ask.default is not None and ask.name not in given else None
        if value is None and ask.required:
            if ask.name in given:
                raise ValidationError(_("Fill this in."))
            asked.errors[ask.name] = []  # not asked yet
        asked.values[ask.name], asked.texts[ask.name] = value, "" if value is None else str(value)
        return
    asked.values[ask.name] = _value(ask, text, asked)


def _value(ask: Ask, text: str, asked: Asked) -> Any:
    if ask.kind == "date":
        return read_day(text)
    if ask.kind == "integer":
        return _whole(ask, text)
    if ask.kind == "choice":
        if text not in ask.choices:
            raise ValidationError(_("Choose one of those offered."))
        return text
    return _linked(ask, text, asked)


def _whole(ask: Ask, text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) else -1
    if not ask.minimum <= number <= LARGEST:
        raise ValidationError(_("Enter a whole number from %(low)s to %(high)s.", low=ask.minimum, high=LARGEST))
    return number


def _linked(ask: Ask, text: str, asked: Asked) -> int:
    """The id of a record within reach; its name is kept for the form."""
    model: Any = current_registry().model(ask.target).model
    try:
        wanted = read_id(text)
    except ValueError:
        wanted = 0
    found = db.session.scalar(select(model).where(model.id == wanted, criterion(model, current_actor())))
    if found is None:
        raise ValidationError(_("There is no such record, or it is not yours to see."))
    asked.names[ask.name] = display(found)
    return int(found.id)
