"""Robots in group chats: WeCom, DingTalk and Feishu, each in its own format and within its own limits.

What a robot is to say is a row; a job takes the rows in order, as many as the last minute leaves room for.
All workers count the same rows, so together they keep the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.db.session import db
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events.deliver import wait_after
from core.events.models import Robot, RobotMessage
from core.events.outbox import defer
from core.events.robot_formats import KINDS, RobotRefused, TooMany, read_answer, written
from core.i18n import _
from core.webhooks import client

MOST_TRIES = 8
LOST_AFTER = timedelta(minutes=5)
LONGEST_REST = timedelta(minutes=10)


def say(robot_id: int, *, title: str, text: str, link: str | None, key: str | None) -> None:
    """Let a robot say something, once for each `key`. Flushes. A robot that is gone or switched off says nothing."""
    robot = db.session.scalar(select(Robot).where(Robot.id == robot_id, Robot.active))
    if robot is None:
        return
    insert: Any = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = {
        "robot_id": robot_id,
        "title": title,
        "text": text,
        "link": link,
        "key": key,
        "at": utcnow(),
        "state": "waiting",
        "tries": 0,
    }
    statement = insert(RobotMessage.__table__).values(row).on_conflict_do_nothing(index_elements=["robot_id", "key"])
    if db.session.execute(statement.returning(RobotMessage.__table__.c.id)).first() is not None:
        wake(robot)
    db.session.flush()


@dataclass(frozen=True)
class Taken:
    """A message about to be posted, as plain values: nothing is read while it is on its way."""

    message_id: int
    kind: str
    url: str
    content: bytes


def take_next(robot_id: int, base_url: str) -> Taken | timedelta | None:
    """Take the next message for sending, or say how long to wait; None when there is nothing to say.

    Takes the robot's row, so that workers count one after the other. Flushes; the caller commits before sending.
    """
    robot = db.session.scalar(
        select(Robot).where(Robot.id == robot_id).with_for_update().execution_options(populate_existing=True)
    )
    now = utcnow()
    lost = (RobotMessage.state == "sending") & (RobotMessage.sent_at < now - LOST_AFTER)
    query = select(RobotMessage).where(RobotMessage.robot_id == robot_id, (RobotMessage.state == "waiting") | lost)
    message = db.session.scalar(query.order_by(RobotMessage.id).limit(1))
    if robot is None or not robot.active or message is None:
        return None
    wait = _wait(robot, now)
    if wait > timedelta(0):
        return wait
    message.state, message.sent_at = "sending", now
    db.session.flush()
    return Taken(message.id, robot.kind, *written(robot, message, base_url))


def _wait(robot: Robot, now: datetime) -> timedelta:
    """How long until the robot may speak: after its rest, with room in each of its limits."""
    free = [robot.silent_until or now]
    for most, seconds in KINDS[robot.kind].limits:
        said = RobotMessage.sent_at
        latest = select(said).where(RobotMessage.robot_id == robot.id, said > now - timedelta(seconds=seconds))
        times = list(db.session.scalars(latest.order_by(said.desc()).limit(most)))
        if len(times) == most and times[-1] is not None:
            free.append(times[-1] + timedelta(seconds=seconds))
    return max(free) - now


def wake(robot: Robot) -> None:
    """See to it that a robot's messages are looked at soon."""
    from core.builtin.jobs import drain_robot

    defer(drain_robot, robot_id=robot.id)


def may_wake(robot_id: int, wait: timedelta) -> datetime | None:
    """When to look again, unless somebody is to look by then already. Flushes."""
    robot = db.session.scalar(select(Robot).where(Robot.id == robot_id).with_for_update())
    now = utcnow()
    if robot is None or (robot.wake_at is not None and now < robot.wake_at <= now + wait):
        return None
    _keep(robot_id, wake_at=now + wait)
    return now + wait


def send(taken: Taken) -> None:
    """Post a message. Raises `RobotRefused`, `client.NotAnswered` or `client.Refused`; touches no database."""
    answer = client.post(taken.url, taken.content, {"Content-Type": "application/json; charset=utf-8"})
    read_answer(KINDS[taken.kind], answer)


