"""The kinds of items a package may hold: how each is written out, and put in place through its own services.

Taking over gives nobody more than he has: every item goes through the same permission checks, validation and
audit as if it had been typed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import or_, select

from core.actor import current_actor
from core.approvals import flows
from core.approvals.facts import kinds as fact_kinds
from core.approvals.models import ApprovalFlow, ApprovalVersion
from core.custom.models import CustomField
from core.db.session import db
from core.errors import ValidationError
from core.events.models import Robot
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.packages.references import Convert, in_criteria, on_model, to_id, to_ref
from core.people.models import Role
from core.people.roles import RoleInput, save_role
from core.reminders import rules as reminder_rules
from core.reminders.models import ReminderRule
from core.reminders.recipients import FIXED
from core.reminders.rules import Draft
from core.views.models import SavedView
from core.views.saved import SHARE
from core.workflow.fire import fire
from core.workflow.models import NumberRule
from core.workflow.records import create_record, update_record

Payload = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of item. `key` is what it is called everywhere; `load` makes or changes it and flushes.

    `permission` is what exporting it needs; taking over checks its own.
    """

    name: str
    title: Text
    permission: str
    records: Callable[[], Iterable[Any]]
    key: Callable[[Any], str]
    label: Callable[[Any], str]
    dump: Callable[[Any], Payload]
    load: Callable[[str, Payload, Any], None]


def _all(model: Any, *order: Any) -> Callable[[], Iterable[Any]]:
    return lambda: db.session.scalars(select(model).order_by(*order))


def _write(model: str, record: Any, values: Mapping[str, Any]) -> Any:
    spec = current_registry().model(model)
    if record is None:
        return create_record(spec, values)
    return update_record(spec, record.id, values, version=record.version)


def _plain(payload: Payload, *names: str) -> Payload:
    return {name: payload[name] for name in names if name in payload}


def _dump_role(role: Role) -> Payload:
    return {
        "name": role.name,
        "scope": role.scope,
        "active": role.active,
        "permissions": sorted(role.permissions),
        "field_groups": sorted(role.field_groups),
        "row_rules": {model: _criteria(model, tree, to_ref) for model, tree in (role.row_rules or {}).items()},
    }


def _load_role(key: str, payload: Payload, role: Role | None) -> None:
    values = {**_plain(payload, "name", "scope", "active"), **({"code": key} if role is None else {})}
    saved = _write("core.role", role, values)
    unknown = set(payload["permissions"]) - set(current_registry().permissions)
    if unknown:
        names = ", ".join(sorted(unknown)[:5])
        raise ValidationError(_("These rights belong to apps that are not installed here: %(names)s", names=names))
    save_role(
        saved.id,
        RoleInput(
            name=payload["name"],
            scope=payload["scope"],
            permissions=frozenset(payload["permissions"]),
            field_groups=frozenset(payload["field_groups"]),
            row_rules={model: _criteria(model, tree, to_id) for model, tree in payload.get("row_rules", {}).items()},
            version=saved.version,
        ),
    )


def _dump_number(rule: NumberRule) -> Payload:
    return {"pattern": rule.pattern, "mode": rule.mode}


def _load_number(key: str, payload: Payload, rule: NumberRule | None) -> None:
    _write("core.number_rule", rule, {**payload, **({"model": key} if rule is None else {})})


CONDITIONS = ("visible_when", "required_when", "read_only_when")
CHOICE_FIELDS = ("code", "label", "label_en", "retired")


def _field_names() -> list[str]:
    spec = current_registry().model("core.custom_field")
    return [f.name for f in spec.fields.values() if f.info.write != "never" and f.name not in ("model", "key")]


def _dump_field(record: CustomField) -> Payload:
    payload: Payload = {name: getattr(record, name) for name in _field_names() if name not in CONDITIONS}
    payload |= {name: _criteria(record.model, getattr(record, name), to_ref) for name in CONDITIONS}
    payload["choices"] = [{name: getattr(c, name) for name in CHOICE_FIELDS} for c in record.choices]
    payload["state"] = record.state
    return {name: str(v) if hasattr(v, "as_tuple") else v for name, v in payload.items()}


