"""Screens."""

from core.views.declare import Extension, FormView, Section

VIEWS = (FormView(model="bolt.thing", sections=(Section(name="head", title="Head", fields=("name",)),)),)
EXTENSIONS = (
    Extension(model="bolt.thing", after="neck", sections=(Section(name="more", title="More", fields=("created_at",)),)),
)
