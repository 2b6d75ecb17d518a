"""A small factory with a flow, for the tests of approvals on real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.approvals import flows, service
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalTask
from core.approvals.service import Decision
from core.db.session import db, run_unit
from core.people.grants import actor_for
from core.people.models import User
from core.testing.people import make_role, make_unit, make_user

ADMINISTER = ("core.approval.administer", "core.approval_flow.read", "core.approval_flow.publish")


@dataclass
class House:
    """Its people by name: `worker` submits; `head` heads his department, `boss` the plant; two of finance; `admin`."""

    people: Mapping[str, int]
    roles: Mapping[str, int]

    def __getattr__(self, name: str) -> int:
        return self.people[name]


def make_house() -> House:
    """Everybody a flow may ask. Flushes."""
    plant = make_unit(name="Plant")
    shop = make_unit(parent=plant, name="Shop")
    everything = ("masterdata.item.read", "masterdata.item.write", "masterdata.item.release", "masterdata.item.retire")
    worker_role = make_role(*everything)
    finance, admin = make_role(name="Finance"), make_role(*ADMINISTER, name="Approvals")
    people = {
        "worker": make_user(worker_role, unit=shop, name="Worker"),
        "head": make_user(unit=shop, name="Head"),
        "boss": make_user(unit=plant, name="Boss"),
        "fin1": make_user(finance, unit=plant, name="Fin 1"),
        "fin2": make_user(finance, unit=plant, name="Fin 2"),
        "deputy": make_user(unit=shop, name="Deputy"),
        "admin": make_user(admin, worker_role, unit=plant, name="Admin"),
        "admin2": make_user(admin, unit=plant, name="Admin 2"),
    }
    shop.manager_id, plant.manager_id = people["head"].id, people["boss"].id
    db.session.flush()
    return House({name: user.id for name, user in people.items()}, {"finance": finance.id, "admin": admin.id})


def step(key: str, *approvers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A step of a definition."""
    return {"type": "approve", "key": key, "name": key.title(), "approvers": list(approvers), **more}


HEAD = {"kind": "unit_head"}


def make_flow(house: House, *nodes: Mapping[str, Any], transition: str = "release", **rules: Any) -> ApprovalFlow:
    """A published flow before a transition of items. Flushes."""
    number = len(list(db.session.scalars(db.select(ApprovalFlow.id))))
    flow = ApprovalFlow(
        code=f"F{number}", name=f"Flow {number}", model="masterdata.item", transition=transition, priority=number
    )
    db.session.add(flow)
    db.session.flush()
    flows.save_draft(flow, {"nodes": list(nodes), **rules})
    flows.publish(flow)
    return flow


def commit(work: Callable[[], Any]) -> Any:
    """One committed unit in the system's name."""
    with acting(SYSTEM):
        return run_unit(work)


def person(user_id: int) -> User:
    """A user."""
    with acting(SYSTEM):
        found = db.session.get(User, user_id, populate_existing=True)
    assert found is not None
    return found


@contextmanager
def as_user(user_id: int) -> Iterator[None]:
    """Act as somebody, with the rights he has now."""
    with acting(actor_for(person(user_id), "web")):
        yield


def new_item(house: House, **values: Any) -> Item:
    """A draft item. Flushes."""
    return make_item(state="draft", active=False, **values)


def submit(house: House, item_id: int, by: str = "worker", transition: str = "release", **params: Any) -> int:
    """Somebody asks for the transition; returns the request's id. Commits."""

    def work() -> int:
        item = db.session.get(Item, item_id)
        request = service.ask(item, transition, **params)
        assert request is not None
        return request.id

    with as_user(house.people[by]):
        return run_unit(work)


def open_tasks(request_id: int) -> list[ApprovalTask]:
    """The tasks that wait for a decision, in order."""
    with acting(SYSTEM):
        query = db.select(ApprovalTask).where(ApprovalTask.request_id == request_id, ApprovalTask.state == "todo")
        return list(db.session.scalars(query.order_by(ApprovalTask.n).execution_options(populate_existing=True)))


def request_of(request_id: int) -> ApprovalRequest:
    """The request as it is in the database."""
    with acting(SYSTEM):
        found = db.session.get(ApprovalRequest, request_id, populate_existing=True)
    assert found is not None
    return found


def decide(house: House, request_id: int, by: str, verb: str = "agree", **more: Any) -> None:
    """Somebody decides his open task. Commits."""
    user_id = house.people[by]
    task = next(t.n for t in open_tasks(request_id) if t.assignee_id == user_id)
    seen = more.pop("facts_hash", request_of(request_id).facts_hash)
    with as_user(user_id):
        run_unit(lambda: service.decide(request_id, Decision(task=task, verb=verb, facts_hash=seen, **more)))
