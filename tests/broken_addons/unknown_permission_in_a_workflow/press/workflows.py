"""States."""

from core.workflow.declare import State, Transition, Workflow

WORKFLOWS = (
    Workflow(
        model="press.thing",
        states={"draft": State(title="Draft"), "done": State(title="Done")},
        initial="draft",
        editable_in=("draft",),
        transitions=(
            Transition(name="finish", title="Finish", from_=("draft",), to="done", permission="press.thing.finish"),
        ),
    ),
)
