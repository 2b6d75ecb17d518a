"""Printed codes: 16 digits `TT SS NNNNNNNNNN CC`, kind, site, number and check, with no meaning in the number.

Digits only, because input methods swallow the letters a scanner types. The check is ISO 7064 MOD 97-10:
98 − (the first 14 digits × 100 mod 97); it finds every wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.errors import ValidationError
from core.i18n import _

KINDS = {
    "worker": 10,
    "machine": 20,
    "ticket": 30,
    "operation": 31,
    "lot": 40,
    "tool": 50,
    "action": 80,
    "preset": 81,
    "reason": 90,
}
NAMES = {number: name for name, number in KINDS.items()}
LENGTH = 16
LARGEST = 10**10 - 1
MOST_CHARACTERS = 4096
MOST_CODES = 10  # in one reading; each is looked up
GROUPED = re.compile(r"(?<![0-9])([0-9]{2}) ([0-9]{2}) ([0-9]{10}) ([0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class Code:
    """What one printed code says: `kind` is a key of `KINDS`, `number` the id of the record."""

    kind: str
    number: int
    site: int = 1


def make_code(kind: str, number: int, site: int = 1) -> str:
    """The 16 digits for a record; ValueError for a number or site that does not fit."""
    if not (0 <= number <= LARGEST and 0 <= site <= 99):
        raise ValueError(f"{number} of site {site} does not fit a code")
    body = f"{KINDS[kind]:02d}{site:02d}{number:010d}"
    return body + _check(body)


def _check(body: str) -> str:
    return f"{98 - int(body) * 100 % 97:02d}"


def printable(text: str) -> str:
    """The text with every control and other invisible character replaced by a space, so that it can be kept."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zs") else c for c in text)


def parse_codes(text: str) -> list[Code | str]:
    """What was scanned or typed, in order: codes, and anything else as a tidied word for the caller to look up.

    Full-width digits, control characters and spaces are forgiven, and frames glued together are told apart.
    Raises `ValidationError` for a code whose check does not fit, an unknown kind, or far too much text.
    """
    words = _words(text) if len(text) <= MOST_CHARACTERS else []
    frames = [frame for word in words for frame in _frames(word)]
    if not 0 < len(frames) <= MOST_CODES:
        raise ValidationError(_("This is not a code. Scan again."))
    return [_parsed(frame) if _is_digits(frame) and len(frame) == LENGTH else frame for frame in frames]


def is_printed_code(text: str) -> bool:
    """Whether this looks like one of our codes and like nothing else: no quantity has 16 digits."""
    word = printable(text).strip()
    return _is_digits(word) and len(word) == LENGTH


def _words(text: str) -> list[str]:
    """Half-width, without invisible characters; parted at white space, a code typed in groups put together."""
    plain = printable(unicodedata.normalize("NFKC", printable(text)))
    return GROUPED.sub(r"\1\2\3\4", plain).split()


def _frames(word: str) -> list[str]:
    """The codes in a word of digits that is a whole number of them; else the word itself."""
    if not _is_digits(word) or len(word) % LENGTH:
        return [word]
    return [word[i : i + LENGTH] for i in range(0, len(word), LENGTH)]


def _is_digits(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _parsed(digits: str) -> Code:
    body, check = digits[:-2], digits[-2:]
    kind = NAMES.get(int(digits[:2]))
    if check != _check(body) or kind is None:
        raise ValidationError(_("This code was not read whole. Scan again."))
    return Code(kind, int(digits[4:14]), int(digits[2:4]))
