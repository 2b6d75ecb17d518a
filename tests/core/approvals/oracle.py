"""What must hold after every call and at the end, whatever happened: the invariants of approvals.

I1  running: exactly one open step; blocked: exactly one blocked and nobody asked; otherwise neither.
I2  running: somebody is asked, and everybody who is asked or waits works here.
I3  ended: nobody is asked any more.
I4  approved: every step of the way, walked by our own code, is passed in this round or carried into it.
I5  every quorum holds when recounted from the raw votes; an open step is not decided yet.
I6  every vote that counts is on the final facts, or bears the mark that the change was tolerated.
I7  every vote that counts and was not carried is newer than the start of its round.
I12 the log alone, even after a stay in the database, makes the same rows.
I8 to I10 are judged as they are written (`judge.py`); I11 is in `campaign.py`.
"""

from __future__ import annotations

import json
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.case import Case, Event
from core.approvals.logic.people import Org
from tests.core.approvals import rules, who
from tests.core.approvals.judge import Judge, need
from tests.core.approvals.record import AGREES, ENDS, WAITS, Record, Stage


def check_state(case: Case, record: Record, org: Org) -> None:
    """After every call."""
    rows_are_as_recorded(case, record)
    one_step_is_open(record)
    who_is_asked_works_here(record, org)
    now = record.waiting_now()
    if now is not None and now.state == "open":
        the_open_step_waits(now)


def rows_are_as_recorded(case: Case, record: Record) -> None:
    """The engine's rows are what its log says."""
    need((case.state, case.round) == (record.state, record.round), "another state:", case.state, case.round)
    need((case.facts_hash, case.amount) == (record.hash, record.amount), "other facts:", case.facts_hash)
    need(case.arms == record.arms, "other ways:", case.arms)
    need(sorted(case.copies) == sorted(record.copies), "other copies:", case.copies)
    need(len(case.steps) == len(record.stages) and len(case.tasks) == len(record.seats), "rows are missing")
    for run, stage in zip(case.steps, record.stages, strict=True):
        ours = (stage.round, stage.key, stage.kind, stage.state, stage.parent, stage.reason, stage.carried, stage.mode)
        theirs = (run.round, run.key, run.kind, run.state, run.parent, run.reason, run.carried_from, run.mode)
        need(ours == theirs, "another step:", theirs, ours)
    for task, seat in zip(case.tasks, record.seats, strict=True):
        ours_ = (seat.stage, seat.order, seat.holder, seat.principal, seat.state, seat.voter, seat.hash, seat.source)
        voter = (task.decided_by, task.facts_hash, task.source)
        need(ours_ == (task.step, task.order, task.assignee, task.principal, task.state, *voter), "another task:", task)
        need((seat.marks[-1] if seat.marks else None) == task.tolerated, "another mark:", task, seat.marks)


def one_step_is_open(record: Record) -> None:
    """I1 and I3."""
    states = [s.state for s in record.stages]
    need(states.count("open") == (record.state == "running"), f"{record.state} with open steps", states)
    need(states.count("blocked") == (record.state == "blocked"), f"{record.state} with blocked steps", states)
    now = record.waiting_now()
    line: list[Stage] = []
    while now is not None:
        line.append(now)
        now = record.stages[now.parent - 1] if now.parent else None
    parked = [s for s in record.stages if s.state == "parked"]
    need(all(s in line for s in parked), "a parked step nobody will come back to:", parked)
    need(all(s.state == "parked" for s in line[1:]), "a step goes on while others come before:", line)
    for seat in record.seats:
        need(seat.state not in WAITS or record.stages[seat.stage - 1] in line, "asked in a step that is past:", seat)


def who_is_asked_works_here(record: Record, org: Org) -> None:
    """I2."""
    asked = [s for s in record.seats if s.state == "todo"]
    need(bool(asked) == (record.state == "running"), f"{record.state}, asked are", asked)
    for seat in record.seats:
        need(seat.state not in WAITS or who.works_here(org, seat.holder), "asked although not here:", seat)


def the_open_step_waits(stage: Stage) -> None:
    """The rest of I5: what is open is undecided, and who is asked is whose turn it is."""
    need(rules.recount(stage) is None, "open though decided:", stage)
    need(not rules.is_stuck(stage), "open though nobody can decide it:", stage)
    waits = sorted((s for s in stage.seats if s.state in WAITS), key=lambda s: (s.order, s.n))
    turn = ["todo"] + ["waiting"] * (len(waits) - 1) if stage.mode == "sequence" else ["todo"] * len(waits)
    need([s.state for s in waits] == turn, "not as the mode has it:", stage)


def asked_again_in_vain(judge: Judge, record: Record) -> None:
    """Nobody is asked whom the flow would not ask again."""
    for event in judge.told:
        if event.verb not in ("opened", "turn"):
            continue
        stages = [s for s in record.stages if s.opened == event.n]
        seats = stages[0].seats if event.verb == "opened" else [record.seats[event.data["task"] - 1]]
        for seat in (s for s in seats if s.state == "todo"):
            need(not judge.earlier_votes(seat), "asked again:", seat)


def check_end(flow: d.Definition, case: Case, record: Record) -> None:
    """When nothing more happens."""
    the_log_makes_the_rows(case)
    if record.state == "approved":
        the_way_is_passed(flow, record)
        votes_are_on_the_final_facts(record)
    for stage in record.stages:
        quorum_holds(record, stage)
    votes_are_newer_than_their_round(record)
    need(len([e for e in case.log if e.verb == "ended"]) == (record.state in ENDS), "ended more than once")
    need(len(record.copies) == len(set(record.copies)), "told twice:", record.copies)


def the_way_is_passed(flow: d.Definition, record: Record) -> None:
    """I4."""
    for key, node in rules.way(flow.nodes, record):
        stage = record.passed(key)
        need(not isinstance(node, d.Branch) and stage is not None, "approved past:", key)
        if isinstance(node, d.Verdict):
            return


def quorum_holds(record: Record, stage: Stage) -> None:
    """I5."""
    if stage.state == "approved":
        source = record.decided_in(stage)
        need(rules.recount(source) == "approved", "approved without the votes:", source)
        said = [s.said for s in sorted(source.seats, key=lambda s: (s.order, s.n)) if s.state in AGREES]
        need(source.mode != "sequence" or said == sorted(said), "not one after another:", source)


def votes_are_on_the_final_facts(record: Record) -> None:
    """I6."""
    for seat in record.counting():
        fine = seat.hash == record.hash or record.hash in seat.marks
        need(seat.state == "rejected" or fine, "a vote on other facts counts:", seat)


def votes_are_newer_than_their_round(record: Record) -> None:
    """I7."""
    for stage in record.this_round():
        for seat in stage.seats:
            need(not seat.said or seat.said > record.began, "a vote from before counts:", seat)


def the_log_makes_the_rows(case: Case) -> None:
    """I12."""
    again = Case.replay(case.definition, case.initiator, case.unit, case.log)
    need(_rows(again) == _rows(case), "the log makes other rows")
    kept = [Event(e.n, e.at, e.actor, e.verb, json.loads(json.dumps(e.data))) for e in case.log]
    need(_rows(Case.replay(case.definition, case.initiator, case.unit, kept)) == _rows(case), "JSON makes other rows")


def _rows(case: Case) -> dict[str, Any]:
    return {name: value for name, value in vars(case).items() if name not in ("definition", "log", "logged")}
