"""The questions core asks of addons, and the moments it tells them of.

The name says the power: `before_` may object and never writes, `after_` may write and never objects,
`on_` is life cycle, anything else is a question. Only enabled addons are asked, dependants first.
"""

from __future__ import annotations

from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("qingmes")
hookimpl = pluggy.HookimplMarker("qingmes")


@hookspec
def before_transition(record: Any, transition: str) -> Any:
    """Called by `fire()` on the locked record, before its effect, in the caller's transaction.

    Return a sentence for the user to object; None to let it pass.
    """


@hookspec
def after_transition(record: Any, transition: str) -> None:
    """Called by `fire()` after the effect and the new state, in the caller's transaction. May write."""


@hookspec
def before_save(record: Any, changes: dict[str, Any]) -> Any:
    """Called before a record of a generic form, API or import is saved, in its transaction.

    `changes` maps field names to new values (all given fields at creation, when `record.id` is None).
    Return a sentence to object; None to let it pass.
    """


@hookspec
def on_new_record(record: Any) -> None:
    """Called on a new record once its given fields are set, before it gets its number and is flushed.

    In its transaction, from generic form, API or import. May fill in fields of this record that were left
    empty (a code, what follows from a link); writes nothing else.
    """


@hookspec
def after_save(record: Any, created: bool) -> None:
    """Called after such a record was flushed, in its transaction. May write."""


@hookspec
def after_delete(record: Any) -> None:
    """Called after such a record was deleted, in its transaction. May write; its links are read by their ids."""


@hookspec
def approval_people(record: Any, transition: str) -> Any:
    """Asked when a document is submitted for approval: whom do you name as approvers for it?

    Return `{name: [user ids]}`; flows then offer each name as a way to name approvers. None when none.
    """


@hookspec
def before_disable(addon: str) -> Any:
    """Called before an addon is switched off. Return a sentence to object; None to let it pass."""


@hookspec
def on_enable(addon: str) -> None:
    """Called in the transaction that switches an addon on, for that addon and all others enabled."""


@hookspec(firstresult=True)
def scanned_code(code: str) -> Any:
    """Asked when a code is scanned or typed in the search field.

    Return `(model, id)` of the record the code belongs to, e.g. `("stock.lot", 7)`; None when not yours.
    The page then checks the reader's rights.
    """


@hookspec(firstresult=True)
def approval_rounds(model: str, record_ids: list[int]) -> Any:
    """Asked when records of a model are printed, once for all of them, before the pages are made.

    Return their approvals as `{record_id: [core.paper.approvals.Round, …]}`, oldest round first, records without
    any left out; None when you keep no approvals. In a fixed number of statements.
    """


@hookspec(firstresult=True)
def working_time(org_unit_id: Any) -> Any:
    """Asked when a deadline is reckoned in working days or hours, for an org unit or, with None, the factory.

    Return an object like `core.reminders.spans.WorkTime` with the days and hours somebody works; None when you
    do not know. Without an answer work is from Monday to Friday, 8 to 12 and 13 to 17.
    """


@hookspec
def examine_books() -> Any:
    """Asked by `qingmes doctor`, which only reads: are the books you keep what they should add up to?

    Return a list of `core.kernel.health.Finding`s, one of level "ok" when all is well.
    """
