"""Screens of the definitions of custom fields."""

from core.custom.lists import PICKED
from core.i18n import _
from core.views.declare import FormView, Lines, ListView, Menu, Section

VIEWS = (
    ListView(
        model="core.custom_field",
        columns=("model", "label", "key", "kind", "required", "in_list", "state"),
        filters=("model", "kind", "state"),
        group_by=("model", "kind", "state"),
    ),
    FormView(
        model="core.custom_field",
        sections=(
            Section(
                name="main",
                title=_("General"),
                fields=("model", "label", "label_en", "kind", "places", "unit", "target", "mask", "key", "help"),
            ),
            Lines(
                relation="choices",
                title=_("Choices"),
                columns=("code", "label", "label_en", "retired"),
                visible_when={"field": "kind", "op": "in", "value": list(PICKED)},
            ),
            Section(name="input", title=_("Input"), fields=("required", "default", "minimum", "maximum", "write")),
            Section(
                name="conditions", title=_("Conditions"), fields=("visible_when", "required_when", "read_only_when")
            ),
            Section(
                name="place",
                title=_("Where it stands"),
                fields=("section", "seq", "in_list", "total", "searchable", "group"),
            ),
        ),
    ),
)

MENUS = (
    Menu(key="core.fields", title=_("Custom fields"), parent="core.settings", model="core.custom_field", sequence=62),
)
