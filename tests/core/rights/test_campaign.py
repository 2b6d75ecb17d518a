"""Every channel shows exactly what the roles say, and nothing else, to anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask

from core.actor import Actor, Reach
from core.db import scope
from tests.core.rights.campaign import EVERY, Campaign, Outcome

CASES = 10_000
QUICK = ("list", "options", "API list")
SEEDS = range(100, 104)


def run(app: Flask, seed: int, *, actors: int, sample: int = 10, channels: Iterable[str] = EVERY) -> Outcome:
    return Campaign.begin(app, seed=seed, actors=actors, sample=sample, channels=channels).run()


@pytest.mark.slow
def test_every_channel_shows_exactly_what_the_roles_say(gauge_app: Flask) -> None:
    first = gauge_app.config["QINGMES"].is_sqlite
    outcome = run(gauge_app, seed=20_261, actors=4) if first else run(gauge_app, seed=20_262, actors=2)
    assert (outcome.leaks, outcome.missing) == ([], [])
    assert outcome.cases.total() >= (CASES if first else CASES // 2), outcome.cases


@pytest.mark.nightly
@pytest.mark.parametrize("seed", SEEDS)
def test_it_does_so_in_many_factories(gauge_app: Flask, seed: int) -> None:
    outcome = run(gauge_app, seed, actors=12, sample=40)
    assert (outcome.leaks, outcome.missing) == ([], [])


def wide_reach(actor: Actor, permission: str) -> Reach:
    """A fault: an org unit's role reaches everything."""
    right = REACH(actor, permission)
    return Reach(everything=True) if right.unit_ids or right.subtree_paths else right


def narrow_reach(actor: Actor, permission: str) -> Reach:
    """A fault: a subtree's role reaches the top of the subtree only."""
    right = REACH(actor, permission)
    return Reach(everything=right.everything, own=right.own, unit_ids=right.unit_ids)


def no_rules(actor: Actor, permission: str) -> Reach:
    """A fault: what a row rule limits is reached without it."""
    right = REACH(actor, permission)
    parts = [right, *(part for _rule, part in right.ruled)]
    return Reach(
        everything=any(p.everything for p in parts),
        own=any(p.own for p in parts),
        unit_ids=frozenset().union(*(p.unit_ids for p in parts)),
        subtree_paths=frozenset().union(*(p.subtree_paths for p in parts)),
    )


def every_group(actor: Actor, group: str | None) -> bool:
    """A fault: every field group is shown to everybody."""
    return True


REACH = Actor.reach
FAULTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "wide": ("reach", wide_reach),
    "narrow": ("reach", narrow_reach),
    "rules": ("reach", no_rules),
    "groups": ("sees_group", every_group),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_campaign_notices_a_fault(one_app: Flask, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    name, wrong = FAULTS[fault]
    monkeypatch.setattr(Actor, name, wrong)
    outcome = run(one_app, seed=20_261, actors=3, channels=QUICK)
    assert outcome.missing if fault == "narrow" else outcome.leaks


def test_the_campaign_notices_rows_without_an_owner_taken_for_ones_own(
    one_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = scope.criterion

    def wrong(model: Any, actor: Actor, verb: str = "read") -> Any:
        clause = right(model, actor, verb)
        return clause | model.owner_id.is_(None) if hasattr(model, "owner_id") and str(clause) != "true" else clause

    monkeypatch.setattr(scope, "criterion", wrong)
    assert run(one_app, seed=20_261, actors=3, channels=QUICK).leaks
