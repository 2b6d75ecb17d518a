"""The names of custom fields: `x_` and words of a-z, 0-9 and _, made from a label once and fixed for ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from core.custom.models import KEY_LENGTH

PREFIX = "x_"
PATTERN = re.compile(r"x_[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
WORDLESS = "field"  # for labels without a Latin letter


def is_key(text: str) -> bool:
    """Whether a text can name a custom field."""
    return len(text) <= KEY_LENGTH and PATTERN.fullmatch(text) is not None


def make_key(labels: tuple[str | None, ...], taken: Container[str]) -> str:
    """A key nobody has, from the first label with a Latin letter: “Heat no.” gives `x_heat_no`, then `x_heat_no_2`."""
    stem = PREFIX + (next(filter(None, map(_slug, labels)), "") or WORDLESS)
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def _slug(label: str | None) -> str:
    plain = unicodedata.normalize("NFKD", label or "").encode("ascii", "ignore").decode().lower()
    words = re.findall("[a-z0-9]+", plain)
    while words and not words[0][0].isalpha():
        words.pop(0)
    return "_".join(words)[: KEY_LENGTH - len(PREFIX) - len("_99")].rstrip("_")
