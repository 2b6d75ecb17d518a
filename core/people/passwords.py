"""What a password must be like, and setting one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import current_app

from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import Text, _
from core.people.models import User
from core.people.secrets import password_hash


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A preset: least length, how many of the four kinds of character, days until it must be changed."""

    length: int
    kinds: int
    days: int | None


POLICIES = {
    "default": Policy(length=10, kinds=1, days=None),
    "mlps2": Policy(length=8, kinds=3, days=90),  # 等保二级: as GB/T 22239-2019 is usually assessed
}
STRICTEST = "mlps2"
KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z0-9]")
LONGEST = 200
COMMON = frozenset({"password", "1234567890", "qwertyuiop", "0123456789", "1111111111", "admin12345", "password1!"})
LEAST_CHARACTERS = 5


def current_policy() -> Policy:
    """The preset this instance asks for; a name that is none of ours means the strictest."""
    return POLICIES.get(current_app.config["QINGMES"].password_policy, POLICIES[STRICTEST])


def check_password(password: str, *, login: str, policy: Policy) -> None:
    """Raise `ValidationError` on the field `password` when it is too weak for the policy."""
    kinds = sum(bool(re.search(kind, password)) for kind in KINDS)
    if not policy.length <= len(password) <= LONGEST or kinds < policy.kinds:
        problem: Text = _(
            "At least %(length)s characters, with %(kinds)s of: small letters, capitals, digits, signs.",
            length=policy.length,
            kinds=policy.kinds,
        )
    elif _is_easy(password.lower(), login.lower()):
        problem = _("This password is too easy to guess.")
    else:
        return
    raise ValidationError(problem, fields={"password": [str(problem)]})


def _is_easy(password: str, login: str) -> bool:
    """A well-known one, the sign-in name in it, or few different characters. A short name may occur by chance."""
    return password in COMMON or len(set(password)) < LEAST_CHARACTERS or (len(login) > 2 and login in password)


def set_password(user: User, password: str) -> None:
    """Give a user a new password that fits this instance's policy. Flushes nothing."""
    check_password(password, login=user.login, policy=current_policy())
    user.password_hash = password_hash(password)
    user.password_changed_at = utcnow()


def is_expired(user: User) -> bool:
    """Whether the policy asks this user for a new password now."""
    policy = current_policy()
    if policy.days is None or user.password_changed_at is None:
        return False
    return (utcnow() - user.password_changed_at).days >= policy.days