def _load_field(key: str, payload: Payload, record: CustomField | None) -> None:
    model, _sep, name = key.partition("/")
    values = {n: v for n, v in payload.items() if n != "state"}
    values |= {n: _criteria(model, payload.get(n), to_id) for n in CONDITIONS}
    values["choices"] = [_with_id(choice, record) for choice in payload.get("choices", ())]
    if record is None:
        values |= {"model": model, "key": name}
    saved = _write("core.custom_field", record, values)
    wanted = payload.get("state")
    if wanted == "live" and saved.state != "live":
        fire(saved, "publish")
    elif wanted == "retired" and saved.state == "live":
        fire(saved, "retire")


def _with_id(choice: Mapping[str, Any], record: CustomField | None) -> Payload:
    same = next((c.id for c in record.choices if c.code == choice["code"]), None) if record is not None else None
    return {**choice, **({"id": same} if same is not None else {})}


def _criteria(model: str, tree: Any, convert: Convert) -> Any:
    return in_criteria(on_model(model), tree, convert) if tree else tree


TARGETS = {
    "user": "core.user",
    "choice": "core.user",
    "role": "core.role",
    "role_within": "core.role",
    "post": "core.post",
}


def _live_flows() -> Iterable[ApprovalFlow]:
    return db.session.scalars(
        select(ApprovalFlow).where(ApprovalFlow.version_id.is_not(None)).order_by(ApprovalFlow.code)
    )


def _dump_flow(flow: ApprovalFlow) -> Payload:
    version = db.session.get(ApprovalVersion, flow.version_id)
    return {
        **{name: getattr(flow, name) for name in ("name", "model", "transition", "priority", "active")},
        "admin_role": to_ref("core.role", flow.admin_role_id),
        "match": _criteria(flow.model, flow.match, to_ref),
        "definition": _definition(flow.model, flow.transition, version.definition if version else {}, to_ref),
    }


def _load_flow(key: str, payload: Payload, flow: ApprovalFlow | None) -> None:
    names = (
        ("name", "priority", "active") if flow is not None else ("name", "model", "transition", "priority", "active")
    )
    values = {**_plain(payload, *names), "admin_role_id": to_id("core.role", payload.get("admin_role"))}
    saved = _write("core.approval_flow", flow, {**values, **({"code": key} if flow is None else {})})
    flows.set_match(saved, _criteria(saved.model, payload.get("match"), to_id))
    definition = _definition(saved.model, saved.transition, payload["definition"], to_id)
    live = db.session.get(ApprovalVersion, saved.version_id) if saved.version_id else None
    if live is None or live.definition != definition:
        flows.save_draft(saved, definition)
        flows.publish(saved, str(_("From a configuration package")))


def _definition(model: str, transition: str, part: Any, convert: Convert) -> Any:
    """A definition with everybody and everything it names converted."""
    found = current_registry().transition(model, transition)
    if found is None:
        raise ValidationError(_("There is no such action."))
    known = fact_kinds(current_registry().model(model), found)

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(inner) for inner in node]
        if not isinstance(node, Mapping):
            return node
        changed = {name: walk(inner) if name != "when" else inner for name, inner in node.items()}
        if "kind" in node and node["kind"] in TARGETS:
            changed["targets"] = [convert(TARGETS[node["kind"]], target) for target in node.get("targets", ())]
        for name, target in (("until_role", "core.role"), ("empty_user", "core.user"), ("user", "core.user")):
            if node.get(name) is not None:
                changed[name] = convert(target, node[name])
        if "when" in node:
            changed["when"] = in_criteria(known.get, node["when"], convert)
        return changed

    return walk(part)


def _shared_views() -> Iterable[SavedView]:
    return db.session.scalars(
        select(SavedView)
        .where(or_(SavedView.shared, SavedView.role_id.is_not(None)))
        .order_by(SavedView.model, SavedView.name)
    )


def _dump_view(view: SavedView) -> Payload:
    pairs = [_pair(view.model, name, value, to_ref) for name, value in view.state.get("pairs", ())]
    return {"shared": view.shared, "role": to_ref("core.role", view.role_id), "opens": view.opens, "pairs": pairs}


def _load_view(key: str, payload: Payload, view: SavedView | None) -> None:
    actor = current_actor()
    actor.require(SHARE)
    model, _sep, name = key.partition("/")
    actor.require(current_registry().model(model).permission("read"))
    view = view or SavedView(model=model, name=name, user_id=actor.user_id)
    view.shared, view.opens = payload["shared"], payload["opens"]
    view.role_id = to_id("core.role", payload.get("role"))
    view.state = {"pairs": [_pair(model, n, v, to_id) for n, v in payload["pairs"]]}
    db.session.add(view)
    db.session.flush()


