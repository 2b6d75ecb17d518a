"""Verbs."""


def strike() -> None:
    """Not a function of jobs.py."""
