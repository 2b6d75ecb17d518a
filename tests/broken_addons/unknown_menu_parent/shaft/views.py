"""Screens."""

from core.views.declare import Menu

MENUS = (Menu(key="shaft", title="Shaft", parent="nowhere", endpoint="apps.index", permission="core.addon.manage"),)
