"""Marshmallow schemas made from the models: what may be written, in which shape, with which errors.

Numbers with decimals travel as text so that no float is in between; unknown fields are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from core.actor import Actor
from core.custom import masks
from core.custom.loading import Stamp, fields_stamp
from core.custom.storage import Exact, join, split
from core.db.fields import ColumnInfo
from core.db.spec import FieldSpec, ModelSpec
from core.db.types import Money, Price, Quantity, Scaled
from core.i18n import Text, _, gettext
from core.kernel.registry import current_registry
from core.workflow.text import clean_line, clean_text

Bound = int | Decimal | None
SCALED: dict[str, Scaled] = {"quantity": Quantity(), "price": Price(), "money": Money()}
LONGEST_NUMBER = 60
# Commas only where they part thousands: 1,5 may mean one and a half, so it is refused.
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+")
LARGEST_INTEGER = 2**31 - 1
WHOLE = re.compile(r"-?[0-9]{1,12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def choice_input(choices: Mapping[str, Text], title: Text) -> fields.String:
    """A required input of a transition: one of these codes, offered to people by their titles."""
    labels: list[Any] = list(choices.values())
    return fields.String(
        required=True, validate=validate.OneOf(list(choices), labels=labels), metadata={"title": title}
    )


class ExactDecimal(fields.Field[Decimal]):
    """A decimal given as text or integer, with at most `places` decimals; floats and NaN are refused."""

    def __init__(self, scaled: Scaled, minimum: Bound = None, maximum: Bound = None, **options: Any) -> None:
        said = {"type": "string", "format": "decimal", "pattern": _pattern(scaled, minimum)}
        options["metadata"] = {**said, **options.get("metadata", {})}
        super().__init__(**options)
        self.scaled = scaled
        self.minimum = minimum
        self.maximum = maximum

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, "f")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        number = _decimal(value)
        if number.copy_abs() > self.scaled.largest:
            raise ValidationError(gettext("This number is too large."))
        if number != round(number, self.scaled.places):
            raise ValidationError(gettext("At most %(places)s decimals.", places=self.scaled.places))
        if self.minimum is not None and number < self.minimum:
            raise ValidationError(gettext("Must be at least %(minimum)s.", minimum=self.minimum))
        if self.maximum is not None and number > self.maximum:
            raise ValidationError(gettext("Must be at most %(maximum)s.", maximum=self.maximum))
        return number


def _pattern(scaled: Scaled, minimum: Bound) -> str:
    """How to write such a number, for the API's description; more is accepted than it says."""
    sign = "-?" if minimum is None or minimum < 0 else ""
    digits = len(str(int(scaled.largest))) - 1
    decimals = rf"(\.[0-9]{{1,{scaled.places}}})?" if scaled.places else ""
    return rf"^{sign}[0-9]{{1,{digits}}}{decimals}$"


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValidationError(gettext("Write the number as text, such as “12.5”."))
    if not isinstance(value, str):
        return _finite(Decimal(value))
    text = unicodedata.normalize("NFKC", value[:LONGEST_NUMBER]).strip()
    if len(value) >= LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise ValidationError(gettext("Not a number."))
    return Decimal(text.replace(",", ""))


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValidationError(gettext("Not a number."))
    return number


# What the library says, and what we say instead.
OUR_WORDS = {
    "Missing data for required field.": _("This is needed."),
    "Field may not be null.": _("This is needed."),
    "Unknown field.": _("There is no such field, or it cannot be set."),
    "Invalid input type.": _("This must be an object."),
    "Invalid type.": _("This must be an object."),
    "Not a valid string.": _("This must be text."),
    "Not a valid boolean.": _("Answer true or false."),
    "Not a valid list.": _("This must be a list."),
    "Not a valid date.": _("Not a date: write 2026-01-31."),
    "Not a valid datetime.": _("Not a time: write 2026-01-31T08:00:00+08:00."),
    "Not a valid aware datetime.": _("Not a time: write 2026-01-31T08:00:00+08:00."),
}


