"""People of the house at their browsers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.testing.people import csrf, sign_in
from tests.core.approvals.house import House, open_tasks, person, request_of


@dataclass
class Desk:
    """One person's browser without scripts."""

    client: FlaskClient
    token: str
    user_id: int

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def text(self, path: str) -> str:
        """What a page says, without its tags."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-600:])
        return plain(answer.text)

    def decide(self, request_id: int, verb: str = "agree", **fields: Any) -> TestResponse:
        """Decide one's open task as the page would send it."""
        task = next((t.n for t in open_tasks(request_id) if t.assignee_id == self.user_id), 1)
        seen = {"task": task, "verb": verb, "facts_hash": request_of(request_id).facts_hash}
        return self.post(f"/approvals/{request_id}/decide", **{**seen, **fields})


def plain(html: str) -> str:
    """The words of a page."""
    main = html.partition("<main")[2].partition("</main>")[0] or html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def desk(app: Flask, house: House, name: str) -> Desk:
    """Somebody of the house at his own browser."""
    client = app.test_client()
    sign_in(client, person(house.people[name]))
    return Desk(client, csrf(client), house.people[name])
