"""The few kinds of refusal the whole product knows.

Each carries a sentence for the user that says what to do, an HTTP status, a stable `code` for
programs, and, where a form is involved, messages by field path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.i18n import Text, _

FieldErrors = Mapping[str, Any]


class QingmesError(Exception):
    """Base of every refusal that is the user's to mend. The transaction is rolled back."""

    status = 400
    code = "refused"
    title: Text = _("Refused")

    def __init__(self, message: Text, *, fields: FieldErrors | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class ValidationError(QingmesError):
    """Input that cannot be accepted; `fields` maps field paths to lists of sentences."""

    status = 422
    code = "invalid"
    title = _("Please correct the marked fields")


class NotFound(QingmesError):
    """No such record, or not one this person may know of: the two are told apart to nobody."""

    status = 404
    code = "not_found"
    title = _("Not found")


class Forbidden(QingmesError):
    """The person lacks a permission; `details["permission"]` names it."""

    status = 403
    code = "forbidden"
    title = _("Not allowed")


class NotSignedIn(QingmesError):
    """Nobody is signed in, or the token or session has ended."""

    status = 401
    code = "not_signed_in"
    title = _("Please sign in")


class Conflict(QingmesError):
    """The record is not in the state the request assumed."""

    status = 409
    code = "conflict"
    title = _("Conflict")


class StaleVersion(Conflict):
    """Somebody else saved first. `details` holds `current` and `sent` versions."""

    code = "stale_version"


class Veto(Conflict):
    """Another addon objects. `details["addon"]` names it."""

    code = "vetoed"


class TooManyRequests(QingmesError):
    """Throttled; `details["retry_after"]` is in seconds."""

    status = 429
    code = "too_many_requests"
    title = _("Too many attempts")


class SetupError(RuntimeError):
    """The installation is wrong: stops the start with addon, file, field and remedy."""

    def __init__(self, *, addon: str, file: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"Addon '{addon}', {file}, {field}: {problem}\n  What to do: {remedy}")
        self.addon, self.file, self.field = addon, file, field
        self.problem, self.remedy = problem, remedy
