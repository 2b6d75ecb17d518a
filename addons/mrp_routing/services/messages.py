"""What devices send, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from addons.mrp_routing.models import ScanEvent
from addons.mrp_routing.services.availability import ZERO
from addons.mrp_routing.services.timing import STARTS
from core.errors import ValidationError
from core.i18n import _

MACHINE_ACTIONS = ("down", "up")
ACTIONS = (*STARTS, "report", "finish", "pause", "leave", *MACHINE_ACTIONS)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One event of a device: what was scanned, in any order, and when.

    `event_id` is a UUID made on the device, `seq` its running number there (None where a device has none).
    `action` None is worked out: start, or finish when a quantity is given. `since`: the work began then and ends `at`,
    both told together; `kind` says what kind of time it was. `good` None with the action finish means all that is
    available. Reasons are printed codes of reasons, or what people call them. `back_to` is the place of the operation
    that pieces for rework go back to. `minutes` is how long it took by the device's own reckoning, `offline` that it
    was scanned without network, `note` anything the device wants kept.
    """

    event_id: str
    at: datetime
    codes: Sequence[str]
    seq: int | None = None
    action: str | None = None
    good: Decimal | None = None
    scrap: Decimal = ZERO
    rework: Decimal = ZERO
    held: Decimal = ZERO
    scrap_reason: str | None = None
    rework_reason: str | None = None
    hold_reason: str | None = None
    back_to: int | None = None
    reason: str | None = None
    since: datetime | None = None
    kind: str = "run"
    minutes: int | None = None
    offline: bool = False
    note: str | None = None

    def means(self, scanned: str | None = None) -> str:
        """What the worker wants, unless he `scanned` it. A second scan alone never ends anything: finishing needs a
        quantity or the word."""
        action = self.action or scanned
        if action is not None and action not in ACTIONS:
            raise ValidationError(_("This action is not known here."), reason="unknown_action")
        if self.since is not None:
            return "given"
        if action is not None:
            return action
        return "finish" if self.good is not None or any((self.scrap, self.rework, self.held)) else "start"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an event.

    `verdict`: applied, ignored, pending (kept for a person to look at), duplicate (had its effect before; the
    rest is the first answer), rejected (not kept: its id or number belongs to another event). `code` is for
    programs, `message` for the worker. `available` is what the operation may still report, as decimal text. `flags`
    names the rules that what was recorded contradicts.
    """

    id: str
    verdict: str
    code: str
    message: str
    operation: str | None = None
    available: str | None = None
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class Kept:
    """An event in the inbox that is being understood: its row, its device, and when it was by our clock."""

    row_id: int
    device: str
    at: datetime
    scan: Scan


def scan_of(row: ScanEvent) -> Scan:
    """The event as it came, its times by our clock."""
    said = {name: value for name, value in row.payload.items() if name != "device"}
    for name in ("good", "scrap", "rework", "held"):
        if said.get(name) is not None:
            said[name] = Decimal(said[name])
    said["at"] = row.at
    if said.get("since"):
        said["since"] = datetime.fromisoformat(said["since"]) + timedelta(seconds=row.clock_offset)
    return Scan(**said)