class LineText(fields.String):
    """One line of text: trimmed, control characters refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return clean_line(super()._deserialize(value, attr, data, **kwargs))


class LongText(fields.String):
    """Several lines of text; line ends become `\\n`, other control characters are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return clean_text(super()._deserialize(value, attr, data, **kwargs))


class StrictInteger(fields.Integer):
    """A whole number that fits the database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and WHOLE.fullmatch(value.strip()):  # a form's field
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(gettext("Not a whole number."))
        if abs(value) > LARGEST_INTEGER:
            raise ValidationError(gettext("This number is too large."))
        return value


class Day(fields.Date):
    """A day written 2026-01-31: the library would also read 20260131 and weeks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, str) and not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        day: date = super()._deserialize(value, attr, data, **kwargs)
        return day


class Instant(fields.AwareDateTime):
    """A moment with its time zone, kept in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # the first and last day of the calendar, in another time zone
            raise ValidationError(gettext("This date is out of range.")) from None


class InputSchema(Schema):
    """A schema that refuses what it does not know and speaks the reader's language."""

    class Meta:
        """Unknown fields are errors."""

        unknown = RAISE

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Put the library's own messages into our words."""
        error.messages = _in_our_words(error.messages)


def _in_our_words(messages: Any) -> Any:
    if isinstance(messages, dict):
        return {key: _in_our_words(value) for key, value in messages.items()}
    if isinstance(messages, list):
        return [_in_our_words(value) for value in messages]
    return str(OUR_WORDS[messages]) if messages in OUR_WORDS else messages


class MaxLength(validate.Length):
    """At most so many characters or lines."""

    def _format_error(self, value: Any, message: str) -> str:
        if isinstance(value, str):
            return gettext("At most %(number)s characters.", number=self.max)
        return gettext("At most %(number)s lines.", number=self.max)


class AtLeast(validate.Range):
    """A number not below a minimum."""

    def _format_error(self, value: Any, message: str) -> str:
        return gettext("Must be at least %(minimum)s.", minimum=self.min)


class AtMost(validate.Range):
    """A number not above a maximum."""

    def _format_error(self, value: Any, message: str) -> str:
        return gettext("Must be at most %(maximum)s.", maximum=self.max)


class Masked(validate.Validator):
    """A text written as its mask says; see `core.custom.masks`."""

    def __init__(self, mask: str) -> None:
        self.mask = mask

    def __call__(self, value: str) -> str:
        """The text itself, when it fits."""
        if value and not masks.fits(self.mask, value):
            raise ValidationError(
                gettext("Write it like %(mask)s: A is a letter, 9 a digit, X either.", mask=self.mask)
            )
        return value


class Known(validate.OneOf):
    """One of the codes of a choice."""

    def _format_error(self, value: Any) -> str:
        return gettext("Choose one of: %(codes)s", codes=", ".join(map(str, self.choices)))


