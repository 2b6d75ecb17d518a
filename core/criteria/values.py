"""Reading the values of a condition: typed by their field, or named (`{"me": true}`, `{"today": -7}`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow
from flask import current_app
from sqlalchemy import select

from core.actor import Actor
from core.db.session import db
from core.db.spec import FieldSpec
from core.errors import ValidationError
from core.i18n import _
from core.workflow.numbering import today
from core.workflow.schema import marshmallow_field

MAX_LIST = 200
MAX_TEXT = 1000
FAR = 10_000  # days from today


def read_value(field: FieldSpec, op: str, value: Any, path: str, actor: Actor) -> Any:
    """The value of a comparison: None for `empty`, a list for `in` and `between`, else one value.

    `older_than` gives the day (or the instant it begins) before which a value is older; `within_next` the first
    day and the one after the last; `under` the ids of the unit and of every unit below it.
    A named value that means nobody or nothing (`me` of the system) is None: it makes the comparison false.
    """
    if op == "empty":
        return None
    if op in ("older_than", "within_next"):
        return _span(field, op, value, path)
    if op == "under":
        return _units_below(_one(field, value, path, actor))
    if op not in ("in", "between"):
        return _one(field, value, path, actor)
    if not isinstance(value, list) or len(value) > MAX_LIST or (op == "between" and len(value) != 2):
        raise ValidationError(_("“%(op)s” needs a list of values.", op=op), fields={path: [op]})
    return [_one(field, v, path, actor) for v in value]


def _span(field: FieldSpec, op: str, days: Any, path: str) -> Any:
    """Whole days at the factory: today counts as within the next 0 days, yesterday as older than 0 days."""
    if not _is_near(days) or days < 0:
        problem = _("Give a number of days from 0 to %(most)s.", most=FAR)
        raise ValidationError(problem, fields={path: [problem]})
    if op == "older_than":
        return _day(field, -days)
    return [_day(field, 0), _day(field, days + 1)]


def _units_below(unit_id: int | None) -> frozenset[int] | None:
    """The unit and all below it, by the tree: which units these are does not depend on who asks."""
    if unit_id is None:
        return None
    from core.people.models import OrgUnit

    low, top = OrgUnit.__table__.alias(), OrgUnit.__table__.alias()
    query = select(low.c.id).join(top, low.c.path.startswith(top.c.path)).where(top.c.id == unit_id)
    return frozenset(db.session.execute(query).scalars())


def _one(field: FieldSpec, value: Any, path: str, actor: Actor) -> Any:
    if isinstance(value, dict):
        return _named(field, value, path, actor)
    if value is None:
        raise ValidationError(_("Ask with “empty” whether there is a value."), fields={path: ["null"]})
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise _no_value(field, path, value[:40])
    if field.kind == "multichoice":
        return _code(field, value, path)
    if field.kind == "datetime" and isinstance(value, str) and len(value) == len("2026-01-31"):
        return _start_of(_typed(replace(field, kind="date"), value, path))
    return _typed(field, value, path)


def _typed(field: FieldSpec, value: Any, path: str) -> Any:
    """Limits on what may be stored (length, minimum) do not limit what may be asked."""
    info = replace(field.info, minimum=None, maximum=None, mask="")
    asked = replace(field, required=False, nullable=False, length=None, info=info)
    try:
        return marshmallow_field(asked).deserialize(value)
    except marshmallow.ValidationError as error:
        raise ValidationError(
            _("“%(value)s” is no value of “%(field)s”.", value=str(value)[:40], field=field.label),
            fields={path: error.messages},
        ) from None


def _code(field: FieldSpec, value: Any, path: str) -> str:
    """One of several choices, as it stands among them: `,a,` in `,a,b,`."""
    if not isinstance(value, str) or value not in field.info.choices:
        raise _no_value(field, path, str(value)[:40])
    return f",{value},"


def _named(field: FieldSpec, value: dict[str, Any], path: str, actor: Actor) -> Any:
    name, argument = next(iter(value.items()), ("", None))
    if len(value) == 1 and field.kind in ("link", "integer"):
        if name == "me":
            return actor.user_id
        if name == "my_unit":
            return actor.unit_id
    if len(value) == 1 and name == "today" and field.kind in ("date", "datetime") and _is_near(argument):
        return _day(field, argument or 0)
    raise _no_value(field, path, str(value)[:40])


def _is_near(days: Any) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and abs(days) <= FAR


def _day(field: FieldSpec, days: int) -> date:
    """A day counted from today; for an instant's field the moment it begins."""
    day = today() + timedelta(days=days)
    return day if field.kind == "date" else _start_of(day)


def _start_of(day: date) -> datetime:
    """A day on an instant's field means the moment it begins at the factory."""
    return datetime.combine(day, time.min, ZoneInfo(current_app.config["QINGMES"].timezone))


def _no_value(field: FieldSpec, path: str, value: str) -> ValidationError:
    return ValidationError(
        _("“%(value)s” is no value of “%(field)s”.", value=value, field=field.label), fields={path: ["invalid"]}
    )
