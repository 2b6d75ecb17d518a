"""What the tests of people do over and over: units of work in somebody's name, and a browser of his own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVar

from flask import Flask
from werkzeug.test import TestResponse

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.people.grants import actor_for
from core.people.models import User
from core.testing import people

T = TypeVar("T")
PASSWORD = "correct horse battery"


def system(work: Callable[[], T]) -> T:
    """Run and commit something in the system's name, with nothing remembered from before."""
    with acting(SYSTEM):
        db.session.expire_all()
        return run_unit(work)


def as_user(user_id: int, work: Callable[[], T]) -> T:
    """Run and commit something in a user's name, with the rights he has now."""
    actor = system(lambda: actor_for(db.session.get_one(User, user_id), "web"))
    with acting(actor):
        return run_unit(work)


class Browser:
    """A browser; each request has a context of its own, as on a server."""

    def __init__(self, app: Flask, user: User | None = None, address: str = "192.0.2.7") -> None:
        self.client = app.test_client()
        self.address = address
        if user is not None:
            people.sign_in(self.client, user)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._open("GET", path, headers=headers)

    def post(self, path: str, method: str = "POST", **values: Any) -> TestResponse:
        return self._open(method, path, data={"csrf_token": self.csrf(), **values})

    def csrf(self) -> str:
        """The mark of our own forms, as this browser has it."""
        return people.csrf(self.client)

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/sign-in", login=login, password=password, **more)

    @property
    def is_signed_in(self) -> bool:
        return self.get("/profile").status_code == 200

    def _open(self, method: str, path: str, **options: Any) -> TestResponse:
        environment = {"REMOTE_ADDR": self.address}
        return Context().run(self.client.open, path, method=method, environ_base=environment, **options)
