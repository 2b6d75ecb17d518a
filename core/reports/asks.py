"""What many reports ask for, declared once."""

from __future__ import annotations

from datetime import date

from core.i18n import _
from core.reports.declare import Ask
from core.workflow.numbering import today


def _month() -> date:
    return today().replace(day=1)


FROM = Ask(name="start", title=_("From day"), kind="date", default=_month, required=True)
UNTIL = Ask(name="end", title=_("Until day"), kind="date", default=today, required=True, not_before="start")
