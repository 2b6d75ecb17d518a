"""The trial would notice: each seeded fault is caught within a bounded number of sequences; the slowest took 429."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.core.approvals import faults_in_steps, faults_on_the_way
from tests.core.approvals.campaign import run
from tests.core.approvals.judge import Violation

Install = Callable[[pytest.MonkeyPatch], None]
FAULTS: tuple[Install, ...] = (*faults_in_steps.FAULTS, *faults_on_the_way.FAULTS)
MOST = 1_000
FOR_AN_EQUIVALENT = 300


def complaint(most: int) -> str:
    """What is noticed first in so many sequences; empty when nothing is."""
    for seed in range(most):
        try:
            run(seed, Counter())
        except Violation as noticed:
            return str(noticed)
    return ""


@pytest.mark.parametrize("install", FAULTS, ids=lambda install: install.__name__)
def test_a_fault_is_caught(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert complaint(MOST).startswith("Violation: "), "noticed by a judge, not by a crash"


@pytest.mark.parametrize("install", faults_on_the_way.EQUIVALENT, ids=lambda install: install.__name__)
def test_what_means_the_same_is_no_fault(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert complaint(FOR_AN_EQUIVALENT) == ""


def test_at_least_forty_faults_are_tried() -> None:
    assert len({install.__name__ for install in FAULTS}) == len(FAULTS) >= 40
