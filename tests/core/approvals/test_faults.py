"""The trial would notice: each seeded fault is caught within a bounded number of sequences."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.core.approvals.campaign import run
from tests.core.approvals.faults import EQUIVALENT, FAULTS
from tests.core.approvals.judge import Violation

MOST = 2_500
FOR_AN_EQUIVALENT = 600


def complaint(most: int) -> str:
    """What is noticed first in so many sequences; empty when nothing is."""
    for seed in range(most):
        try:
            run(seed, Counter())
        except Violation as noticed:
            return str(noticed)
    return ""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[name](monkeypatch)
    assert complaint(MOST).startswith("Violation: "), "noticed by a judge, not by a crash"


@pytest.mark.parametrize("name", EQUIVALENT)
def test_what_means_the_same_is_no_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    EQUIVALENT[name](monkeypatch)
    assert complaint(FOR_AN_EQUIVALENT) == ""
