"""Judges every line the engine writes to the log, the moment it is written, before it is believed.

Reads the record as it was before the line, the click that caused it, and the organisation of that moment.
Shares no code with the engine. `Violation` says what was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.case import Event
from core.approvals.logic.people import Org
from tests.core.approvals import rules, who
from tests.core.approvals.clicks import Click
from tests.core.approvals.record import AGREES, ENDS, WAITS, Record, Seat, Stage

AFTER_THE_END = ("executed", "failed", "revoked", "commented")


class Violation(AssertionError):
    """The engine did what it must not do."""


def need(holds: Any, complaint: str, *about: Any) -> None:
    """Raise `Violation` unless it holds."""
    if not holds:
        raise Violation(f"{complaint} {' '.join(map(str, about))}".strip())


class Judge:
    """One request's judge. `told` are the events of the call so far."""

    def __init__(self, flow: d.Definition, record: Record, initiator: int, unit: int | None) -> None:
        self.flow, self.record, self.initiator, self.unit = flow, record, initiator, unit
        self.told: list[Event] = []
        self.click, self.org = Click("", None), Org()

    def begin(self, click: Click, org: Org) -> None:
        """Another call begins."""
        self.click, self.org, self.told = click, org, []

    def hear(self, event: Event) -> None:
        """Judge one event."""
        if self.record.state in ENDS:
            copies = event.verb == "copied" and event.data["on"] == self.record.state and self.told
            need(copies or event.verb in AFTER_THE_END, "something happened after the end:", event)
        need(event.actor in (None, self.click.by), "the log names somebody else:", event)
        getattr(self, f"_{event.verb}", self._fine)(event.data, event)
        self.told.append(event)

    def _fine(self, _data: Mapping[str, Any], _event: Event) -> None:
        pass

    def stage(self, n: int) -> Stage:
        return self.record.stages[n - 1]

    def seat(self, n: int) -> Seat:
        return self.record.seats[n - 1]

    def said(self, *verbs: str) -> None:
        need(self.click.verb in verbs, f"this click must not cause that; only {verbs}:", self.click)

    # Rounds

    def _submitted(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("submit", "resubmit")
        need(data["facts"] == self.click.args["facts"], "other facts than were submitted")
        straight = self.click.verb == "resubmit" and rules.goes_straight(self.flow, self.record, self.click.args)
        need(not straight, "it must go straight to who sent it back")

    def _resumed(self, _data: Mapping[str, Any], _event: Event) -> None:
        self.said("resubmit")
        need(rules.goes_straight(self.flow, self.record, self.click.args), "this must start again")

    def _edited(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("edit")
        need(data["hash"] == self.click.args["hash"], "other facts than were written")
        sure, doubt = self._way_stays(data)
        if data["tolerated"]:
            need(self._within(data) and sure, "votes stay although the change must void them")
        elif self._within(data) and sure:
            need(doubt, "votes are void although the change is tolerated")

    def _within(self, data: Mapping[str, Any]) -> bool:
        if None in (self.flow.tolerance, self.record.base, data["amount"]):
            return False
        return int(data["amount"]) * 100 <= int(self.record.base or 0) * (100 + int(self.flow.tolerance or 0))

    def _way_stays(self, data: Mapping[str, Any]) -> tuple[bool, bool]:
        """Whether the ways taken and the people asked so far stay; and whether a way yet to come might not."""
        then, now = self.record.facts, data["facts"]
        known = [b for b in rules.all_branches(self.flow.nodes) if b.key in self.record.arms]
        ways = all(rules.arm_taken(b, then) == rules.arm_taken(b, now) for b in known)
        doubt = any(rules.arm_taken(b, then) != rules.arm_taken(b, now) for b in rules.all_branches(self.flow.nodes))
        steps = [rules.step_of(self.flow, s.key) for s in self.record.this_round() if s.kind == "plan"]
        people = all(self._people_stay(step, then, now) for step in steps if step)
        return ways and people, doubt

    def _people_stay(self, step: d.Step, then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
        facts, found = self.record.facts, []
        for stated in (then, now):
            self.record.facts = stated
            outcome, reason, people = who.must_be_asked(step, self.record, self.org, self.initiator, self.unit)
            found.append((outcome, reason, [user for user, _principal in people]))
        self.record.facts = facts
        return found[0] == found[1]

    def _sent_back(self, data: Mapping[str, Any], event: Event) -> None:
        stage = self.stage(data["step"])
        if event.actor is None:
            need(self.flow.on_reject == "return" and data["to"] is None, "this flow does not return what is rejected")
            need(rules.recount(stage) == "rejected", "returned though not rejected:", stage)
        else:
            self.said("send_back")
            need(stage.n == self.seat(self.click.args["task"]).stage, "sent back from another step")
            need(data["to"] == self.click.args["to"], "sent back to another step")

    def _carried(self, data: Mapping[str, Any], _event: Event) -> None:
        old, source = self.stage(data["from"]), self.record.decided_in(self.stage(data["from"]))
        need(self.record.how in ("sent_back", "resumed"), "a new round must ask again:", data)
        need(old.round == self.record.round - 1 and old.key == data["key"], "carried from elsewhere:", old)
        need(old.state in ("approved", "skipped") and old.kind != "before", "carried though not passed:", old)
        need(old.state == "skipped" or rules.recount(source) == "approved", "carried without votes:", source)
        keys = [s.key for s in self.record.stages if s.round == old.round and s.kind != "before"]
        need(self.record.back_to in keys, "carried, but back to where?", self.record.back_to)
        need(keys.index(old.key) < keys.index(str(self.record.back_to)), "carried past where it was sent back to:", old)

    # Steps

    def _arm(self, data: Mapping[str, Any], _event: Event) -> None:
        _key, branch = self._next(data["branch"])
        need(data["branch"] not in self.record.arms, "a way was chosen twice in a round:", data)
        need(rules.arm_taken(branch, self.record.facts) == data["arm"], "the wrong way:", data, self.record.facts)

    def _next(self, key: str) -> tuple[str, Any]:
        need(self.record.waiting_now() is None, "went on while a step is open:", key)
        need(self.record.state == "running", "went on while", self.record.state)
        following = rules.next_on(self.flow, self.record)
        need(following is not None and following[0] == key, f"went on to {key} instead of", following)
        return following or ("", None)

    def _opened(self, data: Mapping[str, Any], _event: Event) -> None:
        if data["kind"] == "before":
            self._opened_before(data)
            return
        _key, node = self._next(data["key"])
        step = node if isinstance(node, d.Step) else _as_step(node)
        outcome, reason, people = who.must_be_asked(step, self.record, self.org, self.initiator, self.unit)
        need(outcome in ("ask", "block"), f"asked, but must {outcome} ({reason}):", data)
        asked = [(p["user"], p["principal"]) for p in data["people"]]
        need(asked == people, f"asked {asked}, must be", people)
        need((data["mode"], data["threshold"]) == (step.mode, step.threshold), "another quorum:", data)

    def _opened_before(self, data: Mapping[str, Any]) -> None:
        self.said("before")
        parent = self.stage(data["parent"])
        need(parent.state == "parked" and parent.n == self.seat(self.click.args["task"]).stage, "before what?", data)
        asked = [p["user"] for p in data["people"]]
        need(asked == list(dict.fromkeys(self.click.args["people"])), "asked others than named:", data)
        need(all(self._may_sit(user, parent) for user in asked), "may not be asked:", data)

    def _may_sit(self, user: Any, stage: Stage) -> bool:
        return rules.may_sit(user, stage, self.flow, self.record, self.org, self.initiator)

    def _skipped(self, data: Mapping[str, Any], _event: Event) -> None:
        self._passed_by(data, "skip", {d.Copy: "copy"})

    def _refused(self, data: Mapping[str, Any], _event: Event) -> None:
        self._passed_by(data, "reject", {})

    def _passed_by(self, data: Mapping[str, Any], outcome: str, reasons: Mapping[Any, str]) -> None:
        _key, node = self._next(data["key"])
        if isinstance(node, d.Verdict):
            fits = data["reason"] == "verdict" and node.approved == (outcome == "skip")
        elif isinstance(node, d.Copy):
            fits = data["reason"] == reasons.get(d.Copy)
        else:
            step = node if isinstance(node, d.Step) else _as_step(node)
            must = who.must_be_asked(step, self.record, self.org, self.initiator, self.unit)
            fits = must == (outcome, data["reason"], [])
        need(fits, f"no reason to {outcome}:", data, node)

    def _closed(self, data: Mapping[str, Any], _event: Event) -> None:
        stage = self.stage(data["step"])
        need(stage.state == "open", "closed what is not open:", stage)
        if data["state"] == "cancelled":
            self.said("remove")
            left = [s for s in stage.seats if s.state in (*WAITS, *AGREES, "rejected")]
            need(stage.kind == "before" and not left, "closed a step that others are in:", stage)
        else:
            need(rules.recount(stage) == data["state"], f"closed as {data['state']} against the votes:", stage)
            ends = data["state"] == "approved" or self.flow.on_reject == "end"
            need(ends, "this flow returns what is rejected:", stage)

    def _parked(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("before")
        need(self.stage(data["step"]).state == "open", "parked what is not open")

    def _unparked(self, data: Mapping[str, Any], _event: Event) -> None:
        stage = self.stage(data["step"])
        open_ = [s for s in self.record.stages if s.parent == stage.n and s.state in ("open", "parked", "blocked")]
        need(stage.state == "parked" and not open_, "went on before those who were put before:", stage)

    def _blocked(self, data: Mapping[str, Any], _event: Event) -> None:
        stage = self.stage(data["step"])
        need(stage.state == "open" and rules.is_stuck(stage), "blocked though somebody can decide:", stage)
        need((data["reason"] == "nobody") == (not stage.seats), "blocked for another reason:", data)

    def _unblocked(self, data: Mapping[str, Any], _event: Event) -> None:
        need(not rules.is_stuck(self.stage(data["step"])), "went on though nobody can decide:", data)

    def _inserted(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("after", "insert")
        need(self.initiator not in data["people"], "the initiator was put into his own way:", data)
        need(data["people"] == list(dict.fromkeys(self.click.args["people"])), "inserted others:", data)

    # Votes

    def _agreed(self, data: Mapping[str, Any], event: Event) -> None:
        self._voted(data, event, "agree")
        cap, amount = self.flow.auto_agree, self.record.amount
        if event.actor is None:
            need(cap is not None and amount is not None and amount <= cap, "no timeout may agree to that:", amount)

    def _rejected(self, data: Mapping[str, Any], event: Event) -> None:
        self._voted(data, event, "reject")

    def _voted(self, data: Mapping[str, Any], event: Event, verb: str) -> None:
        seat = self.seat(data["task"])
        need(self.record.state == "running" and seat.state == "todo", "decided what was not to decide:", seat)
        need(data["task"] == self.click.args["task"], "decided another task:", data)
        need(data["hash"] == self.record.hash, "decided on other facts:", data)
        if event.actor is None:
            self.said("timeout")
            need(self.click.args["then"] == verb, "the clock decided otherwise")
        else:
            self.said(verb)
            need(event.actor == seat.holder, "decided by a stranger:", event)
        allowed = rules.may_judge(seat.holder, self.stage(seat.stage), self.flow, self.record, self.initiator)
        need(allowed, "the initiator decided his own:", seat)

    def _auto(self, data: Mapping[str, Any], _event: Event) -> None:
        seat, source = self.seat(data["task"]), self.seat(data["source"])
        need(seat.state == "todo" and source.voter == source.holder == seat.holder, "no vote of his own:", source)
        need(source.state == "approved" and not source.late, "that was no agreement of his:", source)
        need(source.hash == self.record.hash, "that was on other facts:", source)
        need(source in self.earlier_votes(seat), "not the same person again as the flow means it:", seat, source)

    def earlier_votes(self, seat: Seat) -> list[Seat]:
        """The votes that make it needless to ask somebody again, by the flow's rule."""
        here = self.stage(seat.stage)
        if here.kind != "plan" or seat.added_by is not None:
            return []
        ways = [s for s in self.record.this_round() if s.state == "approved" and s.carried is None and s.n < here.n]
        ways = sorted((s for s in ways if any(v.state in AGREES for v in s.seats)), key=lambda s: s.closed)
        looked_at = {"none": [], "consecutive": ways[-1:], "anywhere": ways}[self.flow.dedupe]
        votes = [v for s in looked_at for v in s.seats if v.holder == seat.holder and v.state in AGREES]
        sources = [self.seat(v.source) if v.source else v for v in votes]
        return [v for v in sources if v.voter == seat.holder and v.hash == self.record.hash]

    def _turn(self, data: Mapping[str, Any], _event: Event) -> None:
        seat = self.seat(data["task"])
        stage = self.stage(seat.stage)
        waits = sorted((s for s in stage.seats if s.state in WAITS), key=lambda s: (s.order, s.n))
        need(stage.mode == "sequence" and stage.state == "open" and waits[0] is seat, "out of turn:", seat)

    # People

    def _moved(self, data: Mapping[str, Any], _event: Event) -> None:
        seat = self.seat(data["task"])
        stage, to = self.stage(seat.stage), data["to"] and data["to"]["user"]
        self.said("transfer", "leave", "timeout", "assign", "delegate")
        need(seat.state in (*WAITS, *(("left",) if self.click.verb == "assign" else ())), "moved what is past:", seat)
        wanted = [u for u in self._heirs(seat) if self._may_sit(u, stage)]
        need(to == (wanted[0] if wanted else None), f"went to {to}, must go to", wanted[:1], seat)
        need(to is None or data["to"].get("principal") == self._principal(seat, to), "stands in for another:", data)
        need(to is not None or self.click.verb == "leave", "nobody has it now:", seat)

    def _principal(self, seat: Seat, to: int) -> int | None:
        """For whom somebody who takes over decides: as who had it before, or for him if he delegated it."""
        if seat.state == "left":
            return None
        principal = seat.principal or (seat.holder if self.click.verb == "delegate" else None)
        return principal if principal != to else None

    def _heirs(self, seat: Seat) -> list[Any]:
        args, bosses = self.click.args, who.bosses(self.org, seat.holder)
        deputy = who.stands_in(self.org, seat.holder, self.initiator)
        match self.click.verb:
            case "leave":
                need(seat.holder == args["user"], "somebody else left:", seat)
                return [args["successor"], deputy, *bosses, *self.org.admins]
            case "delegate":
                need(seat.holder == args["user"], "somebody else delegated:", seat)
                return [deputy]
            case "timeout":
                need(seat.n == args["task"] and seat.state == "todo", "another task was late:", seat)
                return [*bosses, *self.org.admins] if args["then"] == "escalate" else [args["to"]]
        return [args["to"]]

    def _joined(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("beside", "assign")
        stage = self.stage(data["step"])
        named = self.click.args.get("people", [self.click.args.get("to")])
        need(data["person"]["user"] in named, "somebody else joined:", data)
        need(self._may_sit(data["person"]["user"], stage), "may not be asked:", data)

    def _removed(self, data: Mapping[str, Any], _event: Event) -> None:
        self.said("remove")
        seat = self.seat(data["task"])
        need(seat.state in WAITS and seat.added_by == self.click.by, "not his to take away:", seat)

    # The end

    def _ended(self, data: Mapping[str, Any], _event: Event) -> None:
        match data["state"]:
            case "withdrawn":
                self.said("withdraw")
            case "cancelled":
                self.said("terminate")
            case "rejected":
                refused = any(s.state == "rejected" for s in self.record.this_round())
                need(refused, "rejected by nobody")
            case "approved":
                following = rules.next_on(self.flow, self.record)
                verdict = any(s.reason == "verdict" and s.state == "skipped" for s in self.record.this_round())
                need(verdict or following is None, "approved before the end:", following)

    def _copied(self, data: Mapping[str, Any], _event: Event) -> None:
        user, on = data["user"], data["on"]
        need(user not in self.record.copies, "told twice:", user)
        need(who.works_here(self.org, user), "told somebody who is not here:", user)
        following = rules.next_on(self.flow, self.record) if on == "arrival" else None
        told = {"approved": self.flow.copy_approved, "rejected": self.flow.copy_rejected}.get(on, ())
        approvers = following[1].approvers if following and isinstance(following[1], d.Copy) else told
        named = [u for a in approvers for u in who.named_by(a, "", self.record, self.org, self.initiator, self.unit)]
        need(user in named, "told somebody nobody named:", data)


def _as_step(added: Mapping[str, Any]) -> d.Step:
    people = d.Approver(kind="user", targets=tuple(added["people"]))
    return d.Step(key=added["key"], name=added["name"], approvers=(people,), mode=added["mode"])
