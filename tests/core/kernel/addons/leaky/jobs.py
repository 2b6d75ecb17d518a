"""Work that fails."""

from __future__ import annotations


def fetch(address: str) -> None:
    """Fail as libraries do: with the address in the message."""
    raise ConnectionError(f"could not reach {address}")
