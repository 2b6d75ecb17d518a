"""The trial itself: random flow × organisation × clicks, every call judged.

`run(seed)` plays one sequence and raises `Violation` with everything needed to understand it.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from core.approvals.logic import engine
from core.approvals.logic.case import Case
from core.approvals.logic.engine import Turn
from core.approvals.logic.plan import plan
from core.approvals.logic.reading import read_definition, write_definition
from core.errors import QingmesError
from core.i18n import Text
from tests.core.approvals import oracle, world
from tests.core.approvals.clicks import Click, Hand, perform
from tests.core.approvals.judge import Judge, Violation, need
from tests.core.approvals.record import Record
from tests.core.approvals.rules import Law, has_ended

FEWEST_CLICKS, MOST_CLICKS = 8, 25
AFTER_THE_END = 2
WRITTEN = 20  # every so manieth definition goes through JSON


class Trial:
    """One sequence."""

    def __init__(self, seed: int, seen: Counter[str]) -> None:
        self.seen, self.world = seen, world.make(seed)
        self.flow = self.world.definition
        self.case = Case(self.flow, self.world.initiator, self.world.unit)
        self.record = Record()
        self.judge = Judge(self.flow, self.record, self.case.initiator, self.case.unit)
        self.hand = Hand(self.world, self.record)
        self.clicks: list[str] = []

    def run(self) -> None:
        """Submit, click, and look at the end."""
        self.plan_is_the_way()
        first = self.hand.first()
        self.click(first)
        late = 0
        for _ in range(self.world.random.randint(FEWEST_CLICKS, MOST_CLICKS) - 1):
            if self.record.state == "new" or late == AFTER_THE_END:
                break
            late += has_ended(self.record)
            self.click(self.hand.next())
        oracle.check_end(self.flow, self.case, self.record)
        self.seen[f"ends {self.record.state}"] += 1

    def click(self, click: Click) -> None:
        """One call: it must work exactly if it may, and a refused one must change nothing."""
        at = self.world.later()
        self.clicks.append(f"{at:%d. %H:%M} {click}")
        law = Law(self.flow, self.record, self.world.org, self.case.initiator, self.case.log)
        may, before, told = law.allows(click.verb, click.by, at, click.args), _state_of(self.case), len(self.case.log)
        self.judge.begin(click, self.world.org)
        refusal = self._attempt(click)
        need((refusal is None) == may, f"must {'work' if may else 'be refused'}:", click, refusal or "")
        if refusal is not None:
            need(_state_of(self.case) == before, "a refused call changed something:", click)
            self.seen[f"refuses {click.verb}: {_message(refusal)}"] += 1
            return
        self.seen[f"does {click.verb}"] += 1
        for event in self.case.log[told:]:
            self.judge.hear(event)
            self.record.read(event.n, event.actor, event.verb, event.data)
            _count(self.seen, event.verb, event.data)
        oracle.check_state(self.case, self.record, self.world.org)
        oracle.asked_again_in_vain(self.judge, self.record)

    def _attempt(self, click: Click) -> QingmesError | None:
        try:
            perform(click, self.case, self.world)
        except QingmesError as refusal:
            return refusal
        return None

    def plan_is_the_way(self) -> None:
        """I11: the preview is what happens when everybody agrees at once."""
        w = self.world
        law = Law(self.flow, self.record, w.org, w.initiator, [])
        if not law.allows("submit", w.initiator, w.at, {"choices": w.choices}):
            return
        told, hash_ = (self.flow, w.facts), world.fingerprint(w.facts)
        shown = plan(*told, hash_, w.amount, w.initiator, w.unit, w.org, w.at, w.choices)
        case, at = Case(self.flow, w.initiator, w.unit), w.at
        engine.submit(case, Turn(by=w.initiator, at=at, org=w.org), w.facts, hash_, w.amount, w.choices)
        while case.state == "running":
            at += timedelta(minutes=7)
            first = next(t for t in case.tasks if t.state == "todo")
            engine.agree(case, Turn(by=first.assignee, at=at, org=w.org), first.n, hash_, "yes")
        need(_path(shown) == _path(case), "the preview differs:", _path(shown), _path(case))


def _path(case: Case) -> list[Any]:
    steps = [(s.key, s.state, s.reason) for s in case.steps]
    tasks = [(t.step, t.assignee, t.principal, t.state, t.source, dict(t.why)) for t in case.tasks]
    return [case.state, steps, tasks, case.arms, case.copies]


def _state_of(case: Case) -> list[Any]:
    """Everything of a case, as it can be compared later."""
    rows = [tuple(vars(row).values()) for row in (*case.steps, *case.tasks)]
    rest = (case.state, case.round, case.facts_hash, case.amount, case.base_amount, case.returner, len(case.log))
    kept = (dict(case.facts), dict(case.choices), dict(case.arms), dict(case.copies), list(case.inserted))
    return [rows, rest, kept]


def _message(refusal: QingmesError) -> str:
    """The untranslated sentence of a refusal."""
    text: Text = refusal.message
    return str(getattr(text, "_args", (text,))[0])


def _count(seen: Counter[str], verb: str, data: Any) -> None:
    seen[f"event {verb}"] += 1
    if verb in ("skipped", "refused", "blocked"):
        seen[f"{verb} {data['reason']}"] += 1
    if verb == "opened":
        for person in data["people"]:
            why = person["why"]
            seen[f"finds {why['kind']} {why.get('instead') or why.get('rule') or ''}".strip()] += 1
            seen["finds deputy"] += person["principal"] is not None
    if verb == "edited":
        seen["edited tolerated" if data["tolerated"] else "edited anew"] += 1


def run(seed: int, seen: Counter[str]) -> None:
    """One sequence; raises `Violation` with the whole story."""
    trial = Trial(seed, seen)
    try:
        if seed % WRITTEN == 0:
            _survives_writing(trial.flow)
        trial.run()
    except (QingmesError, LookupError, RuntimeError, ValueError, TypeError, AssertionError) as problem:
        raise Violation(f"{type(problem).__name__}: {problem}\n{story(seed, trial)}") from problem


def _survives_writing(flow: Any) -> None:
    written = write_definition(flow)
    need(read_definition(json.loads(json.dumps({**written}))) == flow, "another flow after writing it")


def story(seed: int, trial: Trial) -> str:
    """A sequence as somebody can read it."""
    case, org = trial.case, trial.world.org
    people = [f"{p.id}{'' if p.active else ' (left)'} in {p.unit_id}" for p in org.directory.people.values()]
    units = [f"{u.id} under {u.parent_id} headed by {u.head_id}" for u in org.directory.units.values()]
    who = f"initiator {case.initiator}, admins {org.admins}, deputies {org.deputies}, choices {trial.world.choices}"
    log = [f"{e.n:3} {e.actor} {e.verb} {json.dumps(dict(e.data), ensure_ascii=False)}" for e in case.log]
    flow = json.dumps(write_definition(trial.flow), ensure_ascii=False)
    return "\n".join([f"seed {seed}", flow, ", ".join(people), ", ".join(units), who, *trial.clicks, *log])