def try_to_send(taken: Taken) -> Exception | None:
    """The same; what kept it from being taken, or None."""
    try:
        send(taken)
    except (RobotRefused, client.NotAnswered, client.Refused) as error:
        return error
    return None


def note_sent(message_id: int) -> None:
    """The robot took it. Flushes."""
    message = db.session.get_one(RobotMessage, message_id)
    message.state, message.error = "sent", None
    db.session.flush()


def note_refused(message_id: int, error: Exception) -> None:
    """The robot did not take it: it rests, the message waits, or after eight tries has failed. Flushes.

    That it was too much at once does not count as a try.
    """
    message = db.session.get_one(RobotMessage, message_id)
    robot = db.session.get_one(Robot, message.robot_id)
    message.error, message.state = str(error)[:400], "waiting"
    if isinstance(error, TooMany):
        _keep(robot.id, silent_until=utcnow() + KINDS[robot.kind].rest)
    else:
        message.tries += 1
        message.state = "failed" if message.tries >= MOST_TRIES else "waiting"
        _keep(robot.id, silent_until=utcnow() + min(wait_after(message.tries), LONGEST_REST))
    db.session.flush()


def _keep(robot_id: int, **values: datetime) -> None:
    """Note when a robot may speak: no change anybody made, so it is not in the audit trail."""
    row = update(Robot).where(Robot.id == robot_id).values(updated_at=Robot.updated_at, **values)
    db.session.execute(row.execution_options(synchronize_session="fetch"))


def find_robots() -> list[Robot]:
    """Every robot, by name."""
    return list(db.session.scalars(select(Robot).order_by(Robot.name, Robot.id)))


def get_robot(robot_id: int) -> Robot:
    """A robot; `NotFound` when it is gone."""
    robot = db.session.scalar(select(Robot).where(Robot.id == robot_id))
    if robot is None:
        raise NotFound(_("There is no such robot any more."))
    return robot


def save_robot(robot_id: int | None, *, name: str, kind: str, url: str, secret: str, active: bool) -> Robot:
    """Make or change a robot; an empty address or secret leaves the one that is kept. Flushes."""
    robot = Robot() if robot_id is None else get_robot(robot_id)
    problems: dict[str, Any] = {}
    if not name or len(name) > 80:
        problems["name"] = [_("Give the robot a name of 1 to %(max)s characters.", max=80)]
    if kind not in KINDS:
        problems["kind"] = [_("Choose the kind of robot.")]
    problems |= _url_problem(url, required=robot_id is None)
    if problems:
        raise ValidationError(_("Please correct the marked fields."), fields=problems)
    robot.name, robot.kind, robot.active = name, kind, active
    robot.post_url = url or robot.post_url
    robot.signing_secret = secret or robot.signing_secret
    robot.silent_until = robot.wake_at = None
    db.session.add(robot)
    db.session.flush()
    wake(robot)
    return robot


def delete_robot(robot_id: int) -> None:
    """Remove a robot with its messages. Flushes."""
    db.session.delete(get_robot(robot_id))
    db.session.flush()


def _url_problem(url: str, *, required: bool) -> dict[str, Any]:
    if not url:
        return {"url": [_("Paste the address the robot gave you.")]} if required else {}
    try:
        client.check_url(url)
    except ValidationError as error:
        return {"url": [error.message]}
    return {}


def latest_messages(limit: int = 20) -> list[RobotMessage]:
    """What robots were to say last, the newest first."""
    return list(db.session.scalars(select(RobotMessage).order_by(RobotMessage.id.desc()).limit(limit)))


def count_waiting() -> dict[int, int]:
    """How many messages wait, by robot."""
    query = select(RobotMessage.robot_id, func.count()).where(RobotMessage.state == "waiting")
    return {row[0]: row[1] for row in db.session.execute(query.group_by(RobotMessage.robot_id))}
