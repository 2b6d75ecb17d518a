"""The filters of a list as the page draws them: beside the search field, as chips, and in “add filter”."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.actor import Actor
from core.criteria.words import names_of
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text, _, gettext
from core.kernel.registry import current_registry
from core.views.columns import choices_of, resolve
from core.views.conditions import OFFERED, OPERATORS, PERIODS, WITHOUT_VALUE, Condition, field_at, shape_of
from core.views.listing import Listing, seen

NAMED: Mapping[str, tuple[str, Text]] = {"core.user": ("me", _("Me")), "core.org_unit": ("my_unit", _("My org unit"))}
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Filter:
    """One field to filter by: the operators and choices it takes, and the condition set on it, if any.

    `path` is its name in addresses; `name` the text of the record a link condition names.
    """

    path: str
    field: FieldSpec
    shape: str
    choices: Mapping[str, Text]
    condition: Condition | None
    name: str = ""

    @property
    def operators(self) -> dict[str, Text]:
        """What can be asked of the field; “is empty” only where it can be empty."""
        offered = [op for op in OFFERED[self.shape] if self.field.nullable or op not in WITHOUT_VALUE]
        return {op: OPERATORS[op] or _("in the period") for op in offered}

    @property
    def op(self) -> str:
        """The operator set, or the first one offered."""
        return self.condition.op if self.condition else next(iter(self.operators))

    @property
    def value(self) -> str:
        """The value set, or the empty text."""
        return self.condition.value if self.condition else ""

    @property
    def span(self) -> tuple[str, str]:
        """The two ends of a range."""
        first, _sep, last = self.value.partition(",")
        return first, last

    @property
    def named(self) -> tuple[str, Text] | None:
        """The choice that depends on the reader: me, or my org unit."""
        return NAMED.get(self.field.target or "")

    @property
    def words(self) -> str:
        """The condition as people read it, without the field's label."""
        if self.condition is None:
            return ""
        if self.op in WITHOUT_VALUE:
            return str(OPERATORS[self.op])
        if self.op == "period":
            return str(PERIODS.get(self.value, self.value))
        if self.op == "between":
            first, last = self.span
            return f"{first} – {last}" if first and last else f"≥ {first}" if first else f"≤ {last}"
        told = self._value_words()
        return told if self.op in ("eq", "in") else f"{OPERATORS.get(self.op, self.op)} {told}"

    def _value_words(self) -> str:
        values = self.condition.values if self.condition else []
        if self.shape == "choice":
            return gettext(", ").join(str(self.choices.get(v, v)) for v in values)
        if self.shape == "boolean":
            return gettext("Yes") if self.value == "true" else gettext("No")
        if self.named and self.value == self.named[0]:
            return str(self.named[1])
        return self.name or self.value


def filters_of(listing: Listing) -> list[Filter]:
    """Those the view puts beside the search field, then the others that are set. One statement per kind of link."""
    spec, actor, conditions = listing.spec, listing.actor, listing.state.conditions
    names = _link_names(spec, conditions)
    quick = [field.name for field in quick_fields(spec, actor)]
    own = {c.field: getattr(spec.field_named(c.field), "name", c.field) for c in conditions}
    set_on = {own[c.field]: c for c in conditions}
    found = (filter_on(spec, path, actor, set_on.get(path), names) for path in dict.fromkeys([*quick, *set_on]))
    return [one for one in found if one is not None]


def filter_on(
    spec: ModelSpec, path: str, actor: Actor, condition: Condition | None = None, names: Names | None = None
) -> Filter | None:
    """The filter on one field; None when the reader may not know of it."""
    column = resolve(spec, path, actor)
    if column is None or column.field.kind == "json":
        return None
    choices = choices_of(column.model, column.field)
    name = (names or {}).get((column.field.target or "", condition.value), "") if condition else ""
    return Filter(
        condition.field if condition else path, column.field, shape_of(column.field, choices), choices, condition, name
    )


def filter_fields(spec: ModelSpec, actor: Actor) -> list[FieldSpec]:
    """The fields offered in “add filter”, those beside the search field left out."""
    quick = quick_fields(spec, actor)
    return [f for f in spec.visible_fields(actor) if f not in quick and not f.info.hidden and f.kind != "json"]


def quick_fields(spec: ModelSpec, actor: Actor) -> list[FieldSpec]:
    """The fields the view wants to filter by at a glance."""
    view = current_registry().lists.get(spec.name)
    return seen(spec, view.filters if view else (), actor)


def _link_names(spec: ModelSpec, conditions: Iterable[Condition]) -> Names:
    """What the records are called that the conditions name, within the reader's reach."""
    wanted: dict[str, set[int]] = {}
    for condition in conditions:
        field = field_at(spec, condition.field)
        if field is not None and field.target and condition.value.isdecimal():
            wanted.setdefault(field.target, set()).add(int(condition.value))
    return names_of(wanted)
