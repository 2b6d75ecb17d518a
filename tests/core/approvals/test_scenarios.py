"""Named scenarios, as a factory would tell them: who submits what, who clicks what, what the record then says.

They cover every row of the table of approvals: the four ways a step with several people ends, every way to name
people, nobody found, the initiator himself, the same person again, every verb, delegation, timeouts, copies, a
mandatory comment, what administrators do, and the hard cases of changes, returns and leavers.

Not here, since they need more than the engine: editable and hidden fields, signature and password, inbox, batch
decisions and badge, print, revoking after approval, running the transition, the publish check and the designer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.approvals.logic.case import Case
from core.approvals.logic.plan import plan
from core.errors import QingmesError
from tests.core.approvals import scenario as s
from tests.core.approvals import world as w
from tests.core.approvals.clicks import Click, perform
from tests.core.approvals.factory import PEOPLE, UNITS, factory
from tests.core.approvals.telling import ENDS, name, tell

SCENARIOS = list(s.read_all(Path(__file__).parent / "scenarios"))
THEN = {"提醒": "none", "上交": "escalate", "同意": "agree", "拒绝": "reject"}
ADDING = {"前加签": "before", "后加签": "after", "并加签": "beside"}


class Play:
    """A scenario being played."""

    def __init__(self, told: s.Scenario) -> None:
        self.told, self.org, self.at = told, factory(), datetime(2026, 3, 2, 8, tzinfo=UTC)
        for part in told.words("组织"):
            self.organise(part)
        self.initiator = PEOPLE[told.said["发起"]]
        self.case = Case(s.definition_of(told), self.initiator, self.org.directory.people[self.initiator].unit_id)
        self.facts = s.facts_of(told.words("单据"))
        self.choices = {k: s.ids(v) for k, v in (part.split(" ", 1) for part in told.words("自选"))}

    def organise(self, part: str) -> None:
        """`委托 周会计 李经理`, `空缺 采购部`, `离职 周会计`, `管理员 张总`."""
        what, *names = part.split()
        directory = self.org.directory
        if what == "委托":
            self.org = replace(self.org, deputies={**self.org.deputies, PEOPLE[names[0]]: PEOPLE[names[1]]})
        elif what == "管理员":
            self.org = replace(self.org, admins=tuple(PEOPLE[n] for n in names if n != "无"))
        elif what == "空缺":
            unit = replace(directory.units[UNITS[names[0]]], head_id=None)
            self.org = replace(self.org, directory=replace(directory, units={**directory.units, unit.id: unit}))
        else:
            new: dict[str, Any] = {"active": False} if what == "离职" else {"unit_id": UNITS[names[1]]}
            person = replace(directory.people[PEOPLE[names[0]]], **new)
            self.org = replace(self.org, directory=replace(directory, people={**directory.people, person.id: person}))

    def submit(self) -> None:
        """The initiator submits."""
        self.do("submit", self.initiator, **self.sent(), choices=self.choices)

    def sent(self) -> dict[str, Any]:
        return {"facts": self.facts, "hash": w.fingerprint(self.facts)}

    def do(self, verb: str, by: int | None, **args: Any) -> None:
        self.at += timedelta(minutes=1)
        perform(Click(verb, by, args), self.case, self)  # type: ignore[arg-type]

    def line(self, line: str) -> None:
        """One line of clicks."""
        if line.startswith("待办："):
            asked = [name(t.assignee) for t in self.case.tasks if t.state == "todo"]
            assert asked == [n for n in line.removeprefix("待办：").split("、") if n != "无"], line
        elif line.startswith("×"):
            with pytest.raises(QingmesError):
                self.click(line.removeprefix("×").split())
        else:
            self.click(line.split())

    def click(self, words: list[str]) -> None:
        who, what, *rest = words
        if who in ("过", "调岗", "委托"):
            self.in_the_house(who, what, rest)
        elif who == "超时":
            then, to = THEN.get(rest[0], "transfer"), PEOPLE.get(rest[-1])
            self.do("timeout", None, task=self.task(PEOPLE[what]), then=then, to=to)
        elif what in ("同意", "拒绝", "退回"):
            self.decide(PEOPLE[who], what, rest)
        else:
            ACTS[what](self, PEOPLE[who], rest)

    def in_the_house(self, what: str, who: str, rest: list[str]) -> None:
        if what == "过":
            self.at += timedelta(minutes=int(who))
        elif what == "调岗":
            self.organise(f"调岗 {who} {rest[0]}")
        else:
            self.organise(f"委托 {who} {rest[0]}")

    def decide(self, by: int, what: str, rest: list[str]) -> None:
        verb = {"同意": "agree", "拒绝": "reject", "退回": "send_back"}[what]
        args: dict[str, Any] = {"comment": "" if "无意见" in rest else "已阅"}
        args["hash"] = "旧" if "旧单据" in rest else self.case.facts_hash
        if verb == "send_back":
            args["to"] = None if rest[0] == "发起人" else rest[0]
        self.do(verb, by, task=self.task(by), **args)

    def task(self, of: int) -> int:
        """The number of somebody's latest task, an open one first."""
        tasks = [t for t in self.case.tasks if t.assignee == of]
        asked = [t.n for t in tasks if t.state == "todo"] or [t.n for t in tasks]
        return asked[-1] if asked else 0

    def leave(self, who: int, rest: list[str]) -> None:
        self.organise(f"离职 {name(who)}")
        self.do("leave", None, user=who, successor=PEOPLE[rest[1]] if rest else None)

    def edit(self, who: int, rest: list[str]) -> None:
        self.facts = {**self.facts, **s.facts_of([" ".join(rest)])}
        self.do("edit", who, **self.sent())

    def resubmit(self, who: int, rest: list[str]) -> None:
        self.facts = {**self.facts, **(s.facts_of([" ".join(rest)]) if rest else {})}
        self.do("resubmit", who, **self.sent(), choices={})

    def assign(self, who: int, rest: list[str]) -> None:
        task = None if rest[0] == "缺位" else self.task(PEOPLE[rest[0]])
        self.do("assign", who, task=task, to=PEOPLE[rest[-1]], comment="安排")

    def preview(self, _who: int, _rest: list[str]) -> None:
        """The preview before submitting says what the record will say."""
        case, sent = self.case, self.sent()
        amount = w.amount_of(self.facts)
        told = (case.definition, sent["facts"], sent["hash"], amount, self.initiator, case.unit)
        shown = plan(*told, self.org, self.at, self.choices)
        assert tell(shown) == self.record()

    def record(self) -> list[str]:
        return [line.strip() for line in self.told.lines["记录"]]


