"""Telling people: each reads the record as he may, in his language; robots get what anybody may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.actor import Actor, Grant, acting
from core.db.base import display
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import ModelSpec
from core.events import robots
from core.events.notifications import languages_of, notify
from core.i18n import gettext, in_locale
from core.kernel.registry import current_registry
from core.people.directory import Directory, load_directory
from core.reminders.finding import holds
from core.reminders.models import Reminder, ReminderRule
from core.reminders.recipients import Recipients, resolve
from core.reminders.text import COUNT, columns_for, fill
from core.views.columns import loading
from core.workflow.following import actors_of

MOST_LISTED = 20
MOST_LOOKED_AT = 500


def tell(rule: ReminderRule, reminders: list[Reminder], recipients: Recipients) -> dict[int, int]:
    """Tell everybody meant, and the robots; returns how many people were told, by reminder. Flushes."""
    if rule.trigger == "schedule":
        return {reminder.id: _tell_list(rule, reminder, recipients) for reminder in reminders}
    spec = current_registry().models[rule.model]
    records = _records(spec, [r.record_id for r in reminders])
    meant = _meant(recipients, records.values(), load_directory())
    told: dict[int, int] = defaultdict(int)
    by_record = {r.record_id: r for r in reminders}
    for user_id, actor, language in _readers(meant):
        for record_id, text in _texts(rule, spec, meant[user_id], actor, language).items():
            reminder = by_record[record_id]
            link = record_link(spec, records[record_id])
            told[reminder.id] += len(_notify(rule, reminder, user_id, text, link))
    _tell_robots(rule, spec, reminders, records)
    return told


def _notify(rule: ReminderRule, reminder: Reminder, user_id: int, text: str, link: str) -> list[int]:
    key = f"reminder:{reminder.id}:{reminder.step}"
    return notify([user_id], text, link=link, key=key, kind="reminder", mail=rule.email)


def _records(spec: ModelSpec, ids: Iterable[int]) -> dict[int, Any]:
    """The records with what they belong to, for working out whom they concern."""
    query = select(spec.model).where(spec.model.id.in_(sorted(ids)))
    if spec.meta.parent:
        query = query.options(joinedload(getattr(spec.model, spec.meta.parent)))
    return {record.id: record for record in db.session.scalars(query)}


def _meant(recipients: Recipients, records: Iterable[Any], directory: Directory) -> dict[int, set[int]]:
    """The ids of the records each user is meant to hear of."""
    meant: dict[int, set[int]] = defaultdict(set)
    for record in records:
        for user_id in resolve(recipients, record, directory):
            meant[user_id].add(record.id)
    return meant


def _readers(meant: Mapping[int, set[int]]) -> list[tuple[int, Actor, str]]:
    """These users with what they may do and their language, in order of id. Two statements."""
    rights, languages = actors_of(set(meant)), languages_of(meant)
    return [(user_id, rights[user_id], languages[user_id]) for user_id in sorted(rights)]


def _texts(rule: ReminderRule, spec: ModelSpec, ids: set[int], actor: Actor, language: str) -> dict[int, str]:
    """The text about each of the records that this reader may read."""
    if not actor.can(spec.permission("read")):
        return {}
    with in_locale(language), acting(actor):
        columns = columns_for(spec, rule.text, actor)
        query = select(spec.model).where(spec.model.id.in_(sorted(ids)), criterion(spec.model, actor))
        fresh = query.options(*loading(spec, columns)).execution_options(populate_existing=True)
        with db.session.no_autoflush:
            return {record.id: fill(rule.text, record, columns) for record in db.session.scalars(fresh)}


def record_link(spec: ModelSpec, record: Any) -> str:
    """The page of a record, or of the document it is a line of."""
    if spec.meta.parent:
        parent = getattr(record, spec.meta.parent)
        return record_link(current_registry().spec_of(parent), parent)
    return f"/m/{spec.addon}/{spec.meta.resource}/{record.id}"


def list_link(spec: ModelSpec) -> str:
    """The list of these records, or of the documents they are lines of."""
    if spec.meta.parent:
        return list_link(current_registry().spec_of(getattr(spec.model, spec.meta.parent).property.mapper.class_))
    return f"/m/{spec.addon}/{spec.meta.resource}"


def _tell_robots(rule: ReminderRule, spec: ModelSpec, reminders: list[Reminder], records: Mapping[int, Any]) -> None:
    if not rule.robots:
        return
    texts = _texts(rule, spec, {r.record_id for r in reminders}, anybody(), current_app.config["QINGMES"].locale)
    for reminder in reminders:
        if reminder.record_id in texts:
            link = record_link(spec, records[reminder.record_id])
            _say(rule, reminder, texts[reminder.record_id], link)


def _say(rule: ReminderRule, reminder: Reminder, text: str, link: str) -> None:
    for robot_id in rule.robots:
        key = f"reminder:{reminder.id}:{reminder.step}:{robot_id}"
        robots.say(robot_id, title=rule.name, text=text, link=link, key=key)


def anybody() -> Actor:
    """Whoever reads a group chat: every record, as the rule's author saw to, but no prices, costs or wages."""
    everything = frozenset(current_registry().permissions)
    return Actor(user_id=None, name="", channel="job", grants=(Grant(role="", permissions=everything, scope="all"),))


def _tell_list(rule: ReminderRule, reminder: Reminder, recipients: Recipients) -> int:
    """One message with all that fulfils the conditions now; nobody is told of nothing."""
    spec = current_registry().models[rule.model]
    query = select(spec.model.id).where(holds(rule, spec)).order_by(spec.model.id).limit(MOST_LOOKED_AT)
    ids = list(db.session.scalars(query))
    meant = _meant(recipients, _records(spec, ids).values(), load_directory())
    told = 0
    for user_id, actor, language in _readers(meant):
        text = _list_text(rule, spec, meant[user_id], actor, language)
        told += len(_notify(rule, reminder, user_id, text, list_link(spec))) if text else 0
    text = _list_text(rule, spec, set(ids), anybody(), current_app.config["QINGMES"].locale) if rule.robots else ""
    if text:
        _say(rule, reminder, text, list_link(spec))
    return told


def _list_text(rule: ReminderRule, spec: ModelSpec, ids: set[int], actor: Actor, language: str) -> str:
    """The rule's text and the names of the records this reader may read; empty when there are none."""
    if not ids or not actor.can(spec.permission("read")):
        return ""
    with in_locale(language), acting(actor):
        query = select(spec.model).where(spec.model.id.in_(sorted(ids)), criterion(spec.model, actor))
        names = [display(record) for record in db.session.scalars(query.order_by(spec.model.id))]
        if not names:
            return ""
        head = rule.text.replace(f"{{{COUNT}}}", str(len(names)))
        more = [gettext("and %(count)s more", count=len(names) - MOST_LISTED)] if len(names) > MOST_LISTED else []
        return "\n".join([head, *(f"· {name}" for name in names[:MOST_LISTED]), *more])
