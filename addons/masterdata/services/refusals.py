"""Refusals of input that name the field to mend."""

from __future__ import annotations

from typing import Any

from core.errors import ValidationError
from core.i18n import Text, _


def marked(sentence: Text, *path: str | int) -> ValidationError:
    """A refusal that marks the field at `path`: `("code",)`, or `("shifts", 0, "start")` for a line's."""
    fields: Any = [str(sentence)]
    for step in reversed(path):
        fields = {str(step): fields}
    return ValidationError(_("Please correct the marked fields."), fields=fields)
