"""Robots of three kinds against servers that keep to the published rules: format, signature, size and rate."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.builtin.jobs import drain_robot
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import ValidationError
from core.events import robots
from core.events.models import Delivery, Robot, RobotMessage
from core.events.robot_formats import cut
from core.testing import robots as stubs
from tests.core.webhooks.conftest import Allow

pytestmark = pytest.mark.usefixtures("system")

PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=k",
    "dingtalk": "/robot/send?access_token=t",
    "feishu": "/open-apis/bot/v2/hook/h",
}
STUBS: dict[str, Any] = {"wecom": stubs.WeCom, "dingtalk": stubs.DingTalk, "feishu": stubs.Feishu}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = utcnow()

    def now(self) -> datetime:
        """The moment."""
        return self.at

    def seconds(self) -> float:
        """The same for servers."""
        return self.at.timestamp()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock robots are timed by."""
    standing = Clock()
    monkeypatch.setattr(robots, "utcnow", standing.now)
    return standing


def make_robot(kind: str, stub: stubs.Stub, secret: str = "") -> Robot:
    """A robot at this server. Commits."""
    url = stub.url(PATHS[kind])
    robot: Robot = run_unit(lambda: robots.save_robot(None, name=kind, kind=kind, url=url, secret=secret, active=True))
    return robot


def say(robot: Robot, text: str, count: int = 1) -> None:
    """Give a robot something to say. Commits."""

    def work() -> None:
        for _number in range(count):
            robots.say(robot.id, title="Due soon", text=text, link="/m/x/1", key=None)

    run_unit(work)


def drain(robot: Robot) -> datetime | None:
    """Run the job to its end, committing each step; when it wants to run again."""
    run_unit(lambda: db.session.query(Delivery).delete())
    steps = drain_robot(robot.id)
    while run_unit(lambda: next(steps, None)) is not None:
        pass
    return db.session.scalar(select(Delivery.due_at))


def states() -> list[str]:
    """What became of the messages."""
    return list(db.session.scalars(select(RobotMessage.state).order_by(RobotMessage.id)))


@pytest.mark.parametrize("secret", ["", "SEC0123456789"])
@pytest.mark.parametrize("kind", STUBS)
def test_each_kind_gets_its_format_and_signature(reachable_here: Allow, kind: str, secret: str) -> None:
    robot = STUBS[kind](secret=secret)
    with reachable_here(robot) as stub:
        kept = make_robot(kind, stub, secret)
        say(kept, "工单 **WO-1** 快到期")
        drain(kept)
    assert states() == ["sent"]
    assert "工单 **WO-1** 快到期" in json.dumps(robot.said[0][1], ensure_ascii=False)
    assert "http://127.0.0.1:8080/m/x/1" in json.dumps(robot.said[0][1])


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_wrong_signature_is_refused_and_shown(reachable_here: Allow, clock: Clock, kind: str) -> None:
    with reachable_here(STUBS[kind](secret="right")) as stub:
        kept = make_robot(kind, stub, "wrong")
        say(kept, "x")
        assert drain(kept) is not None
    message = db.session.scalars(select(RobotMessage)).one()
    assert (message.state, message.tries) == ("waiting", 1)
    assert "sign" in (message.error or "")


@pytest.mark.parametrize("kind", STUBS)
def test_a_text_that_is_too_long_is_cut_and_taken(reachable_here: Allow, kind: str) -> None:
    robot = STUBS[kind]()
    with reachable_here(robot) as stub:
        kept = make_robot(kind, stub)
        say(kept, "超期工单“很急”\n" * 4000)
        drain(kept)
    assert states() == ["sent"]
    assert "…" in json.dumps(robot.said[0][1], ensure_ascii=False)


