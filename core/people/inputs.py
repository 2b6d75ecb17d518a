"""Text typed into the hand-made forms of people's pages."""

from __future__ import annotations

import marshmallow

from core.errors import ValidationError
from core.i18n import Text, _
from core.workflow.text import clean_line


def line(text: str, field: str, *, longest: int, required: bool = True) -> str:
    """One line of text, trimmed; `ValidationError` on its field when empty, too long or with odd characters."""
    try:
        clean = clean_line(text)
    except marshmallow.ValidationError as error:
        raise refused(field, str(error.messages[0])) from None
    if required and not clean:
        raise refused(field, _("This is needed."))
    if len(clean) > longest:
        raise refused(field, _("At most %(number)s characters.", number=longest))
    return clean


def refused(field: str, problem: Text) -> ValidationError:
    """The refusal that puts a sentence beside a field."""
    return ValidationError(_("Please correct the marked fields."), fields={field: [str(problem)]})


def harmless(text: str) -> str:
    """Text from anybody at all, for looking up and for the trail: what cannot be printed becomes a mark."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
