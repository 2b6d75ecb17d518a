"""What a transition asks for becomes inputs of the fitting kind."""

from __future__ import annotations

from flask import Flask
from marshmallow import fields, validate

from core.errors import ValidationError
from core.views.params import param_inputs
from core.workflow.declare import Transition

ASKING = Transition(
    name="reject",
    title="Reject",
    from_=("draft",),
    to="draft",
    permission="x.y.reject",
    params={
        "reason": fields.String(required=True, validate=validate.Length(max=200), metadata={"title": "Reason"}),
        "short": fields.String(validate=validate.Length(max=20)),
        "quantity": fields.Decimal(),
        "due_on": fields.Date(),
        "at": fields.DateTime(),
        "scrap": fields.Boolean(),
        "why": fields.String(validate=validate.OneOf(["a", "b"], labels=["Angle", "Burr"])),
    },
)


def test_each_input_is_of_the_kind_its_field_asks_for() -> None:
    kinds = {one.name: one.kind for one in param_inputs(ASKING, {}, None)}
    assert kinds == {
        "reason": "long",
        "short": "text",
        "quantity": "number",
        "due_on": "date",
        "at": "datetime-local",
        "scrap": "boolean",
        "why": "choice",
    }


def test_choices_are_shown_by_their_labels() -> None:
    assert param_inputs(ASKING, {}, None)[-1].choices == {"a": "Angle", "b": "Burr"}


def test_what_was_typed_and_what_is_wrong_with_it_stand_beside_each_other(app: Flask) -> None:
    error = ValidationError("no", fields={"quantity": ["Not a number."], "due_on": {"0": ["x"]}})
    inputs = {one.name: one for one in param_inputs(ASKING, {"quantity": "many"}, error)}
    assert (inputs["quantity"].value, inputs["quantity"].errors) == ("many", ["Not a number."])
    assert inputs["due_on"].errors == []
    assert (inputs["reason"].title, inputs["reason"].required, inputs["short"].title) == ("Reason", True, "short")