def _pair(model: str, name: str, value: Any, convert: Convert) -> list[Any]:
    """One part of a list's address with the records it names converted: a filter, or a whole condition."""
    if name == "filter":
        tree = json.loads(value) if isinstance(value, str) else value
        converted = _criteria(model, tree, convert)
        return [name, converted if convert is to_ref else json.dumps(converted, ensure_ascii=False)]
    if name != "c":
        return [name, value]
    if isinstance(value, Mapping):
        return [name, f"{value['field']}~{value['op']}~{convert(value['value']['$ref'], value['value'])}"]
    field, _sep, rest = str(value).partition("~")
    op, _sep, text = rest.partition("~")
    found = on_model(model)(field)
    if convert is to_ref and found is not None and found.target is not None and text.isdecimal():
        return [name, {"field": field, "op": op, "value": to_ref(found.target, int(text))}]
    return [name, value]


def _dump_reminder(rule: ReminderRule) -> Payload:
    draft = asdict(Draft.of(rule))
    return {
        **draft,
        "criteria": _criteria(rule.model, rule.criteria, to_ref),
        "recipients": _recipients(rule.recipients, to_ref),
        "escalate_to": _recipients(rule.escalate_to, to_ref),
        "robots": [r.name for r in db.session.scalars(select(Robot).where(Robot.id.in_(rule.robots)))],
    }


def _load_reminder(key: str, payload: Payload, rule: ReminderRule | None) -> None:
    known = {f.name for f in fields(Draft)}
    robots = list(db.session.scalars(select(Robot.id).where(Robot.name.in_(payload.get("robots", [])))))
    draft = Draft(
        **{
            **{n: v for n, v in payload.items() if n in known},
            "criteria": _criteria(payload["model"], payload.get("criteria"), to_id) or {},
            "recipients": _recipients(payload.get("recipients", []), to_id),
            "escalate_to": _recipients(payload.get("escalate_to", []), to_id),
            "robots": robots,
        }
    )
    reminder_rules.save(draft, rule_id=rule.id if rule else None, version=rule.version if rule else None)


def _recipients(given: Iterable[Mapping[str, Any]], convert: Convert) -> list[Payload]:
    return [
        {**one, "id": convert(FIXED[one["kind"]], one["id"])} if one.get("kind") in FIXED else dict(one)
        for one in given
    ]


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="role",
            title=_("Roles"),
            permission="core.role.read",
            records=_all(Role, Role.code),
            key=lambda r: r.code,
            label=lambda r: r.name,
            dump=_dump_role,
            load=_load_role,
        ),
        Kind(
            name="custom_field",
            title=_("Custom fields"),
            permission="core.custom_field.read",
            records=_all(CustomField, CustomField.model, CustomField.key),
            key=lambda f: f"{f.model}/{f.key}",
            label=lambda f: f.label,
            dump=_dump_field,
            load=_load_field,
        ),
        Kind(
            name="number_rule",
            title=_("Number rules"),
            permission="core.number_rule.read",
            records=_all(NumberRule, NumberRule.model),
            key=lambda r: r.model,
            label=lambda r: r.pattern,
            dump=_dump_number,
            load=_load_number,
        ),
        Kind(
            name="approval_flow",
            title=_("Approval flows"),
            permission="core.approval_flow.read",
            records=_live_flows,
            key=lambda f: f.code,
            label=lambda f: f.name,
            dump=_dump_flow,
            load=_load_flow,
        ),
        Kind(
            name="saved_view",
            title=_("Shared views"),
            permission=SHARE,
            records=_shared_views,
            key=lambda v: f"{v.model}/{v.name}",
            label=lambda v: v.name,
            dump=_dump_view,
            load=_load_view,
        ),
        Kind(
            name="reminder_rule",
            title=_("Reminder rules"),
            permission="core.reminder_rule.read",
            records=_all(ReminderRule, ReminderRule.name),
            key=lambda r: r.name,
            label=lambda r: r.name,
            dump=_dump_reminder,
            load=_load_reminder,
        ),
    )
}
