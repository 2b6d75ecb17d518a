"""Thousands of random flows in random organisations, clicked at random: nothing may go wrong, and all must be met.

Measured: 550 sequences for each second of processor time, 100 to 500 a second by the clock, as busy as the two
cores were. A sequence has 10 clicks on average (25 at most), of which 6 work, and 15 lines of log. 6,000 sequences
run every time, 200,000 at night (27 minutes in one process beside other work).
"""

from __future__ import annotations

from collections import Counter

import pytest

from core.approvals.logic import definition as d
from core.approvals.logic.case import APPLY
from tests.core.approvals.campaign import run
from tests.core.approvals.clicks import PERFORM

CHUNK, CHUNKS = 3_000, 2
NIGHTLY_CHUNK, NIGHTLY_CHUNKS = 10_000, 20
NIGHTLY_FROM = 1_000_000

REFUSALS = (
    "Nobody is to be chosen for this step.",
    "Choose %(least)s to %(most)s of the people offered.",
    "This decision is not yours to make.",
    "This has been dealt with by %(name)s already.",
    "This is no longer waiting for a decision.",
    "The document has changed meanwhile. Look at it again, then decide.",
    "Say why.",
    "It cannot be sent back to that step.",
    "Only what was sent back can be sent again.",
    "Only who submitted it can send it again.",
    "This request has ended.",
    "Only who submitted it can withdraw it.",
    "It can no longer be withdrawn: the flow does not allow it now.",
    "This step does not allow that.",
    "Nobody of that name works here now.",
    "Nobody may approve what he submitted himself.",
    "%(name)s is in this step already.",
    "Nobody more can be put before this step.",
    "Here others can be added before or beside you only.",
    "One decides for all in this step: nobody can be added beside you.",
    "Name one to ten people.",
    "You can take away only whom you added yourself.",
    "Only who submitted it can urge.",
    "They were urged less than half an hour ago.",
    "A step can be inserted only after one this request has come to.",
    "Name people who work here and did not submit it themselves.",
    "That step is behind: insert it after the one that is open.",
    "Say whose task it is.",
)
REASONS = (
    *("skipped copy", "skipped verdict", "skipped self", "skipped nobody", "refused verdict", "refused nobody"),
    *("blocked nobody", "blocked left", "edited tolerated", "edited anew", "finds deputy"),
)
ENDS = ("approved", "rejected", "withdrawn", "cancelled", "running", "blocked", "returned")
BY_OTHERS = {"executed", "failed", "revoked", "migrated"}  # written by the database layer, not by the engine
OFTEN = 20


def not_met(seen: Counter[str]) -> list[str]:
    """What a chunk should have met and did not, or not often enough."""
    events = [f"event {verb}" for verb in APPLY if verb not in BY_OTHERS]
    calls, ends = [f"does {verb}" for verb in PERFORM], [f"ends {state}" for state in ENDS]
    kinds = [f"finds {kind}" for kind in d.KINDS if kind != "initiator"]
    instead = [f"finds initiator {rule}" for rule in ("manager", "admin")]
    nobody = [f"finds nobody {rule}" for rule in ("admin", "manager", "user")]
    rare = [n for n in (*events, *calls, *ends, *kinds, *instead, *nobody, *REASONS) if seen[n] < OFTEN]
    refused = {name.split(": ", 1)[1] for name in seen if name.startswith("refuses ")}
    return rare + [sentence for sentence in REFUSALS if sentence not in refused] + sorted(refused - set(REFUSALS))


def trial(first: int, count: int) -> None:
    """So many sequences."""
    seen: Counter[str] = Counter()
    for seed in range(first, first + count):
        run(seed, seen)
    assert not_met(seen) == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_goes_wrong_whatever_people_do(chunk: int) -> None:
    trial(chunk * CHUNK, CHUNK)


@pytest.mark.nightly
@pytest.mark.parametrize("chunk", range(NIGHTLY_CHUNKS))
def test_nothing_goes_wrong_in_a_long_night(chunk: int) -> None:
    trial(NIGHTLY_FROM + chunk * NIGHTLY_CHUNK, NIGHTLY_CHUNK)
