"""The life of items and partners, and how they are numbered."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import fields, validate

from addons.masterdata import services
from addons.masterdata.events import ItemReleased, PartnerBlocked
from addons.masterdata.models import Item, Partner
from core.actor import current_actor
from core.db import Money
from core.errors import Conflict
from core.i18n import _
from core.kernel.manifest import NumberRuleSpec
from core.workflow import audit
from core.workflow.declare import Approvable, State, Transition, Workflow
from core.workflow.schema import ExactDecimal


def activate(record: Item | Partner) -> None:
    """Offer the record for new documents."""
    record.active = True


def deactivate(record: Item | Partner) -> None:
    """Offer the record for new documents no longer; those that name it keep it."""
    record.active = False


def block(record: Partner, reason: str = "") -> None:
    """As `deactivate`, and keep the reason for people to read."""
    deactivate(record)
    record.block_reason = reason or None


def unblock(record: Partner) -> None:
    """As `activate`; the reason is past."""
    activate(record)
    record.block_reason = None


def recall(item: Item) -> None:
    """Take a release back; `Conflict` once anything uses the item."""
    user = services.find_user_of(item)
    if user is not None:
        title = user.meta.title
        raise Conflict(_("%(item)s is used already (%(kind)s). Retire it instead.", item=item.code, kind=title))
    deactivate(item)


def set_credit_limit(partner: Partner, credit_limit: Decimal, reason: str = "") -> None:
    """Agree another credit limit, in the partner's currency; the reason is kept in the history."""
    partner.credit_limit = credit_limit
    if reason:
        audit.note("set_credit_limit", record=partner, reason=[None, reason])


def released(item: Item) -> ItemReleased:
    """The event that tells of a release."""
    return ItemReleased(item_id=item.id, code=item.code, user_id=current_actor().user_id)


def blocked(partner: Partner) -> PartnerBlocked:
    """The event that tells of a block."""
    return PartnerBlocked(
        partner_id=partner.id,
        code=partner.code,
        reason=partner.block_reason or "",
        user_id=current_actor().user_id,
    )


RELEASE_FLOW = {
    "nodes": [
        {
            "type": "approve",
            "key": "head",
            "name": _("Department head"),
            "approvers": [{"kind": "unit_head"}],
        },
        {
            "type": "approve",
            "key": "engineering",
            "name": _("Process engineering"),
            "approvers": [{"kind": "post", "targets": ["process_engineer"]}],
        },
    ]
}
LARGE_CREDIT = {"field": "params.credit_limit", "op": "gt", "value": "10000"}
CREDIT_FLOW = {
    "nodes": [
        {
            "type": "approve",
            "key": "head",
            "name": _("Department head"),
            "approvers": [{"kind": "unit_head"}],
        },
        {
            "type": "branch",
            "key": "amount",
            "arms": [
                {
                    "key": "large",
                    "name": "",
                    "when": LARGE_CREDIT,
                    "nodes": [
                        {
                            "type": "approve",
                            "key": "finance",
                            "name": _("Finance"),
                            "mode": "all",
                            "approvers": [{"kind": "post", "targets": ["finance"]}],
                        },
                        {
                            "type": "approve",
                            "key": "general_manager",
                            "name": _("General manager"),
                            "approvers": [{"kind": "post", "targets": ["general_manager"]}],
                        },
                    ],
                }
            ],
            "otherwise": [],
        },
    ]
}

ITEM = Workflow(
    model="masterdata.item",
    states={
        "draft": State(title=_("Draft")),
        "released": State(title=_("In use"), colour="green"),
        "retired": State(title=_("Retired"), colour="red"),
    },
    initial="draft",
    editable_in=("draft", "released"),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="release",
            title=_("Release for use"),
            from_=("draft",),
            to="released",
            permission="masterdata.item.release",
            effect=activate,
            event=released,
            approvable=Approvable(undo="recall", starter=RELEASE_FLOW, starter_title=_("Release of items")),
            colour="green",
            icon="check",
        ),
        Transition(
            name="recall",
            title=_("Take the release back"),
            from_=("released",),
            to="draft",
            permission="masterdata.item.release",
            effect=recall,
            approvable=True,
            confirm=_("Take the release back? The item becomes a draft again."),
            colour="orange",
            icon="rotate",
        ),
        Transition(
            name="retire",
            title=_("Retire"),
            from_=("draft", "released"),
            to="retired",
            permission="masterdata.item.retire",
            effect=deactivate,
            approvable=True,
            confirm=_("Retire this item? It can no longer be put on new documents."),
            colour="red",
            icon="circle-x",
        ),
        Transition(
            name="reactivate",
            title=_("Reactivate"),
            from_=("retired",),
            to="released",
            permission="masterdata.item.reactivate",
            effect=activate,
            event=released,
            approvable=True,
            icon="refresh",
        ),
    ),
)

PARTNER = Workflow(
    model="masterdata.partner",
    states={
        "draft": State(title=_("Draft")),
        "active": State(title=_("Active"), colour="green"),
        "blocked": State(title=_("Blocked"), colour="red"),
    },
    initial="draft",
    editable_in=("draft", "active", "blocked"),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="activate",
            title=_("Activate"),
            from_=("draft",),
            to="active",
            permission="masterdata.partner.activate",
            effect=activate,
            approvable=True,
            colour="green",
            icon="check",
        ),
        Transition(
            name="block",
            title=_("Block"),
            from_=("draft", "active"),
            to="blocked",
            permission="masterdata.partner.block",
            effect=block,
            event=blocked,
            params={"reason": fields.String(validate=validate.Length(max=200), metadata={"title": _("Reason")})},
            approvable=True,
            confirm=_("Block this partner? It can no longer be put on new documents."),
            colour="red",
            icon="ban",
        ),
        Transition(
            name="unblock",
            title=_("Unblock"),
            from_=("blocked",),
            to="active",
            permission="masterdata.partner.unblock",
            effect=unblock,
            approvable=True,
            icon="lock-open",
        ),
        Transition(
            name="set_credit_limit",
            title=_("Change credit limit"),
            from_=("active",),
            to="active",
            permission="masterdata.partner.set_credit_limit",
            effect=set_credit_limit,
            params={
                "credit_limit": ExactDecimal(Money(), 0, required=True, metadata={"title": _("New credit limit")}),
                "reason": fields.String(validate=validate.Length(max=200), metadata={"title": _("Reason")}),
            },
            approvable=Approvable(
                facts=("kind", "rating", "payment_terms", "payment_days", "currency_id", "credit_limit"),
                amount="params.credit_limit",
                material=("credit_limit",),
                starter=CREDIT_FLOW,
                starter_title=_("Change of the credit limit"),
            ),
            icon="wallet",
        ),
    ),
)

WORKFLOWS = (ITEM, PARTNER)

NUMBERS = (
    NumberRuleSpec(model="masterdata.item", pattern="{code_prefix}{n:5}"),
    NumberRuleSpec(model="masterdata.partner", pattern="P{n:5}"),
)
