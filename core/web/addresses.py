"""What may stand in an address: ids that can be ids, and where a page may send its reader on to."""

from __future__ import annotations

LARGEST_ID = 2**63 - 1


def read_id(text: str) -> int:
    """A text as the id of a record; `ValueError` when no record can have it."""
    if not text.isdecimal() or int(text) > LARGEST_ID:
        raise ValueError(text)
    return int(text)


def safe_next(target: str | None, otherwise: str = "/") -> str:
    """A target that came with a request, if it is a path of ours; else `otherwise`."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    return target if target.isprintable() else otherwise
