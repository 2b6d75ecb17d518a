"""Any sequence of receiving, moving, promising, issuing and taking back keeps the ledger's promises."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.factories import make_location
from addons.stock.services.balances import OutOfStock
from core.db import db
from tests.addons.stock.support import CAUSE, LINE, balances, held, main, movement, need, virtual

ITEMS = st.integers(0, 1)
LINES = st.integers(1, 3)
QUANTITIES = st.decimals("0.000001", 20, places=6) | st.integers(1, 20).map(Decimal)


class Ledger(RuleBasedStateMachine):
    """Two items in two bins, three lines that want them; beside the database, what should be there."""

    @initialize()
    def start(self) -> None:
        """Everything of one example is rolled back at its end."""
        self.items = [make_item() for _ in range(2)]
        self.bins = [main(), make_location().id]
        self.there: dict[int, Decimal] = defaultdict(Decimal)
        self.promised: dict[tuple[int, int], Decimal] = defaultdict(Decimal)

    def free(self, item: int) -> Decimal:
        """What of an item nobody was promised."""
        return self.there[item] - sum((q for (i, _line), q in self.promised.items() if i == item), Decimal(0))

    def attempt(self, work: Any, *, fits: bool) -> bool:
        """Do something that has to succeed exactly when it fits; a refusal is rolled back."""
        savepoint = db.session.begin_nested()
        try:
            work()
        except OutOfStock:
            savepoint.rollback()
            assert not fits
            return False
        savepoint.commit()
        assert fits
        return True

    @rule(item=ITEMS, place=st.integers(0, 1), quantity=QUANTITIES)
    def receive(self, item: int, place: int, quantity: Decimal) -> None:
        """Goods come in."""
        arrival = movement(self.items[item], str(quantity), virtual("supplier"), self.bins[place])
        self.attempt(lambda: services.receive([arrival], cause=CAUSE), fits=True)
        self.there[item] += quantity

    @rule(item=ITEMS, quantity=QUANTITIES)
    def move_to_the_other_bin(self, item: int, quantity: Decimal) -> None:
        """What is free in the first bin may move, and nothing else."""
        on_hand, reserved = balances(self.items[item]).get((self.bins[0], None), (Decimal(0), Decimal(0)))
        moved = movement(self.items[item], str(quantity), *self.bins)
        self.attempt(lambda: services.move([moved], cause=CAUSE), fits=quantity <= on_hand - reserved)

    @rule(item=ITEMS, line=LINES, quantity=QUANTITIES)
    def reserve(self, item: int, line: int, quantity: Decimal) -> None:
        """A line is promised what is free."""
        wanted = need(self.items[item], str(quantity), line)
        if self.attempt(lambda: services.reserve([wanted]), fits=quantity <= self.free(item)):
            self.promised[item, line] += quantity

    @rule(item=ITEMS, line=LINES, quantity=QUANTITIES)
    def issue(self, item: int, line: int, quantity: Decimal) -> None:
        """Goods leave for a line: what it was promised, then what is free."""
        wanted = need(self.items[item], str(quantity), line)
        mine = self.promised[item, line]
        if self.attempt(lambda: services.issue([wanted], cause=CAUSE), fits=quantity <= mine + self.free(item)):
            self.promised[item, line] -= min(mine, quantity)
            self.there[item] -= quantity

    @rule(line=LINES)
    def cancel(self, line: int) -> None:
        """Everything still promised to a line is taken back."""
        mine = sum((self.promised.pop((item, line), Decimal(0)) for item in (0, 1)), Decimal(0))
        assert services.release_reservation(LINE, [line]) == mine

    @invariant()
    def the_database_agrees(self) -> None:
        """On hand and reserved are what they should be, and the sums of moves and of open reservations."""
        if not hasattr(self, "items"):
            return
        for number, item in enumerate(self.items):
            assert held(item) == (self.there[number], self.there[number] - self.free(number))
        assert services.reconcile() == []

    def teardown(self) -> None:
        """Leave nothing behind."""
        db.session.rollback()


@pytest.mark.parametrize("examples", [12, pytest.param(400, marks=pytest.mark.nightly)])
def test_any_sequence_keeps_the_ledgers_promises(any_app: Flask, system: Any, examples: int) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=examples < 100,
        ),
    )
