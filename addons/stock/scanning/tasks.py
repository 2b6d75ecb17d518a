"""What there is to do with a gun."""

from __future__ import annotations

from addons.stock.scanning import counting, issuing, lending, moving, picking, receiving, returning
from addons.stock.scanning.flow import Task
from core.actor import Actor
from core.errors import NotFound
from core.i18n import _

TASKS: tuple[Task, ...] = (
    receiving.TASK,
    picking.TASK,
    issuing.TASK,
    moving.TASK,
    returning.TASK,
    counting.TASK,
    lending.LEND,
    lending.TAKE_BACK,
)


def offered(actor: Actor) -> list[Task]:
    """The tasks this person may do."""
    return [task for task in TASKS if actor.can(task.permission)]


def find_task(name: str) -> Task:
    """The task of this name; raises `NotFound`."""
    for task in TASKS:
        if task.name == name:
            return task
    raise NotFound(_("There is no such page."))
