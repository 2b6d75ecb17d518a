"""What a transition asks for before it runs, as inputs of its dialog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from core.db.spec import ModelSpec
from core.errors import QingmesError
from core.i18n import Text
from core.kernel.registry import current_registry
from core.workflow.declare import Transition
from core.workflow.schema import ExactDecimal

LONG = 100
KINDS: tuple[tuple[type[Any], str], ...] = (
    (fields.Boolean, "boolean"),
    (fields.DateTime, "datetime-local"),
    (fields.Date, "date"),
    (fields.Number, "number"),
    (ExactDecimal, "number"),
)


@dataclass(frozen=True)
class ParamInput:
    """One input. `kind` is boolean, choice, long, number, or a type of HTML inputs; `choices` by value."""

    name: str
    title: Text
    kind: str
    choices: Mapping[str, Text]
    required: bool
    value: str
    errors: list[str]


def param_inputs(transition: Transition, typed: Mapping[str, str], error: QingmesError | None) -> list[ParamInput]:
    """The inputs in order of declaration, with what was typed and what is wrong with it."""
    told = error.fields if error else {}
    return [_input(name, field, typed.get(name, ""), told.get(name)) for name, field in transition.params.items()]


def sent_params(spec: ModelSpec, name: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What was sent for a transition; an input left empty is none, except where text is asked for."""
    transition = current_registry().transition(spec.name, name)
    asked = {key: field for key, field in transition.params.items() if key in sent} if transition else {}
    return {key: sent[key] for key, field in asked.items() if sent[key] or isinstance(field, fields.String)}


def _input(name: str, field: Any, value: str, told: Any) -> ParamInput:
    errors = [str(sentence) for sentence in told] if isinstance(told, list) else []
    choices = _choices(field)
    return ParamInput(
        name=name,
        title=field.metadata.get("title", name),
        kind="choice" if choices else _kind(field),
        choices=choices,
        required=field.required,
        value=value,
        errors=errors,
    )


def _kind(field: Any) -> str:
    found = next((kind for cls, kind in KINDS if isinstance(field, cls)), "text")
    lengths = [v.max for v in field.validators if isinstance(v, validate.Length) and v.max]
    return "long" if found == "text" and lengths and max(lengths) > LONG else found


def _choices(field: Any) -> Mapping[str, Text]:
    offered = next((v for v in field.validators if isinstance(v, validate.OneOf)), None)
    if offered is None:
        return {}
    labels = list(offered.labels) or [str(choice) for choice in offered.choices]
    return {str(choice): label for choice, label in zip(offered.choices, labels, strict=True)}
