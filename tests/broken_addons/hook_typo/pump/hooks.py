"""Answers."""

from typing import Any

from core.kernel.hooks import hookimpl


@hookimpl
def befor_transition(record: Any, transition: str) -> None:
    """There is no such hook."""
