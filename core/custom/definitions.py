"""Keeping the definitions of custom fields sound: what core does when one is saved, put in use, retired."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import marshmallow
from sqlalchemy import func, select

from core.actor import SYSTEM
from core.criteria.tree import check as check_tree
from core.custom import fields, indexes, keys, lists
from core.custom.loading import LIVE, RETIRED, forget_fields
from core.custom.models import CustomField
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict, ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry

MOST = 80
MOST_PLACES = 9
CODE = re.compile(r"[A-Za-z0-9_.\-]{1,40}")
FIXED = ("kind", "places", "target")
CONDITIONS = ("required_when", "visible_when", "read_only_when")
OWN_COLUMNS = [c.key for c in CustomField.__mapper__.column_attrs]


def fill_key(record: CustomField) -> None:
    """Make a key for a new definition that was given none."""
    if not record.key:
        taken = db.session.scalars(select(CustomField.key).where(CustomField.model == record.model))
        record.key = keys.make_key((record.label_en, record.label), set(taken))


def check(record: CustomField, changes: Mapping[str, Any]) -> None:
    """Refuse what would not work; `ValidationError` says at which field. `record` is as before the changes."""
    now = _as_changed(record, changes)
    if record.id is None:
        _check_new(now)
    elif record.state != "draft":
        _check_fixed(record, now)
    if "choices" in changes or record.id is None:
        _check_choices(record, now)
    _check_kind(now)
    _check_default(now)
    _check_conditions(now)


def _as_changed(record: CustomField, changes: Mapping[str, Any]) -> SimpleNamespace:
    """The definition as it would be: the values of its columns."""
    values = {name: getattr(record, name) for name in OWN_COLUMNS}
    values = {**values, **{name: value for name, value in changes.items() if name in values}}
    rows = changes["choices"] if "choices" in changes else [vars(choice) for choice in record.choices]
    usual = {"kind": values["kind"] or "text", "write": values["write"] or "always"}
    return SimpleNamespace(**{**values, **usual, "choices": [_choice(row) for row in rows]})


def _choice(row: Mapping[str, Any]) -> SimpleNamespace:
    values = {name: row.get(name) for name in ("id", "code", "label", "label_en")}
    return SimpleNamespace(**values, retired=bool(row.get("retired")))


def _check_new(now: SimpleNamespace) -> None:
    if now.model not in lists.models():
        raise refused("model", _("These records cannot have custom fields; choose another kind of record."))
    if now.key and not keys.is_key(now.key):
        raise refused("key", _("Write x_ and then small letters, digits and _, such as x_heat_no."))
    same = select(CustomField.id).where(CustomField.model == now.model, CustomField.key == now.key)
    if now.key and db.session.scalar(same) is not None:
        raise refused("key", _("There is such a field already, perhaps a retired one; choose another name."))
    query = select(func.count(CustomField.id)).where(CustomField.model == now.model, CustomField.state != RETIRED)
    if (db.session.scalar(query) or 0) >= MOST:
        raise refused("model", _("One kind of record has %(most)s custom fields at most; retire one first.", most=MOST))


def _check_fixed(record: CustomField, now: SimpleNamespace) -> None:
    for name in FIXED:
        if getattr(record, name) != getattr(now, name):
            problem = _("This is fixed since the field is in use; retire it and make another one.")
            raise refused(name, problem)


def _check_kind(now: SimpleNamespace) -> None:
    if now.kind == "link" and not now.target:
        raise refused("target", _("Say which records the link leads to."))
    if now.kind == "decimal" and (now.places or 0) > MOST_PLACES:
        raise refused("places", _("At most %(most)s decimals.", most=MOST_PLACES))
    if now.kind == "attachment" and current_registry().model(now.model).meta.parent is not None:
        raise refused("kind", _("Files are kept with the document; give the field to the document itself."))
    if now.minimum is not None and now.maximum is not None and now.minimum > now.maximum:
        raise refused("maximum", _("The largest value is below the smallest one."))


def _check_choices(record: CustomField, now: SimpleNamespace) -> None:
    """Codes are plain and told apart; those of a field in use stay, so that no record holds one nobody knows."""
    codes = [choice.code for choice in now.choices]
    if now.kind in lists.PICKED and not codes:
        raise refused("choices", _("Add what there is to choose from."))
    if bad := next((code for code in codes if not CODE.fullmatch(code)), None):
        raise refused("choices", _("“%(code)s” is no code: use letters, digits, - and _ only.", code=bad))
    if len(set(codes)) != len(codes):
        raise refused("choices", _("Two choices have the same code."))
    if record.state in (LIVE, RETIRED):
        kept = {choice.id: choice.code for choice in now.choices}
        if any(kept.get(choice.id) != choice.code for choice in record.choices):
            raise refused("choices", _("Records may hold this choice: retire it instead of removing or renaming it."))


def _check_default(now: SimpleNamespace) -> None:
    spec = fields.spec_from(SimpleNamespace(**{**vars(now), "default": None}), now.choices)
    try:
        fields.read_default(spec, now.default)
    except marshmallow.ValidationError as error:
        raise refused("default", " ".join(map(str, error.messages))) from None


def _check_conditions(now: SimpleNamespace) -> None:
    spec: ModelSpec = current_registry().model(now.model)
    for name in CONDITIONS:
        tree = getattr(now, name)
        if tree is not None:
            try:
                check_tree(spec, tree, SYSTEM)
            except ValidationError as error:
                raise refused(name, error.message) from None


def refused(name: str, problem: Text) -> ValidationError:
    """A refusal at one field of the definition."""
    return ValidationError(_("Please correct the marked fields."), fields={name: [problem]})


def take_effect() -> None:
    """Make a flushed change of the definitions count in this transaction too, and the indexes follow it."""
    forget_fields()
    indexes.ensure()


def check_usable(record: CustomField) -> None:
    """Refuse to put a definition in use that offers nothing to choose."""
    if record.is_picked and not record.choices:
        raise Conflict(_("Add what there is to choose from first."))
