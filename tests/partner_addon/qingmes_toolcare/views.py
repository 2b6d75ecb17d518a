"""Screens, and what this addon adds to those of items."""

from core.i18n import _
from core.views.declare import Extension, FormView, ListView, Menu, Section

FIELDS = ("item_id", "interval_days", "due_on", "reminded_at")

VIEWS = (
    ListView(model="toolcare.item_care", columns=FIELDS),
    FormView(model="toolcare.item_care", sections=(Section(name="care", title=_("Care plan"), fields=FIELDS),)),
)

EXTENSIONS = (
    Extension(
        model="masterdata.item",
        columns=("care.due_on",),
        sections=(Section(name="care", title=_("Tool care"), fields=("care.interval_days", "care.due_on")),),
    ),
)

MENUS = (
    Menu(key="toolcare", title=_("Tool care"), icon="tool"),
    Menu(key="toolcare.plans", title=_("Care plans"), parent="toolcare", model="toolcare.item_care"),
)
