"""Finding partners, making their codes, and what is checked before one is kept or used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Partner, PartnerAddress
from addons.masterdata.services.items import check_code, tidy_code
from addons.masterdata.services.refusals import marked
from core.actor import elevated
from core.approvals.gate import flow_for
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.numbering import next_number

KEPT = object()


def find_partner_by_code(code: str) -> Partner | None:
    """The partner with this code within the actor's reach, or None."""
    return db.session.scalar(select(Partner).where(Partner.code.in_((code, tidy_code(code)))))


def make_partner_code(partner: Partner) -> str:
    """The next free code by the number rule."""
    code = next_number(partner)
    while _is_taken(code):
        code = next_number(partner)
    return code


def _is_taken(code: str) -> bool:
    with elevated("a code may be taken by a partner out of reach"):
        return db.session.scalar(select(Partner.id).where(Partner.code == code)) is not None


def check_partner_usable(partner: Partner) -> None:
    """Raise `Conflict` when a partner may not be put on new documents: it is not active."""
    if partner.state == "draft":
        raise Conflict(_("Partner %(name)s is not active yet. Activate it first.", name=partner.name))
    if partner.state == "blocked":
        reason = partner.block_reason or _("no reason given")
        raise Conflict(_("Partner %(name)s is blocked: %(reason)s.", name=partner.name, reason=reason))


def default_address(partner: Partner, kind: str = "ship_to") -> PartnerAddress | None:
    """The default address of a kind, else the first of that kind; None when there is none."""
    of_kind = [address for address in partner.addresses if address.kind == kind]
    return next((address for address in of_kind if address.is_default), of_kind[0] if of_kind else None)


def check_partner(partner: Partner, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` when its code would be emptied, two addresses of one kind are the default, or its
    credit limit would change past the flow that has to approve it."""
    check_code(partner, changes)
    _check_credit_limit(partner, changes)
    seen: set[str] = set()
    for position, line in enumerate(changes.get("addresses", ())):
        kind = line.get("kind", "ship_to")
        if not line.get("is_default"):
            continue
        if kind in seen:
            raise marked(_("Only one address of each kind can be the default."), "addresses", position, "is_default")
        seen.add(kind)


def _check_credit_limit(partner: Partner, changes: Mapping[str, Any]) -> None:
    """A draft's is free; later, where a flow approves changes of it, only that action changes it."""
    if (
        partner.id is None
        or partner.state == "draft"
        or changes.get("credit_limit", KEPT) in (KEPT, partner.credit_limit)
    ):
        return
    action = current_registry().transition("masterdata.partner", "set_credit_limit")
    if action is not None and flow_for(partner, action) is not None:
        sentence = _("The credit limit has to be approved: use “%(action)s”.", action=action.title)
        raise marked(sentence, "credit_limit")
