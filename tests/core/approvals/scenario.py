"""Reads the named scenarios under `scenarios/`: plain text that an administrator of flows can read and write.

    === 或签：一人同意即可
    发起：赵采购
    单据：金额 3000
    流程：
      会计审核：角色 会计；或签
    点击：
      孙会计 同意
    记录：通过
      会计审核 通过：孙会计 同意、周会计 无需处理

`规则：` holds the flow's own rules, `组织：` delegations in force and vacancies. A click that begins with × must
be refused; `待办：` between clicks says whose turn it is. The house everybody works in is in `factory.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.reading import compile_arms
from tests.core.approvals import world as w
from tests.core.approvals.factory import PEOPLE, POSTS, ROLES

FACTS = {"金额": "amount", "采购员": "buyer", "负责人": "owners", "质检": "named", "类别": "kind"}
MODES = {"或签": "any", "会签": "all", "依次": "sequence"}
EMPTY = {"通过": "pass", "拒绝": "reject", "主管": "manager", "管理员": "admin"}
SELF = {"跳过": "skip", "允许": "allow", "主管": "manager", "管理员": "admin"}
VERBS = {"转交": "transfer", "加签": "add", "退回": "send_back"}
DEDUPE = {"不去重": "none", "连续": "consecutive", "全程": "anywhere"}
WITHDRAW = {"不许": "never", "首次审批前": "first_vote", "随时": "final"}
OPERATORS = {">": "gt", "≤": "lte", "=": "eq"}
SECTIONS = ("发起", "单据", "规则", "组织", "自选", "流程", "点击", "记录", "抄送")


@dataclass
class Scenario:
    """One scenario: its name and the lines of each section."""

    name: str
    said: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def words(self, section: str) -> list[str]:
        """What a section says in its own line, part by part."""
        return [part.strip() for part in self.said.get(section, "").split("；") if part.strip()]


def read_all(folder: Path) -> Iterator[Scenario]:
    """Every scenario of the folder, in order of files and lines."""
    for path in sorted(folder.glob("*.txt")):
        for block in path.read_text("utf-8").split("=== ")[1:]:
            yield read(block)


def read(block: str) -> Scenario:
    """One scenario."""
    name, *lines = block.rstrip().splitlines()
    scenario, section = Scenario(name.strip()), ""
    for line in (n for n in lines if n.strip()):
        if line.startswith(" "):
            scenario.lines[section].append(line)
            continue
        section, _, said = line.partition("：")
        assert section in SECTIONS, f"{name}: {line}"
        scenario.said[section], scenario.lines[section] = said.strip(), []
    return scenario


def facts_of(parts: list[str]) -> dict[str, Any]:
    """`金额 3000；采购员 赵采购；负责人 何师傅、陈主任` as facts."""
    return {FACTS[name]: _value(name, value) for name, value in (part.split(" ", 1) for part in parts)}


def _value(name: str, value: str) -> Any:
    if name == "金额":
        return int(value)
    if name == "类别":
        return value
    ids = [PEOPLE[person] for person in value.split("、")]
    return ids[0] if name == "采购员" else ids


def ids(words: str) -> tuple[int, ...]:
    """The ids of people named one after another."""
    return tuple(PEOPLE[name] for name in re.split("[、 ]+", words.strip()) if name)


def definition_of(scenario: Scenario) -> d.Definition:
    """The flow, with its rules."""
    nodes, rest = _nodes(scenario.lines["流程"], _indent(scenario.lines["流程"][0]))
    assert not rest, rest
    return compile_arms(d.Definition(nodes=nodes, **_rules(scenario.words("规则"))), w.compile_when)


def _rules(parts: list[str]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for part in parts:
        name, _, value = part.partition(" ")
        match name:
            case "去重":
                rules["dedupe"] = DEDUPE[value]
            case "撤回":
                rules["withdraw"] = WITHDRAW[value]
            case "拒绝后":
                rules["on_reject"] = {"结束": "end", "退回": "return"}[value]
            case "重提":
                rules["resume"] = {"重走": "replay", "直达": "straight"}[value]
            case "容差":
                rules["tolerance"] = int(value.rstrip("%"))
            case "超时自动同意":
                rules["auto_agree"] = Decimal(value)
            case "通过抄送":
                rules["copy_approved"] = _approvers(value)
            case "拒绝抄送":
                rules["copy_rejected"] = _approvers(value)
            case _:
                raise AssertionError(part)
    return rules


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _nodes(lines: list[str], indent: int) -> tuple[tuple[d.Node, ...], list[str]]:
    """The nodes that stand this far in, and the lines after them."""
    nodes: list[d.Node] = []
    while lines and _indent(lines[0]) == indent:
        line = lines[0].strip()
        if line.startswith("如果"):
            branch, lines = _branch(lines, indent)
            nodes.append(branch)
        else:
            nodes.append(_node(line))
            lines = lines[1:]
    return tuple(nodes), lines


def _branch(lines: list[str], indent: int) -> tuple[d.Branch, list[str]]:
    arms: list[d.Arm] = []
    first = lines[0].strip()
    while lines and lines[0].strip().startswith("如果"):
        text = lines[0].strip()
        nodes, lines = _nodes(lines[1:], indent + 2)
        field_, operator, value = text.removeprefix("如果").rstrip("：").split()
        when = {"field": FACTS[field_], "op": OPERATORS[operator], "value": _value(field_, value)}
        arms.append(d.Arm(key=text.rstrip("："), name=text, when=when, nodes=nodes))
    assert lines and lines[0].strip() == "否则：", f"{first}: 否则 is missing"
    otherwise, lines = _nodes(lines[1:], indent + 2)
    return d.Branch(key=first, arms=tuple(arms), otherwise=otherwise), lines


def _node(line: str) -> d.Node:
    if line in ("自动通过", "自动拒绝"):
        return d.Verdict(key=line, name=line, approved=line == "自动通过")
    name, _, said = line.partition("：")
    approvers, *options = said.split("；")
    if name.startswith("抄送"):
        return d.Copy(key=name, name=name, approvers=_approvers(approvers))
    return d.Step(key=name, name=name, approvers=_approvers(approvers), **_options(options))


def _options(parts: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for part in parts:
        name, _, value = part.strip().partition(" ")
        if name in MODES:
            options["mode"] = MODES[name]
        elif name == "票签":
            options |= {"mode": "ratio", "threshold": int(value.rstrip("%"))}
        elif name == "无人时":
            named = value not in EMPTY
            options |= {"empty": "user", "empty_user": PEOPLE[value]} if named else {"empty": EMPTY[value]}
        elif name == "本人时":
            options["self_rule"] = SELF[value]
        elif name == "不许":
            options["allow"] = frozenset(d.VERBS) - {VERBS[verb] for verb in value.split("、")}
        else:
            assert name == "须写意见", part
            options["comment"] = True
    return options


def _approvers(said: str) -> tuple[d.Approver, ...]:
    parts = (part.strip().partition(" ") for part in said.split("+"))
    return tuple(_approver(kind, of) for kind, _space, of in parts)


def _approver(kind: str, of: str) -> d.Approver:
    up = int(of.removeprefix("上").removesuffix("级")) if of.startswith("上") else 0
    match kind:
        case "人员":
            return d.Approver(kind="user", targets=ids(of))
        case "角色":
            return d.Approver(kind="role", targets=(ROLES[of],))
        case "范围角色":
            return d.Approver(kind="role_within", targets=(ROLES[of],))
        case "岗位":
            return d.Approver(kind="post", targets=(POSTS[of],))
        case "自选":
            return d.Approver(kind="choice", targets=ids(of), most=3)
        case "逐级主管" if of.startswith("到"):
            return d.Approver(kind="managers", until_role=ROLES[of.split()[1]])
        case "单据" | "明细" | "应用":
            kinds = {"单据": "field", "明细": "lines_field", "应用": "resolver"}
            return d.Approver(kind=kinds[kind], path=FACTS[of])
    plain = {"部门负责人": "unit_head", "主管": "manager", "逐级主管": "managers", "发起人": "initiator"}
    return d.Approver(kind={**plain, "上一审批人的主管": "previous_manager"}[kind], level=up)