Act = Callable[[Play, int, list[str]], None]
ACTS: dict[str, Act] = {
    "转交": lambda play, who, rest: play.do("transfer", who, task=play.task(who), to=PEOPLE[rest[0]]),
    **{
        word: lambda play, who, rest, verb=verb: play.do(verb, who, task=play.task(who), people=s.ids(rest[0]))
        for word, verb in ADDING.items()
    },
    "减签": lambda play, who, rest: play.do("remove", who, task=play.task(PEOPLE[rest[0]])),
    "撤回": lambda play, who, rest: play.do("withdraw", who),
    "催办": lambda play, who, rest: play.do("urge", who),
    "评论": lambda play, who, rest: play.do("comment", who, comment=rest[0] if rest else ""),
    "委托在办": lambda play, who, rest: play.do("delegate", who, user=who),
    "终止": lambda play, who, rest: play.do("terminate", who, comment="作废"),
    "插入": lambda play, who, rest: play.do("insert", who, after=rest[0], people=s.ids(rest[1]), comment="加审"),
    "离职": Play.leave,
    "修改": Play.edit,
    "重提": Play.resubmit,
    "指派": Play.assign,
    "预览": Play.preview,
}


def play(told: s.Scenario) -> Case:
    """Play a scenario to its last click."""
    stage = Play(told)
    stage.submit()
    for line in told.lines.get("点击", ()):
        stage.line(line.strip())
    return stage.case


@pytest.mark.parametrize("told", SCENARIOS, ids=lambda told: told.name)
def test_the_record_is_as_told(told: s.Scenario) -> None:
    case = play(told)
    assert tell(case) == [line.strip() for line in told.lines["记录"]]
    assert ENDS[case.state] == told.said["记录"]
    copies = "、".join(name(user) for user in case.copies) or "无"
    assert copies == told.said.get("抄送", "无")


def test_there_are_forty_scenarios_with_names_of_their_own() -> None:
    assert len({told.name for told in SCENARIOS}) == len(SCENARIOS) >= 40