class Codes(fields.Field[Any]):
    """Several codes of a choice: a list, or a text with commas; kept as one text (`core.custom.storage.join`)."""

    def __init__(self, known: list[str], **options: Any) -> None:
        said = {"type": "array", "items": {"type": "string", "enum": known}}
        options["metadata"] = {**said, **options.get("metadata", {})}
        super().__init__(**options)
        self.known = Known(known)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:
        return split(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        codes = split(value) if isinstance(value, str) else value
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise ValidationError(gettext("This must be a list."))
        return join(self.known(code) for code in codes)


def marshmallow_field(spec: FieldSpec, *, required: bool = False) -> fields.Field[Any]:
    """The marshmallow field for one field of a model."""
    options: dict[str, Any] = {
        "required": required and spec.required,
        "allow_none": spec.nullable and not spec.required,
        "metadata": {"title": spec.label},
    }
    scaled = SCALED.get(spec.kind) or (Exact(spec.places) if spec.places is not None else None)
    if scaled is not None:
        return ExactDecimal(scaled, spec.info.minimum, spec.info.maximum, **options)
    if spec.kind == "multichoice":
        return Codes(list(spec.info.choices), **options)
    if spec.kind == "choice":
        return fields.String(validate=Known(spec.info.choices), **options)
    return _plain_field(spec, options)


def _plain_field(spec: FieldSpec, options: dict[str, Any]) -> fields.Field[Any]:
    if spec.kind in ("text", "longtext"):
        rules: list[Any] = [MaxLength(max=spec.length)] if spec.length else []
        if spec.required:
            rules.append(validate.Length(min=1, error="Missing data for required field."))
        if spec.info.mask:
            rules.append(Masked(spec.info.mask))
        return (LongText if spec.kind == "longtext" else LineText)(validate=rules, **options)
    makers: dict[str, Any] = {
        "integer": StrictInteger,
        "link": StrictInteger,
        "attachment": StrictInteger,
        "boolean": fields.Boolean,
        "date": Day,
        "datetime": Instant,
        "decimal": fields.Decimal,
    }
    if spec.kind == "integer":
        options["validate"] = _bounds(spec.info)
    return makers.get(spec.kind, fields.Raw)(**options)  # type: ignore[no-any-return]


def _bounds(info: ColumnInfo) -> list[Any]:
    least = [] if info.minimum is None else [AtLeast(min=info.minimum)]
    return least if info.maximum is None else [*least, AtMost(max=info.maximum)]


def writable_fields(spec: ModelSpec, actor: Actor, *, creating: bool) -> dict[str, FieldSpec]:
    """The fields this actor may give, at creation or later; lines' own parent column is left out."""
    return {
        f.name: f
        for f in spec.visible_fields(actor)
        if f.writable(creating=creating)
        and not f.is_internal
        and (spec.meta.parent is None or f.relation != spec.meta.parent)
    }


def write_schema(spec: ModelSpec, actor: Actor, *, creating: bool) -> Schema:
    """The schema of what may be written. Without `creating` every field is optional (a partial update).

    Lines are lists of objects under the relationship's name; a line with `id` is changed, one without is
    added, one not mentioned is removed.
    """
    return _schema_class(spec.name, actor.field_groups, actor.unrestricted, creating, fields_stamp())()


@lru_cache(maxsize=512)
def _schema_class(name: str, groups: frozenset[str], unrestricted: bool, creating: bool, stamp: Stamp) -> type[Schema]:
    """Made once for each model, set of field groups and `stamp` of the custom fields."""
    registry = current_registry()
    spec = registry.models[name]
    viewer = Actor(user_id=None, name="", channel="system", unrestricted=unrestricted, grants=(_groups_only(groups),))
    members: dict[str, Any] = {
        f.name: marshmallow_field(f, required=creating)
        for f in writable_fields(spec, viewer, creating=creating).values()
    }
    for lines in spec.lines.values():
        members[lines.name] = fields.List(fields.Nested(_line_schema(lines.model, viewer)), validate=_not_too_many())
    title = f"{spec.model.__name__}{'Create' if creating else 'Update'}{'-'.join(sorted(groups))}"
    return _refusing_unknown(title, members)


def _groups_only(groups: frozenset[str]) -> Any:
    from core.actor import Grant

    return Grant(role="", permissions=frozenset(), scope="own", field_groups=groups)


def _line_schema(model: str, viewer: Actor) -> type[Schema]:
    spec = current_registry().models[model]
    members: dict[str, Any] = {
        f.name: marshmallow_field(f, required=True) for f in writable_fields(spec, viewer, creating=True).values()
    }
    members["id"] = StrictInteger()
    return _refusing_unknown(f"{spec.model.__name__}Line", members)


def _refusing_unknown(name: str, members: dict[str, Any]) -> type[Schema]:
    return InputSchema.from_dict(members, name=name)


def _not_too_many() -> validate.Length:
    return MaxLength(max=1000)
