"""Telling people: always in their inbox, by e-mail too when they asked for it, not in their quiet hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import LazyProxy
from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.actor import current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events.models import Notification, NotificationSetting
from core.events.outbox import defer
from core.i18n import Text, _, gettext
from core.people.models import User

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LAZY = "_"
PAGE = 50
MOST_KEPT = timedelta(days=180)
KINDS: Mapping[str, Text] = {
    "approval": _("Approvals"),
    "reminder": _("Reminders"),
    "record": _("Comments and changes of records"),
    "info": _("Everything else"),
}
MUTABLE = frozenset({"record"})  # what need not even be in the inbox
CHANNELS = ("inbox", "email")


def notify(
    user_ids: Iterable[int],
    text: Text,
    *,
    link: str | None = None,
    key: str | None = None,
    kind: str = "info",
    mail: bool = False,
) -> list[int]:
    """Tell these users something; returns the ids of the new notifications. Flushes.

    `text` made with `_()` is read by each in his language. `link` is a path of ours; ValueError otherwise.
    With `key` a user is told only once, ever. Users who are not active are left out, and those who muted this
    `kind` (one of `KINDS`). With `mail` it is mailed also to those who have never said whether they want mail.
    """
    if link is not None and not is_own_path(link):
        raise ValueError(f"{link} is not a path of ours")
    message, params = pack(text)
    row = {"at": utcnow(), "text": message, "params": params, "link": link, "key": key, "kind": kind}
    rows = [{**row, "user_id": user_id} for user_id in _willing(user_ids, kind)]
    if not rows:
        return []
    db.session.flush()
    new = db.session.execute(_insert(rows)).all()
    _defer_mail({user_id: notification_id for notification_id, user_id in new}, kind, mail)
    return [notification_id for notification_id, _user_id in new]


def is_own_path(link: str) -> bool:
    """Whether a link stays on this site."""
    return link.startswith("/") and not link.startswith(("//", "/\\")) and link.isprintable()


def _willing(user_ids: Iterable[int], kind: str) -> list[int]:
    """Those of the users who are active and have not muted this kind, in order of id. One statement at most."""
    asked = sorted(set(user_ids))
    if not asked:
        return []
    user, setting = User.__table__, NotificationSetting.__table__
    query = select(user.c.id, setting.c.muted).outerjoin(setting, setting.c.user_id == user.c.id)
    rows = db.session.execute(query.where(user.c.id.in_(asked), user.c.active).order_by(user.c.id))
    return [user_id for user_id, muted in rows if kind not in MUTABLE or not _is_muted(muted, "inbox", kind)]


def _is_muted(muted: Mapping[str, list[str]] | None, channel: str, kind: str) -> bool:
    return kind in (muted or {}).get(channel, ())


def languages_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The languages these users read. One statement."""
    user = User.__table__
    rows = db.session.execute(select(user.c.id, user.c.language).where(user.c.id.in_(sorted(user_ids))))
    return {row.id: row.language for row in rows}


def _insert(rows: list[dict[str, Any]]) -> Any:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    table = Notification.__table__
    statement = insert(table).values(rows).on_conflict_do_nothing(index_elements=["user_id", "key"])  # type: ignore[arg-type]
    return statement.returning(table.c.id, table.c.user_id)


def pack(text: Text) -> tuple[str, dict[str, Any]]:
    """A text as its message id and JSON values, so that each reader gets it in his language."""
    if not isinstance(text, LazyProxy):
        return str(text).replace("%", "%%"), {}
    return str(text._args[0]), {name: _packed(value) for name, value in text._kwargs.items()}


def _packed(value: Any) -> Any:
    if isinstance(value, LazyProxy):
        message, params = pack(value)
        return {LAZY: message, "params": params}
    return value if isinstance(value, (bool, int)) else str(value)


def unpack(message: str, params: dict[str, Any]) -> str:
    """The text in the current reader's language."""
    values = {n: unpack(v[LAZY], v["params"]) if isinstance(v, dict) else v for n, v in params.items()}
    text = gettext(message)
    return text % values if values else text.replace("%%", "%")


def read_text(notification: Notification) -> str:
    """What a notification says, in the current reader's language."""
    return unpack(notification.text, notification.params)


