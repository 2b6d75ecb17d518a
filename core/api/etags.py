"""Versions of records as entity tags: `"7-3"` is record 7 as its third version."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from core.errors import StaleVersion, ValidationError
from core.i18n import _

TAG = re.compile(r'"([0-9]{1,18})-([0-9]{1,9})"')


def etag_of(record_id: int, version: int | None) -> str | None:
    """The tag of a record; None for models without a version."""
    return None if version is None else f'"{record_id}-{version}"'


def version_from(record_id: int, body: dict[str, Any]) -> int | None:
    """Take the version out of `If-Match` or the body; None when neither says one.

    Raises `ValidationError` for something that is no version or two that differ, `StaleVersion` for the
    tag of another record.
    """
    said = _from_body(body)
    header = request.headers.get("If-Match")
    if header is None:
        return said
    match = TAG.fullmatch(header.strip())
    if match is None:
        raise _wrong("If-Match", _('Send the ETag of the record as it was read, such as "7-3".'))
    if int(match[1]) != record_id:
        raise StaleVersion(_("This is the ETag of another record."))
    if said is not None and said != int(match[2]):
        raise _wrong("version", _("If-Match and the body name different versions."))
    return int(match[2])


def _from_body(body: dict[str, Any]) -> int | None:
    said = body.pop("version", None)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int) or not 0 < said < 2**31:
        raise _wrong("version", _("Not a whole number."))
    return said


def required_version(record_id: int, body: dict[str, Any]) -> int:
    """The same, for changes: they say what they saw."""
    version = version_from(record_id, body)
    if version is None:
        raise _wrong("version", _("Say which version you read: in If-Match, or as “version” in the body."))
    return version


def _wrong(name: str, sentence: Any) -> ValidationError:
    return ValidationError(_("Please correct the marked fields."), fields={name: [sentence]})
