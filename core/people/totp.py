"""The second factor: six digits from an app, each usable once, and recovery codes."""

from __future__ import annotations

import hmac
import secrets

import pyotp

from core.db.types import utcnow
from core.i18n import _
from core.people.inputs import refused
from core.people.models import User
from core.people.secrets import token_hash

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 8


def new_secret() -> str:
    """A secret for a new enrolment."""
    return pyotp.random_base32()


def address(user: User, secret: str) -> str:
    """The `otpauth:` address the app scans as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.login, issuer_name="QingMES")


def enrol(user: User, secret: str, code: str) -> list[str]:
    """Turn the second factor on once a first code proves the app works; returns the recovery codes.

    `ValidationError` on the field `code` when it does not fit.
    """
    step = _matching_step(secret, code.strip().replace(" ", "")) if secret else None
    if step is None:
        raise refused("code", _("This code is not right. Check the clock of your phone."))
    user.totp_secret, user.totp_last_step = secret, step
    codes = [f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for _n in range(RECOVERY_CODES)]
    user.recovery_hashes = [token_hash(c) for c in codes]
    return codes


def remove(user: User) -> None:
    """Turn the second factor off."""
    user.totp_secret, user.totp_last_step, user.recovery_hashes = None, None, []


def accept(user: User, code: str) -> bool:
    """Whether a code is right and was not used before; a used one, or a recovery code, is spent."""
    code = code.strip().lower().replace(" ", "")
    hashed = token_hash(code)
    if any(hmac.compare_digest(hashed, kept) for kept in user.recovery_hashes):
        user.recovery_hashes = [kept for kept in user.recovery_hashes if kept != hashed]
        return True
    step = _matching_step(user.totp_secret or "", code)
    if step is None or (user.totp_last_step is not None and step <= user.totp_last_step):
        return False
    user.totp_last_step = step
    return True


def _matching_step(secret: str, code: str) -> int | None:
    """The time step a code belongs to, within one step of now."""
    now = int(utcnow().timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None
