"""The inputs of transitions: what was sent, checked against what each declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow

from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.schema import InputSchema


def transition_params(spec: ModelSpec, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a transition from what was sent; `ValidationError` names those missing or wrong."""
    transition = current_registry().transition(spec.name, name)
    if transition is None or not transition.params:
        return {}
    sent = {key: given[key] for key in transition.params if key in given}
    return load_params(transition.params, sent)


def load_params(params: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Check inputs against their marshmallow fields; unknown ones are refused."""
    try:
        loaded: dict[str, Any] = InputSchema.from_dict(dict(params))().load(sent)
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields=error.normalized_messages()) from None
    return loaded
