"""The approval record as paper shows it: rounds of steps of decisions, asked of whoever keeps approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.i18n import Text
from core.kernel import hooks


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What one person did in a step: `decision` as people read it, empty while he has not; `at` None then.

    `signature` is what he drew, as the data address of a PNG.
    """

    person: str
    decision: Text = ""
    comment: str = ""
    at: datetime | None = None
    signature: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a round, with everybody it asks."""

    name: Text
    decisions: Sequence[Decision]


@dataclass(frozen=True, kw_only=True)
class Round:
    """One run of an approval: what it was for, how it ended (empty while it runs), its steps in order.

    `seal` is the end of the record's chain of fingerprints, by which paper and record can be compared.
    """

    title: Text
    outcome: Text = ""
    steps: Sequence[Step] = ()
    seal: str = ""


def find_approvals(model: str, record_ids: Sequence[int]) -> Mapping[int, Sequence[Round]]:
    """The rounds of each of these records, oldest first; a record without approvals may be missing."""
    return hooks.ask("approval_rounds", model=model, record_ids=list(record_ids)) or {}
