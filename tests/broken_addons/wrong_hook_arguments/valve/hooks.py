"""Answers."""

from typing import Any

from core.kernel.hooks import hookimpl


@hookimpl
def before_transition(document: Any) -> None:
    """The specification calls it `record`."""
