"""What mrp_routing asks others, and what it tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.kernel.hooks import hookspec


@hookspec
def before_operation_start(operation: Any) -> Any:
    """Called when a worker is about to start an operation, after the gate let him, in the scan's transaction.

    The work order is locked. Return a sentence for the worker to object; None to let him. Never writes.
    """


@hookspec
def after_operation_report(operation: Any, good: Decimal, scrap: Decimal, is_last: bool) -> None:
    """Called after good and scrap pieces of an operation were reported, in the scan's transaction.

    The work order is locked and the sums are up to date. A correction that takes pieces back tells of less than none.
    `is_last`: no operation follows, so the good pieces are made. May write.
    """
