"""Asking every channel about every sheet in everybody's name, and comparing with the oracle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from flask import Flask

from core.kernel import switch
from tests.core.api.fixtures import system_unit
from tests.core.rights import channels
from tests.core.rights.channels import Reader
from tests.core.rights.oracle import Person
from tests.core.rights.world import World, draw, enter

Channel = Callable[[Reader], set[str]]
READ, EXPORT, AUDIT = "gauge.sheet.read", "gauge.sheet.export", "core.audit.read"
MAKERS = "gauge.maker.read"
WHOLE: dict[str, tuple[Channel, tuple[str, ...]]] = {
    "list": (channels.listed, ()),
    "list search": (channels.searched_in_list, ()),
    "options": (channels.offered, ()),
    "export": (channels.exported, (EXPORT,)),
    "API list": (channels.listed_by_api, ()),
    "API filter": (channels.filtered_by_link, ()),
    "API sort": (channels.sorted_by_api, (MAKERS,)),
    "API read": (channels.read_by_api, ()),
    "audit search": (channels.searched_in_audit, (AUDIT,)),
}
SAMPLED: dict[str, tuple[Channel, tuple[str, ...]]] = {
    "form": (channels.opened, ()),
    "search": (channels.found_everywhere, ()),
    "API search": (channels.searched_by_api, ()),
    "audit tab": (channels.audited, ()),
}
EVERY = (*WHOLE, *SAMPLED)
SECRETS = {"prices": re.compile(r"8\d{4}\.53"), "costs": re.compile(r"9\d{4}\.57")}
MAKER = re.compile(r"MK\d\dX")


@dataclass
class Outcome:
    """How many cases were compared, by channel, and which did not agree."""

    cases: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def compare(self, channel: str, who: str, asked: set[str], expected: set[str], seen: set[str]) -> None:
        """One case for each sheet that was asked about."""
        self.cases[channel] += len(asked)
        self.leaks += [f"{channel}: {who} sees {key}" for key in sorted(seen - expected)]
        self.missing += [f"{channel}: {who} misses {key}" for key in sorted(expected - seen)]


@dataclass
class Campaign:
    """One world, and everybody in it."""

    app: Flask
    world: World
    dice: Random
    sample: int
    channels: frozenset[str]
    outcome: Outcome = field(default_factory=Outcome)

    @classmethod
    def begin(cls, app: Flask, *, seed: int, actors: int, sample: int, channels: Iterable[str] = EVERY) -> Campaign:
        world = draw(seed, actors)
        enter(world)
        return cls(app, world, Random(seed), sample, frozenset(channels))

    def run(self) -> Outcome:
        """Everybody who holds something; the last of them with the addon switched off as well."""
        acting = [person for person in self.world.persons if person.holdings]
        for person in acting:
            self._ask(person, enabled=True)
        system_unit(lambda: switch.disable("gauge"))
        self._ask(acting[-1], enabled=False)
        self._ask(acting[0], enabled=False)
        return self.outcome

    def _ask(self, person: Person, *, enabled: bool) -> None:
        world, who = self.world, f"{person.name}{'' if enabled else ' (app off)'}"
        sampled = self.dice.sample(sorted(world.sheet_ids), self.sample)
        reader = Reader.of(self.app, world, world.users[person.name], sampled)
        for asked, plan in ((set(world.sheet_ids), WHOLE), (set(sampled), SAMPLED)):
            for name in sorted(self.channels & set(plan)):
                channel, needs = plan[name]
                expected = self._expected(person, needs, enabled) & asked
                self.outcome.compare(name, who, asked, expected, channel(reader))
        reach = len(self._expected(person, (), enabled))
        self.outcome.compare("count", who, {"count"}, {str(reach)}, {str(channels.counted(reader))})
        self._check_secrets(reader, person, who)

    def _expected(self, person: Person, needs: tuple[str, ...], enabled: bool) -> set[str]:
        oracle = self.world.oracle
        if not enabled or not all(oracle.may(person, permission) for permission in needs):
            return set()
        return {row.key for row in self.world.sheets if oracle.reaches(person, READ, row)}

    def _check_secrets(self, reader: Reader, person: Person, who: str) -> None:
        """Hidden fields, and the names of linked records out of reach, stand nowhere in what was told."""
        told = "\n".join(reader.told)
        for group, pattern in SECRETS.items():
            hidden = not self.world.oracle.sees(person, group)
            self.outcome.compare(
                f"fields of {group}", who, {group}, set(), set(pattern.findall(told)) if hidden else set()
            )
        hidden = {m.key for m in self.world.makers if not self.world.oracle.reaches(person, MAKERS, m)}
        self.outcome.compare("linked names", who, hidden, set(), set(MAKER.findall(told)) & hidden)
