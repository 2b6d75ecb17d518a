"""Screens."""

VIEWS = ({"model": "core.user", "columns": ["name"]},)
