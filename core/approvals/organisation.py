"""The organisation as one flow sees it now: who is away and who stands in, who administers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from core.approvals.logic.people import Org
from core.approvals.models import ApprovalFlow, Delegation
from core.db.session import db
from core.people.directory import Directory, load_directory
from core.people.models import Role

ADMINISTER = "core.approval.administer"


class LiveOrg(Org):
    """The organisation in the database, each part read once it is asked for: many a vote never does."""

    flow: ApprovalFlow
    now: datetime

    def __init__(self, flow: ApprovalFlow, now: datetime) -> None:
        self.__dict__.update(flow=flow, now=now)

    @cached_property
    def directory(self) -> Directory:
        """People, units, posts and roles. Four statements."""
        return load_directory()

    @cached_property
    def deputies(self) -> Mapping[int, int]:
        """The delegations in force."""
        return deputies(self.flow.id, self.now)

    @cached_property
    def admins(self) -> tuple[int, ...]:
        """The flow's administrators."""
        return administrators(self.flow, self.directory)


def deputies(flow_id: int, now: datetime) -> dict[int, int]:
    """Who stands in for whom in this flow now; of two delegations of one person the later made counts."""
    query = select(Delegation).where(
        Delegation.starts_at <= now, Delegation.ends_at > now, Delegation.revoked_at.is_(None)
    )
    found = db.session.scalars(query.order_by(Delegation.id))
    return {d.from_id: d.to_id for d in found if not d.flows or flow_id in d.flows}


def administrators(flow: ApprovalFlow, directory: Directory) -> tuple[int, ...]:
    """The holders of the flow's own administrator role, or of any role that may administer approvals."""
    role = Role.__table__
    if flow.admin_role_id is not None:
        roles = [flow.admin_role_id]
    else:
        rows = db.session.execute(select(role.c.id, role.c.permissions).where(role.c.active))
        roles = [row.id for row in rows if ADMINISTER in row.permissions]
    return tuple(sorted({user for role_id in roles for user in directory.holders_of_role(role_id)}))
