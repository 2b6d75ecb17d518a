"""A request's record as the scenarios write it: rounds, steps, people, states and reasons, in plain Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from core.approvals.logic.case import Case, StepRun, Task
from tests.core.approvals.factory import NAMES

ENDS = {
    "approved": "通过",
    "rejected": "拒绝",
    "withdrawn": "撤回",
    "cancelled": "终止",
    "running": "审批中",
    "blocked": "受阻",
    "returned": "已退回",
}
STEPS = {
    "open": "进行中",
    "parked": "等加签",
    "approved": "通过",
    "rejected": "拒绝",
    "skipped": "跳过",
    "returned": "退回",
    "cancelled": "作废",
    "blocked": "受阻",
}
TASKS = {
    "todo": "待办",
    "waiting": "排队",
    "parked": "暂停",
    "approved": "同意",
    "rejected": "拒绝",
    "auto": "免重复",
    "moved": "已转",
    "left": "已离职",
    "cancelled": "无需处理",
    "removed": "已减",
}
REASONS = {"copy": "抄送", "verdict": "自动", "self": "本人", "nobody": "无人", "left": "离职"}
HOW = {"transferred": "转自", "left": "接替", "late": "超时接", "delegated": "受托", "before": "加签", "beside": "加签"}


def name(user: int | None) -> str:
    """Somebody's name."""
    return "系统" if user is None else NAMES[user - 1]


def tell(case: Case) -> list[str]:
    """One line for each step, and one before each later round."""
    lines: list[str] = []
    for run in case.steps:
        if run.round > 1 and f"第{run.round}轮" not in lines:
            lines.append(f"第{run.round}轮")
        lines.append(_step(case, run))
    return lines


def _step(case: Case, run: StepRun) -> str:
    reason = f"（{REASONS[run.reason]}）" if run.reason else ""
    carried = "（沿用）" if run.carried_from else ""
    sent_back = {e.data.get("task") for e in case.log if e.verb == "sent_back"}
    people = "、".join(_task(t, t.n in sent_back) for t in case.tasks_of(run))
    title = f"{_title(case, run)} {STEPS[run.state]}{reason}{carried}"
    return f"{title}：{people}" if people else title


def _title(case: Case, run: StepRun) -> str:
    if run.kind == "before":
        return f"{_title(case, case.step(run.parent or 0))}前加"
    if run.key.startswith("added."):
        after = next(i.after for i in case.inserted if i.key == run.key)
        return f"{after}后加"
    return run.key


def _task(task: Task, sent_back: bool) -> str:
    said = "退回" if sent_back else TASKS[task.state]
    if task.state in ("approved", "rejected") and task.decided_by is None:
        said = f"超时{said}"
    about = "，".join(_about(task))
    return f"{name(task.assignee)}{f'（{about}）' if about else ''} {said}"


def _about(task: Task) -> Iterator[str]:
    if task.principal is not None:
        yield f"代{name(task.principal)}"
    if task.why["kind"] in HOW:
        yield f"{HOW[task.why['kind']]}{name(task.why.get('from', task.why.get('by')))}"
    if task.why["kind"] == "assigned":
        yield "指派"
    if "instead" in task.why:
        yield "替发起人"
    if task.why["kind"] == "nobody":
        yield "无人时"
    if task.tolerated is not None:
        yield "容差内"
