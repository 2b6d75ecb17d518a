"""Screens."""

from core.views.declare import Menu

MENUS = (Menu(key="winch", title="Winch", endpoint="winch.nowhere", permission="core.addon.manage"),)
