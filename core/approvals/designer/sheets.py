"""The designer's sheet: what a person typed about a step, a way or the flow's rules, as parts of the definition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.approvals.logic.definition import KINDS, NEEDS_PATH, NEEDS_TARGETS, VERBS
from core.errors import ValidationError
from core.i18n import _

Form = Any
Json = dict[str, Any]
MOST_APPROVERS = 20
LONGEST = 200_000
DEFINITION = re.compile(r"^(?:(?:nodes|arms|otherwise)-\d+-|(?:nodes|otherwise)-)+")
BETWEEN = re.compile(r"[\s,，、;]+")
WHOLE = re.compile(r"-?[0-9]{1,9}")
LEVELS = frozenset({"unit_head", "manager", "managers"})
COPIES = ("copy_approved", "copy_rejected")


def line(form: Form, name: str, longest: int = 80) -> str:
    """One line of text without surplus blanks."""
    return " ".join(str(form.get(name, "")).replace("\x00", "").split())[:longest]


def number(form: Form, name: str) -> Any:
    """A whole number; None for nothing; what is no number stays text, to be refused with a sentence."""
    text = line(form, name, 40)
    return int(text) if WHOLE.fullmatch(text) else text or None


def ids(form: Form, name: str) -> list[int]:
    """The records chosen in a field, each once."""
    return list(dict.fromkeys(int(v) for v in form.getlist(name) if v.isdecimal() and len(v) < 19))


def read_people(form: Form, name: str) -> list[Json]:
    """The ways of naming people in the rows of this name; the one to be removed left out, a new one added."""
    count = min(form.get(f"{name}-rows", 0, type=int), MOST_APPROVERS)
    rows = [_read_approver(form, f"{name}-{n}") for n in range(count) if form.get("do") != f"remove-{name}-{n}"]
    return [*rows, {"kind": "unit_head"}] if form.get("do") == f"add-{name}" else rows


def _read_approver(form: Form, name: str) -> Json:
    kind = form.get(f"{name}-kind", "")
    row: Json = {"kind": kind}
    if kind in NEEDS_TARGETS or kind == "choice":
        row["targets"] = ids(form, f"{name}-targets") if not is_fresh(form, name) else []
    if kind in NEEDS_PATH:
        row["path"] = line(form, f"{name}-path", 120)
    if kind in LEVELS:
        row["level"] = number(form, f"{name}-level") or 0
    if kind == "managers":
        row["until_role"] = number(form, f"{name}-until")
    if kind == "choice":
        row |= {"least": number(form, f"{name}-least") or 1, "most": number(form, f"{name}-most") or 1}
    return {part: value for part, value in row.items() if value not in (None, [], "", 0)}


def is_fresh(form: Form, name: str) -> bool:
    """Whether the kind of this row was changed in this form: what it names people by is still to be chosen."""
    chosen = form.get(f"{name}-kind")
    return bool(chosen != form.get(f"{name}-was", chosen))


def changes_shape(form: Form, names: Iterable[str]) -> bool:
    """Whether the sheet has to be drawn anew: a row came, went or became of another kind, or something was told."""
    rows = (f"{name}-{n}" for name in names for n in range(MOST_APPROVERS))
    told = form.get("do") or form.get("had-errors")
    return bool(told) or any(is_fresh(form, row) for row in rows) or any(_has_turned(form))


def _has_turned(form: Form) -> Iterator[bool]:
    """Choices that other fields hang on."""
    for name in ("mode", "empty", "due-then"):
        yield form.get(name) != form.get(f"{name}-was", form.get(name))


def is_unfinished(form: Form, names: Iterable[str]) -> bool:
    """Whether what is missing is only what a kind or rule just chosen still has to be told."""
    rows = (f"{name}-{n}" for name in names for n in range(MOST_APPROVERS))
    return any(is_fresh(form, row) for row in rows) or any(_has_turned(form))


def read_step(form: Form) -> Json:
    """The properties of a step, what is as usual left out."""
    values: Json = {
        "name": line(form, "name"),
        "approvers": read_people(form, "approvers"),
        "mode": form.get("mode", "any"),
        "empty": form.get("empty", "admin"),
        "self_rule": form.get("self_rule", "manager"),
        "allow": [verb for verb in VERBS if verb in form.getlist("allow")],
        "edit": form.getlist("edit"),
        "hide": form.getlist("hide"),
        **{name: name in form for name in ("comment", "signature", "password")},
    }
    if values["mode"] == "ratio":
        values["threshold"] = number(form, "threshold") or 50
    if values["empty"] == "user":
        values["empty_user"] = next(iter(ids(form, "empty_user")), None)
    due = _read_due(form)
    return {**values, "due": due} if due else values


def _read_due(form: Form) -> Json | None:
    hours = number(form, "due-hours")
    if hours is None:
        return None
    remind = [
        int(part) if part.isdecimal() else part for part in re.split(r"[\s,，、;]+", line(form, "due-remind")) if part
    ]
    due: Json = {"hours": hours, "remind": remind, "then": form.get("due-then", "none")}
    if due["then"] == "transfer":
        due["user"] = next(iter(ids(form, "due-user")), None)
    return due


def read_copy(form: Form) -> Json:
    """Who is informed."""
    return {"name": line(form, "name"), "approvers": read_people(form, "approvers")}


def read_verdict(form: Form) -> Json:
    """How the flow decides itself."""
    return {"name": line(form, "name"), "approved": form.get("approved") != "false"}


def read_rules(form: Form) -> Json:
    """The rules of the whole flow."""
    values: Json = {
        **{name: form.get(name, "") for name in ("dedupe", "withdraw", "on_reject", "resume")},
        "attachments": "attachments" in form,
        **{name: read_people(form, name) for name in COPIES},
    }
    tolerance, cap = number(form, "tolerance"), line(form, "auto_agree", 40).replace(",", "")
    return {**values, "tolerance": tolerance, "auto_agree": cap or None}


READERS = {"approve": read_step, "copy": read_copy, "verdict": read_verdict}


def flat_errors(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences by the name of the input they belong to: `approvers-0-targets`, `due-hours`."""
    return dict(_flat(errors, ""))


def _flat(errors: Any, name: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(errors, Mapping):
        for part, inner in errors.items():
            yield from _flat(inner, f"{name}-{part}" if name else str(part))
    elif errors:
        yield name, [str(sentence) for sentence in (errors if isinstance(errors, list) else [errors])]


def drawn_kinds(offered: Mapping[str, bool]) -> dict[str, Any]:
    """The ways of naming people to offer; those that `offered` says make no sense here are left out."""
    return {kind: title for kind, title in KINDS.items() if offered.get(kind, True)}


def read_json(text: str) -> Json:
    """A definition a form brought along, to go back to; `ValidationError` for what is none."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("nodes"), list):
        raise ValidationError(_("There is nothing to go back to."))
    return found


def errors_at(fields: Mapping[str, Any], sentence: str) -> dict[str, list[str]]:
    """Sentences by input of the sheet; what is about no single input stands under the empty name."""
    found = {DEFINITION.sub("", name): said for name, said in flat_errors(fields).items()}
    return found or {"": [sentence]}
