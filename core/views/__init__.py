"""Screens from declarations: list, form, kanban, menus, search, saved views, export."""
