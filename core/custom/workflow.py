"""The life of a custom field: a draft is tried out, a field in use is for ever, a retired one keeps its values."""

from core.custom.definitions import check_usable
from core.i18n import _
from core.workflow.declare import State, Transition, Workflow

CUSTOM_FIELD = Workflow(
    model="core.custom_field",
    states={
        "draft": State(title=_("Draft")),
        "live": State(title=_("In use"), colour="green"),
        "retired": State(title=_("Retired"), colour="red"),
    },
    initial="draft",
    editable_in=("draft", "live"),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="publish",
            title=_("Put in use"),
            from_=("draft", "retired"),
            to="live",
            permission="core.custom_field.publish",
            effect=check_usable,
            colour="green",
            icon="check",
        ),
        Transition(
            name="retire",
            title=_("Retire"),
            from_=("live",),
            to="retired",
            permission="core.custom_field.publish",
            confirm=_(
                "The field vanishes from forms, lists and the API. Its values stay and are shown where there are any."
            ),
            colour="red",
        ),
    ),
)
