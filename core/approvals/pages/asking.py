"""What the verbs besides deciding ask for, and reading what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow

from core.errors import NotFound, ValidationError
from core.i18n import Text, _, gettext
from core.web.addresses import LARGEST_ID
from core.workflow.text import clean_line, clean_text

LONGEST_COMMENT = 2000
MOST_PEOPLE = 10


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The small form of a verb: whom it asks for (`to` one, `people` several), whether it wants a reason.

    `ways` are verbs it is one of (add before, after, beside). `needs_task`: it is about the reader's own task;
    `step`: it asks after which step.
    """

    title: Text
    people: str = ""
    needs_reason: bool = False
    ways: Mapping[str, Text] | None = None
    needs_task: bool = False
    picks_task: bool = False
    step: bool = False
    colour: str = "primary"
    hint: Text = ""


ASKS: Mapping[str, Ask] = {
    "transfer": Ask(
        title=_("Transfer"), people="to", needs_task=True, hint=_("The person you name decides instead of you.")
    ),
    "add": Ask(
        title=_("Add approver"),
        people="people",
        needs_task=True,
        ways={
            "before": _("before me: then it comes back to me"),
            "beside": _("beside me: they decide with me"),
            "after": _("after this step"),
        },
    ),
    "comment": Ask(title=_("Comment"), needs_reason=True, hint=_("Say something without deciding.")),
    "withdraw": Ask(
        title=_("Withdraw the request"), colour="danger", hint=_("The request ends; you can submit again later.")
    ),
    "assign": Ask(
        title=_("Reassign"), people="to", needs_reason=True, picks_task=True, hint=_("For administrators of approvals.")
    ),
    "insert_step": Ask(
        title=_("Insert a step"),
        people="people",
        needs_reason=True,
        step=True,
        hint=_("Everybody you name has to agree, in this round and all later ones."),
    ),
    "terminate": Ask(
        title=_("Terminate"), needs_reason=True, colour="danger", hint=_("The request ends for good, undecided.")
    ),
}
VERBS = frozenset({*ASKS, "add_before", "add_after", "add_beside", "remove", "urge"}) - {"add"}


def phrases() -> list[str]:
    """What people say most often, for a tap instead of typing."""
    return [
        gettext("Agreed."),
        gettext("Please add the missing details."),
        gettext("Please explain the reason."),
        gettext("The amount is not right."),
    ]


def read_values(verb: str, form: Any) -> tuple[str, dict[str, Any]]:
    """The verb and its values as `administration.act` takes them; what was left empty is not there."""
    if verb == "add":
        verb = f"add_{form.get('way', '')}"
    if verb not in VERBS:
        raise NotFound(_("There is no such action."))
    values: dict[str, Any] = {
        "task": _number(form.get("task", "")),
        "to": _number(form.get("to", "")),
        "people": [n for n in map(_number, form.getlist("people")) if n is not None][: MOST_PEOPLE + 1],
        "comment": clean_comment(form.get("comment", "")),
        "after": form.get("after", "").replace("\x00", ""),
        "name": _line(form.get("name", ""))[:120],
    }
    return verb, {name: value for name, value in values.items() if value}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID else None


def _line(text: str) -> str:
    try:
        return clean_line(text)
    except marshmallow.ValidationError as error:
        raise _refused("name", error) from None


def clean_comment(text: str) -> str:
    """What somebody says; `ValidationError` when it is too long or has characters that cannot be kept."""
    try:
        cleaned = clean_text(text)
    except marshmallow.ValidationError as error:
        raise _refused("comment", error) from None
    if len(cleaned) > LONGEST_COMMENT:
        problem = _("At most %(most)s characters.", most=LONGEST_COMMENT)
        raise ValidationError(problem, fields={"comment": [problem]})
    return cleaned


def _refused(name: str, error: marshmallow.ValidationError) -> ValidationError:
    sentence = str(error.messages[0]) if isinstance(error.messages, list) else str(error)
    return ValidationError(sentence, fields={name: [sentence]})
