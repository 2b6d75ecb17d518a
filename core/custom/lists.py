"""What the definition of a custom field offers to choose from; read from the registry when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from core.db.base import Extendable
from core.db.spec import ModelSpec
from core.i18n import Text, _, gettext
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons

OWN = frozenset({"core.custom_field", "core.custom_choice"})


class Offered(Mapping[str, Text]):
    """Choices that are not known before every addon is loaded: `offers` is asked each time."""

    def __init__(self, offers: Callable[[], Mapping[str, Text]]) -> None:
        self._offers = offers

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, key: str) -> Text:
        return self._offers()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._offers())

    def __len__(self) -> int:
        return len(self._offers())


def extendable() -> list[ModelSpec]:
    """The kinds of record that can have custom fields, in the registry's order; lines follow their document."""
    return [s for s in current_registry().models.values() if s.addon in enabled_addons() and can_have_fields(s)]


def can_have_fields(spec: ModelSpec) -> bool:
    """Whether people enter records of this kind, by themselves or as lines of a document."""
    if not issubclass(spec.model, Extendable) or spec.name in OWN or spec.meta.read_only:
        return False
    return is_page(spec) or spec.meta.parent is not None


def models() -> Mapping[str, Text]:
    """The kinds of record to give a field to."""
    return {spec.name: _title(spec) for spec in extendable()}


def _title(spec: ModelSpec) -> str:
    addon = current_registry().addons[spec.addon].manifest.title
    return gettext("%(addon)s: %(kind)s", addon=addon, kind=spec.meta.title)


def targets() -> Mapping[str, Text]:
    """The kinds of record a link can lead to: those with pages of their own."""
    found = current_registry().models.values()
    return {s.name: _title(s) for s in found if s.addon in enabled_addons() and is_page(s) and s.name not in OWN}


def groups() -> Mapping[str, Text]:
    """The groups of sensitive fields."""
    return {name: declared.what.title for name, declared in current_registry().field_groups.items()}


KINDS: Mapping[str, Text] = {
    "text": _("Text"),
    "longtext": _("Long text"),
    "integer": _("Whole number"),
    "decimal": _("Decimal number"),
    "boolean": _("Yes or no"),
    "date": _("Date"),
    "datetime": _("Date and time"),
    "choice": _("Choice"),
    "multichoice": _("Several choices"),
    "link": _("Link to a record"),
    "attachment": _("File"),
}
NUMBERS = ("integer", "decimal")
PICKED = ("choice", "multichoice")
INDEXED = ("text", "integer", "decimal", "date", "datetime", "choice", "link")
WRITES: Mapping[str, Text] = {"always": _("At any time"), "create": _("Only in a new record")}
