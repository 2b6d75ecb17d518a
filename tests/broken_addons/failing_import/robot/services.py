"""Verbs."""

from a_library_nobody_has import arm

__all__ = ["arm"]
