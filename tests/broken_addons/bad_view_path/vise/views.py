"""Screens."""

from core.views.declare import ListView

VIEWS = (ListView(model="vise.thing", columns=("name", "owner.shoe_size")),)
