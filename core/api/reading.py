"""Reading what a program sends: JSON bodies and query parameters, within limits, nothing ignored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask import request

from core.errors import QingmesError, ValidationError
from core.i18n import Text, _

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 32
MAX_PAGE = 1_000_000


class BadJson(QingmesError):
    """A body or parameter that is not JSON."""

    status = 400
    code = "bad_json"
    title = _("Not JSON")


class UnsupportedContent(QingmesError):
    """A body of another type than JSON."""

    status = 415
    code = "unsupported_content"
    title = _("Unsupported content type")


def json_body() -> dict[str, Any]:
    """The object in the request's body; an empty body is an empty object."""
    request.max_content_length = MAX_BYTES
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedContent(_("Send the body as application/json."))
    body = parse_json(raw)
    if not isinstance(body, dict):
        raise ValidationError(_("The body must be a JSON object."))
    return body


def parse_json(raw: str | bytes) -> Any:
    """JSON within the limits: at most 32 levels, no key twice, no NaN, no character that cannot be kept."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_key_twice)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise BadJson(_("This is not valid JSON.")) from None
    _check(value)
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _check(value: Any) -> None:
    todo = [(value, 1)]
    while todo:
        current, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(current, str):
            check_text(current)
        todo.extend((part, depth + 1) for part in _parts(current))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def check_text(text: str) -> None:
    """Refuse what no database keeps: NUL, and halves of surrogate pairs."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValidationError(_("This text has a character that cannot be kept; remove it."))


def _too_deep() -> ValidationError:
    return ValidationError(_("JSON may be nested %(depth)s levels deep at most.", depth=MAX_DEPTH))


def arguments(*allowed: str) -> dict[str, str]:
    """The query parameters; unknown ones and repeated ones are refused."""
    found = {}
    for name, values in request.args.lists():
        if name not in allowed:
            raise _wrong(name, _("There is no such parameter. Known are: %(names)s", names=", ".join(allowed)))
        if len(values) > 1:
            raise _wrong(name, _("Give this parameter once."))
        check_text(values[0])
        found[name] = values[0]
    return found


def whole_number(given: dict[str, str], name: str, default: int, largest: int) -> int:
    """A parameter that is a whole number from 1 to `largest`."""
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= largest):
        raise _wrong(name, _("Give a whole number from 1 to %(largest)s.", largest=largest))
    return int(text)


def names(given: dict[str, str], name: str, known: Iterable[str]) -> tuple[str, ...] | None:
    """A parameter that lists names; None when it is not given."""
    if name not in given:
        return None
    wanted = tuple(part.strip() for part in given[name].split(",") if part.strip())
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise _wrong(name, _("There is no field “%(path)s”.", path=unknown[0][:80]))
    return wanted


def _wrong(name: str, sentence: Text) -> ValidationError:
    return ValidationError(_("Please correct the marked fields."), fields={name[:80]: [sentence]})