@pytest.mark.parametrize(("kind", "count"), [("wecom", 45), ("dingtalk", 45), ("feishu", 110)])
def test_no_robot_is_told_more_than_it_takes_and_nothing_is_lost(
    reachable: Allow, clock: Clock, kind: str, count: int
) -> None:
    robot = STUBS[kind](now=clock.seconds)
    with reachable(robot) as stub:
        kept = make_robot(kind, stub)
        say(kept, "x", count)
        again: datetime | None = clock.at
        while again is not None:
            clock.at = max(again, clock.at)
            again = drain(kept)
    assert states() == ["sent"] * count
    assert len(robot.said) == count == len(stub.received)


def test_a_robot_that_says_it_is_too_much_rests_and_nothing_is_lost(reachable_here: Allow, clock: Clock) -> None:
    """Somebody else's program uses the same robot."""
    robot = stubs.DingTalk(now=clock.seconds)
    robot.said = [(clock.seconds(), {})] * 20
    with reachable_here(robot) as stub:
        kept = make_robot("dingtalk", stub)
        say(kept, "x")
        again = drain(kept)
        assert again == clock.at + timedelta(minutes=10)
        assert db.session.scalars(select(RobotMessage.tries)).all() == [0]
        clock.at = again + timedelta(seconds=1)
        assert drain(kept) is None
    assert states() == ["sent"]


def test_who_does_not_answer_is_tried_again_and_at_last_given_up(reachable_here: Allow, clock: Clock) -> None:
    with reachable_here(lambda got: (502, {}, b"bad gateway")) as stub:
        kept = make_robot("wecom", stub)
        say(kept, "x")
        for _try in range(8):
            clock.at = drain(kept) or clock.at
        assert states() == ["failed"]
        assert len(stub.received) == 8
    assert "502" in (db.session.scalars(select(RobotMessage.error)).one() or "")


def test_several_jobs_do_not_each_plan_another_one(reachable: Allow, clock: Clock) -> None:
    with reachable(stubs.WeCom(now=clock.seconds)) as stub:
        kept = make_robot("wecom", stub)
        say(kept, "x", 25)
        assert drain(kept) is not None
        assert drain(kept) is None


def test_a_message_whose_worker_died_is_sent_after_all(reachable: Allow, clock: Clock) -> None:
    with reachable(stubs.WeCom(now=clock.seconds)) as stub:
        kept = make_robot("wecom", stub)
        say(kept, "x")
        steps = drain_robot(kept.id)
        run_unit(lambda: next(steps))
        steps.close()
        assert states() == ["sending"]
        clock.at += timedelta(minutes=6)
        drain(kept)
    assert states() == ["sent"]


def test_the_same_key_is_said_once(reachable: Allow) -> None:
    with reachable(stubs.WeCom()) as stub:
        kept = make_robot("wecom", stub)
        for _time in range(2):
            run_unit(lambda: robots.say(kept.id, title="t", text="x", link=None, key="reminder:1:0:1"))
        drain(kept)
    assert states() == ["sent"]


def test_a_robot_that_is_switched_off_says_nothing(reachable_here: Allow) -> None:
    with reachable_here(stubs.WeCom()) as stub:
        kept = make_robot("wecom", stub)
        say(kept, "x")
        run_unit(lambda: robots.save_robot(kept.id, name="off", kind="wecom", url="", secret="", active=False))
        drain(kept)
        say(kept, "x")
        assert (states(), stub.received) == (["waiting"], [])
    assert kept.post_url == stub.url(PATHS["wecom"])


def test_a_robot_inside_the_factory_is_refused(app: Flask) -> None:
    with pytest.raises(ValidationError) as caught:
        robots.save_robot(None, name="x", kind="wecom", url="http://10.0.0.1:81/", secret="", active=True)
    assert list(caught.value.fields) == ["url"]


@given(st.text(), st.integers(min_value=3, max_value=200))
def test_a_cut_text_fits_and_never_breaks_a_character(text: str, most: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    short = cut(text, most)
    assert len(short.encode()) <= max(most, 3)
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
