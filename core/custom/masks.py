"""Input masks: how a text must be written. `AA-9999` is two letters, a dash and four digits; anybody can say it so."""

from __future__ import annotations

PLACES = {"A": str.isalpha, "9": str.isdecimal, "X": str.isalnum}


def fits(mask: str, text: str) -> bool:
    """Whether a text is written as the mask says; small and capital letters both count as letters."""
    return len(text) == len(mask) and all(_fits(place, c) for place, c in zip(mask, text, strict=True))


def _fits(place: str, character: str) -> bool:
    test = PLACES.get(place)
    return character == place if test is None else character.isascii() and test(character)
