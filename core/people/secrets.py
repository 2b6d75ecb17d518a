"""Secrets: made at random, kept only as hashes."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

TOKEN_BYTES = 32
_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_hex(16))


def new_token() -> str:
    """A random secret of 256 bits, as text for addresses, cookies and headers."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """How a token is kept: SHA-256 in hex (the token itself is random, so nothing slower is needed)."""
    return hashlib.sha256(token.encode()).hexdigest()


def password_hash(password: str) -> str:
    """How a password is kept: argon2id with its own salt."""
    return _hasher.hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Whether a password is the kept one; takes as long when there is none to compare with."""
    try:
        _hasher.verify(kept or _nobody, password)
    except VerificationError:
        return False
    return kept is not None
