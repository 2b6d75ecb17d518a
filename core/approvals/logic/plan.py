"""Who will be asked, in which order, if everybody agrees: the preview of a request.

It is the engine itself on a case kept nowhere, so what is shown before submitting is what happens after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.approvals.logic import engine
from core.approvals.logic.case import Case
from core.approvals.logic.definition import Definition
from core.approvals.logic.people import Org


def plan(
    definition: Definition,
    facts: Mapping[str, Any],
    facts_hash: str,
    amount: Decimal | None,
    initiator: int,
    unit: int | None,
    org: Org,
    now: datetime,
    choices: Mapping[str, Iterable[int]] | None = None,
) -> Case:
    """The case as it ends when each who is asked agrees at once, the first named first. Pure.

    Its `steps` and `tasks` are the way with its people and reasons, `arms` the ways taken; the state is
    `approved`, `rejected`, or `blocked` where nobody would be found.
    """
    case = Case(definition, initiator, unit)
    engine.submit(case, engine.Turn(by=initiator, at=now, org=org), facts, facts_hash, amount, choices)
    while case.state == "running":
        task = next(t for t in case.tasks if t.state == "todo")
        now += timedelta(microseconds=1)
        turn = engine.Turn(by=task.assignee, at=now, org=org)
        engine.agree(case, turn, task.n, facts_hash, comment="-")
    return case
