"""The tool crib with two scans: tool and badge, in either order; back with the tool and how it is."""

from __future__ import annotations

from addons.stock.models import CONDITIONS, Lot, ToolLoan
from addons.stock.scanning.codes import find_one
from addons.stock.scanning.flow import Kept, Row, Slot, Task, Turn
from addons.stock.scanning.goods import kept_id
from addons.stock.services import find_loan, find_person, name_of
from core.db import db
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _, gettext
from core.kernel.registry import current_registry
from core.web.format import date_text
from core.workflow.fire import fire
from core.workflow.records import create_record

BY_NUMBER = {str(n): condition for n, condition in enumerate(CONDITIONS, 1)}


def take(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for lending."""
    known = {**kept, **_tool_or_person(text)} if text else dict(kept)
    if "tool" not in known or "person" not in known:
        return _ask(known)
    tool, holder = _tool(known), kept_id(known["person"])
    values, spec = {"lot_id": tool.id, "holder_id": holder}, current_registry().model("stock.tool_loan")
    loan: ToolLoan = fire(create_record(spec, values, reached={("core.user", holder)}), "lend")
    news = gettext(
        "%(tool)s is lent to %(name)s until %(day)s.",
        tool=tool.number,
        name=name_of(holder),
        day=date_text(loan.due_on),
    )
    return _ask({"person": known["person"]}, news, done=True)


def _tool_or_person(text: str) -> dict[str, str]:
    try:
        return {"tool": str(find_one(text, "lot").id)}
    except NotFound:
        return {"person": str(find_person(text)[0])}


def _tool(kept: Kept) -> Lot:
    found = db.session.get(Lot, kept_id(kept["tool"]))
    if found is None:
        raise NotFound(_("There is no such lot."))
    return found


def _ask(kept: Kept, news: str = "", done: bool = False) -> Turn:
    tool = _tool(kept) if "tool" in kept else None
    slots = [
        Slot(_("Tool"), tool.number if tool else "", tool.item.name if tool else ""),
        Slot(_("Lent to"), name_of(kept_id(kept["person"])) if "person" in kept else ""),
    ]
    if tool is None:
        prompt = _("Scan the tool.") if "person" in kept else _("Scan the tool, or the badge of who takes it.")
    else:
        prompt = _("Scan the badge of who takes it.")
    return Turn(kept=kept, prompt=prompt, slots=slots, news=news, done=done)


def take_back(kept: Kept, text: str) -> Turn:
    """Answer one scan of the page for tools that come back."""
    if "tool" not in kept:
        if not text:
            return Turn(prompt=_("Scan the tool that comes back."), slots=[Slot(_("Tool")), Slot(_("Lent to"))])
        tool = str(find_one(text, "lot").id)
        _loan({"tool": tool})
        return _ask_condition({"tool": tool})
    if not text:
        return _ask_condition(kept)
    loan = fire(_loan(kept), "return", condition=_condition(text))
    news = gettext("%(tool)s is back: %(condition)s.", tool=loan.lot.number, condition=str(CONDITIONS[loan.condition]))
    slots = [Slot(_("Tool")), Slot(_("Lent to"))]
    return Turn(prompt=_("Scan the tool that comes back."), slots=slots, news=news, done=True)


def _loan(kept: Kept) -> ToolLoan:
    tool = _tool(kept)
    loan = find_loan(tool.id)
    if loan is None:
        raise Conflict(_("%(tool)s is not lent to anybody. Scan another tool.", tool=tool.number))
    return loan


def _condition(text: str) -> str:
    """The condition a number or its code names; raises `ValidationError`."""
    word = text.strip().lower()
    found = BY_NUMBER.get(word, word)
    if found not in CONDITIONS:
        raise ValidationError(_("Answer with a number from 1 to %(most)s.", most=len(CONDITIONS)))
    return found


def _ask_condition(kept: Kept) -> Turn:
    loan = _loan(kept)
    slots = [
        Slot(_("Tool"), loan.lot.number, loan.lot.item.name),
        Slot(_("Lent to"), name_of(loan.holder_id), date_text(loan.due_on)),
    ]
    rows = [Row(str(CONDITIONS[condition]), number) for number, condition in BY_NUMBER.items()]
    return Turn(
        kept=kept, prompt=_("How is it? Enter: in order."), preset="1", is_quantity=True, slots=slots, rows=rows
    )


LEND = Task(name="lend", title=_("Lend a tool"), icon="hand-grab", permission="stock.tool_loan.lend", take=take)
TAKE_BACK = Task(
    name="tool_back", title=_("Tool back"), icon="tools", permission="stock.tool_loan.lend", take=take_back
)
