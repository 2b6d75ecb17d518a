"""Throwing generated requests at every operation of the API, good ones and bad ones, with ids that exist."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextvars import Context
from random import Random
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.api.openapi import build
from core.approvals.models import ApprovalRequest
from core.db.session import db
from core.db.spec import ModelSpec
from core.i18n import in_locale
from core.kernel.registry import current_registry, is_page
from tests.core.api.fixtures import Caller, full_rights

load_all_checks()
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
CHECKED = [CHECKS.get_one(name) for name in WANTED]


def described() -> Any:
    """The schema as schemathesis reads it, from the very document that is served."""
    with in_locale("en"):
        document = json.loads(json.dumps(build(), default=str))
    db.session.remove()
    return schemathesis.openapi.from_dict(document)


def operations(schema: Any, tag: str) -> list[Any]:
    """The operations of one kind of record."""
    found = (result.ok() for result in schema.get_all_operations())
    mine = [operation for operation in found if tag in operation.tags]
    return sorted(mine, key=lambda operation: operation.method == "delete")  # what is gone cannot be changed


class Campaign:
    """Generated requests of one caller, and how they were answered."""

    def __init__(self, app: Flask, examples: int) -> None:
        self.app = app
        self.examples = examples
        self.caller: Caller = full_rights(app)
        self.answers: Counter[tuple[str, int]] = Counter()
        self.schema = described()
        self.schema.app = app

    def run(self, tag: str) -> None:
        """Every operation of a tag, in good and in bad requests, half of the examples each."""
        for operation in operations(self.schema, tag):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self._throw(operation, mode)

    def _throw(self, operation: Any, mode: GenerationMode) -> None:
        @settings(
            max_examples=max(1, self.examples // 2),
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), seed=st.integers(0, 2**32))
        def throw(case: Case, seed: int) -> None:
            self.send(case, Random(seed))

        try:
            throw()
        except Exception as error:
            if type(error).__name__ not in ("Unsatisfiable", "SkipTest"):  # nothing to get wrong in this operation
                raise

    def send(self, case: Case, random: Random) -> None:
        """Send one request, made more real, and check the answer against the description."""
        make_real(case, random, self.caller)
        headers = dict(self.caller.headers)
        response = Context().run(case.call, headers=headers)  # a session and an actor of its own
        self.answers[case.operation.label, response.status_code] += 1
        case.validate_response(response, checks=CHECKED, headers=headers)
        db.session.remove()


def make_real(case: Case, random: Random, caller: Caller) -> None:
    """Most of the time, name records that are there and versions that are current."""
    if "request_id" in case.path_parameters and random.random() < 0.8:
        _name_request(case, random)
    spec = current_registry().models.get(case.operation.tags[0])
    if spec is None or random.random() < 0.2:
        return
    with acting(SYSTEM):
        record_id = _some_id(spec, random, caller)
        if "record_id" in case.path_parameters and record_id is not None:
            case.path_parameters["record_id"] = record_id
            if random.random() < 0.8:
                _name_version(case, db.session.get(spec.model, record_id))
        if isinstance(case.body, dict):
            _link(spec, case.body, random, caller)
    db.session.remove()


def _name_request(case: Case, random: Random) -> None:
    """Name an approval that waits for the caller, and what he has seen of it."""
    with acting(SYSTEM):
        request = random.choice(db.session.scalars(select(ApprovalRequest)).all() or [None])
    if request is not None:
        case.path_parameters["request_id"] = request.id
        if isinstance(case.body, dict) and "facts_hash" in case.body:
            case.body |= {"task": 1, "facts_hash": request.facts_hash}
        elif isinstance(case.body, dict) and random.random() < 0.5:
            case.body = {"verb": "comment", "comment": "seen"}
    db.session.remove()


def _name_version(case: Case, record: Any) -> None:
    """Say the current version, as a caller does who has just read the record."""
    for name in [n for n in case.headers if n.lower() == "if-match"]:
        del case.headers[name]
    if isinstance(case.body, dict) and hasattr(record, "version"):
        case.body["version"] = record.version


def _link(spec: ModelSpec, body: dict[str, Any], random: Random, caller: Caller) -> None:
    for name, value in body.items():
        field = spec.fields.get(name)
        if field is not None and field.target is not None and isinstance(value, int):
            target = current_registry().models[field.target]
            body[name] = _some_id(target, random, caller)
        elif name in spec.lines and isinstance(value, list):
            line = current_registry().models[spec.lines[name].model]
            for row in value:
                if isinstance(row, dict):
                    _link(line, row, random, caller)


def _some_id(spec: ModelSpec, random: Random, caller: Caller) -> int | None:
    """A record that is there; never the caller himself, who would lock himself out."""
    ids = list(db.session.scalars(select(spec.model.id)))
    ids = [i for i in ids if spec.name != "core.user" or i != caller.user.id]
    return random.choice(ids) if ids else None


def tags(*, addons: bool) -> list[str]:
    """The kinds of record of the addons with the addons' own addresses, or those of core with the general ones."""
    found = [s.name for s in current_registry().models.values() if is_page(s) and (s.addon != "core") is addons]
    own = {declared.addon for declared in current_registry().endpoints}
    return sorted([*found, *own]) if addons else ["core", *sorted(found)]


def examples(usual: int) -> int:
    """How many examples each operation gets; the environment may say more."""
    return int(os.environ.get("QINGMES_FUZZ_EXAMPLES", usual))