def _defer_mail(new: dict[int, int], kind: str, unasked: bool) -> None:
    """One mail job for each user who wants mail of this kind and has an address, after his quiet hours.

    `unasked`: also for those who have never said.
    """
    from core.builtin.jobs import send_mail

    config = current_app.config["QINGMES"]
    if config.smtp_url is None:
        return
    setting, user = NotificationSetting.__table__, User.__table__
    query = (
        select(user.c.id, setting.c.email, setting.c.muted, setting.c.quiet_from, setting.c.quiet_to)
        .outerjoin(setting, setting.c.user_id == user.c.id)
        .where(user.c.id.in_(sorted(new)), user.c.email.is_not(None), user.c.email != "")
    )
    for user_id, wanted, muted, quiet_from, quiet_to in db.session.execute(query).all():
        if (unasked if wanted is None else wanted) and not _is_muted(muted, "email", kind):
            run_at = after_quiet_hours(utcnow(), quiet_from, quiet_to, config.timezone)
            defer(send_mail, run_at=run_at, notification_id=new[user_id])
    db.session.flush()


def after_quiet_hours(now: datetime, quiet_from: str | None, quiet_to: str | None, timezone: str) -> datetime:
    """`now`, or the end of the quiet hours it falls into (`22:00` to `06:00` goes over midnight)."""
    if not quiet_from or not quiet_to or quiet_from == quiet_to:
        return now
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    begin, end = time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)
    at = local.time()
    is_quiet = begin <= at < end if begin < end else at >= begin or at < end
    if not is_quiet:
        return now
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)


def count_unread(user_id: int) -> int:
    """How many notifications a user has not read. One statement."""
    table = Notification.__table__
    query = select(func.count()).select_from(table).where(table.c.user_id == user_id, table.c.read_at.is_(None))
    return db.session.scalar(query) or 0


def find_notifications(user_id: int, *, before: int | None = None) -> list[Notification]:
    """A page of a user's notifications, newest first; `before` is the last id of the page before."""
    query = select(Notification).where(Notification.user_id == user_id)
    if before is not None:
        query = query.where(Notification.id < before)
    return list(db.session.scalars(query.order_by(Notification.id.desc()).limit(PAGE)))


def mark_read(notification_id: int) -> Notification:
    """The actor has seen one of his notifications; `NotFound` for anybody else's. Flushes."""
    query = select(Notification).where(
        Notification.id == notification_id, Notification.user_id == current_actor().user_id
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such notification."))
    found.read_at = found.read_at or utcnow()
    db.session.flush()
    return found


def mark_all_read() -> None:
    """The actor has seen everything."""
    mine = update(Notification).where(Notification.user_id == current_actor().user_id, Notification.read_at.is_(None))
    db.session.execute(mine.values(read_at=utcnow()))


def find_setting(user_id: int | None) -> NotificationSetting | None:
    """How a user wants to be told; None when he never said."""
    return db.session.scalar(select(NotificationSetting).where(NotificationSetting.user_id == user_id))


def save_setting(
    *, email: bool, quiet_from: str, quiet_to: str, muted: Mapping[str, Iterable[str]] | None = None
) -> NotificationSetting:
    """The actor chooses his channels; empty times mean no quiet hours. Flushes. Raises `ValidationError`.

    `muted` names the kinds he does not want, for `inbox` and `email`.
    """
    user_id = current_actor().user_id
    if user_id is None:
        raise NotFound(_("The system itself has no notifications."))
    errors = {
        name: [_("Write a time of day as 22:00.")]
        for name, value in (("quiet_from", quiet_from), ("quiet_to", quiet_to))
        if value and not CLOCK.fullmatch(value)
    }
    if bool(quiet_from) != bool(quiet_to):
        errors.setdefault("quiet_to" if quiet_from else "quiet_from", [_("Quiet hours need a beginning and an end.")])
    if errors:
        raise ValidationError(_("Please correct the marked fields"), fields=errors)
    setting = find_setting(user_id) or NotificationSetting(user_id=user_id)
    setting.email, setting.quiet_from, setting.quiet_to = email, quiet_from or None, quiet_to or None
    setting.muted = {c: sorted(set((muted or {}).get(c, ())) & set(KINDS)) for c in CHANNELS}
    db.session.add(setting)
    db.session.flush()
    return setting


def user_address(user_id: int) -> tuple[str | None, str]:
    """A user's e-mail address (None when he has none, is not active or has said that he wants no mail) and language."""
    user, setting = User.__table__, NotificationSetting.__table__
    query = (
        select(user.c.email, user.c.language, user.c.active, setting.c.email.label("wanted"))
        .outerjoin(setting, setting.c.user_id == user.c.id)
        .where(user.c.id == user_id)
    )
    email, language, active, wanted = db.session.execute(query).one()
    return (email or None) if active and wanted is not False else None, language
