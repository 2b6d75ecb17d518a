"""The page at the machine: one scan after the other, in any order, until it is clear what the worker means."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import select

from addons.mrp_routing.models import Machine
from addons.mrp_routing.services.availability import ZERO, Place, available, get_place
from addons.mrp_routing.services.codes import is_printed_code
from addons.mrp_routing.services.identify import Meant, identify
from addons.mrp_routing.services.messages import Answer, Scan
from addons.mrp_routing.services.scans import find_answer, take_scans
from addons.mrp_routing.services.timing import find_open_entries
from core.db import db, utcnow
from core.errors import QingmesError
from core.people.colleagues import find_colleague
from core.workflow.quantities import read_quantity


def new_event() -> str:
    """The id of the next event of a page."""
    return str(uuid.uuid4())


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the page sends: the codes kept so far, and the next code or the quantities, all as typed."""

    event_id: str
    codes: Sequence[str] = ()
    code: str = ""
    good: str = ""
    scrap: str = ""

    @property
    def given(self) -> list[str]:
        """Every code, the new one last. A printed code scanned into a field for a quantity is one, too."""
        new = next((text for text in (self.good, self.scrap) if is_printed_code(text)), self.code).strip()
        return [*self.codes, new] if new else list(self.codes)

    @property
    def made(self) -> tuple[Decimal | None, Decimal]:
        """The good pieces, None while nothing is reported, and the scrap. Raises `ValidationError` for no number."""
        if not self.good.strip() or is_printed_code(self.good) or is_printed_code(self.scrap):
            return None, ZERO
        return read_quantity(self.good), read_quantity(self.scrap)


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What the page shows. `codes` were understood and are kept until the event is complete.

    `asks_quantity`: the worker is at this operation, so the page asks what he made, `preset` filled in.
    `answer` is what became of the event just sent; `refusal` says why the last input could not be understood.
    """

    event_id: str = field(default_factory=new_event)
    codes: Sequence[str] = ()
    worker: str = ""
    machine: str = ""
    place: Place | None = None
    asks_quantity: bool = False
    preset: Decimal | None = None
    answer: Answer | None = None
    refusal: str = ""


def advance(device: str, step: Step) -> Screen:
    """Take one more code, or the quantities, and say what the page shows next. Flushes once the event is complete."""
    try:
        return _advanced(device, step)
    except QingmesError as error:
        return _refused(step, str(error))


def _advanced(device: str, step: Step) -> Screen:
    known = find_answer(step.event_id)
    if known is not None:  # the browser sent it twice
        return Screen(answer=known)
    meant = identify(step.given)
    shown = _show(meant, step.event_id)
    good, scrap = step.made
    if meant.worker_id is None or meant.operation_id is None or (shown.asks_quantity and good is None):
        return shown
    scan = Scan(event_id=step.event_id, at=utcnow(), codes=meant.codes, good=good, scrap=scrap)
    (answer,) = take_scans(device, [scan])
    if shown.asks_quantity and answer.verdict == "pending":
        return replace(shown, event_id=new_event(), answer=answer)
    return Screen(answer=answer)


def _refused(step: Step, sentence: str) -> Screen:
    """What was understood before stays."""
    try:
        return replace(_show(identify(step.codes), step.event_id), refusal=sentence)
    except QingmesError:
        return Screen(refusal=sentence)


def _is_at_work(meant: Meant) -> bool:
    if meant.worker_id is None or meant.operation_id is None:
        return False
    return bool(find_open_entries(meant.operation_id, meant.worker_id))


def _show(meant: Meant, event_id: str) -> Screen:
    """What is known so far. Raises `NotFound` for an operation that is not there."""
    place = get_place(meant.operation_id) if meant.operation_id is not None else None
    asks = _is_at_work(meant)
    return Screen(
        event_id=event_id,
        codes=meant.codes,
        worker=_worker(meant),
        machine=_machine(meant),
        place=place,
        asks_quantity=asks,
        preset=max(available(place), ZERO) if place is not None and asks else None,
    )


def _worker(meant: Meant) -> str:
    found = find_colleague(meant.worker_id) if meant.worker_id is not None else None
    return found[1] if found is not None else ""


def _machine(meant: Meant) -> str:
    return db.session.scalar(select(Machine.name).where(Machine.id == meant.machine_id)) or ""
