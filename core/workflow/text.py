"""Cleaning text that people or scanners give us."""

from __future__ import annotations

import unicodedata

from marshmallow import ValidationError

from core.i18n import gettext

LINE_ENDS = ("\r\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029")
KEPT = frozenset("\n\t")
REFUSED = frozenset({"Cc", "Cs", "Co"})  # control, half a surrogate pair, private use
TURNING = frozenset("\u202d\u202e")  # text after them reads in another order than it is kept


def clean_line(text: str) -> str:
    """One line, trimmed; marshmallow's ValidationError for control or direction-changing characters."""
    text = text.strip()
    _refuse_controls(text, frozenset())
    return text


def clean_text(text: str) -> str:
    """Several lines with `\\n` between them; other control characters are refused."""
    for end in LINE_ENDS:
        text = text.replace(end, "\n")
    _refuse_controls(text, KEPT)
    return text.strip()


def _refuse_controls(text: str, kept: frozenset[str]) -> None:
    if any(c not in kept and (unicodedata.category(c) in REFUSED or c in TURNING) for c in text):
        raise ValidationError(gettext("This text has a character that cannot be kept; remove it."))
