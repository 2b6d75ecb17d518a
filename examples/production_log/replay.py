"""Replay a production log through the public API.

Makes a fresh database, imports work centers, machines, workers, items, routings and work orders from the file, then
sends every report as an event of its own, in the order in which they were completed. The last line printed is JSON:
orders, reports, applied, pending (they wait for somebody), and what the database holds afterwards: pieces completed,
rejected and held for review (mrb), pieces of rework, and minutes of time entries.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from addons.masterdata.factories import pieces
from addons.mrp_routing.models import QuantityEntry, ScanEvent, TimeEntry
from core.actor import SYSTEM, acting
from core.app import create_app
from core.config import Config
from core.db import Quantity, db, migrate, run_unit
from core.kernel.registry import current_registry
from core.kernel.switch import enable, forget_enabled
from core.people import starter
from core.people.secrets import new_token
from core.testing.people import administrator, bearer, make_token

NAMESPACE = uuid.UUID("6f1f2f1e-6a0f-5c5e-9d7b-0d4c1a6f2b11")
ZONE = ZoneInfo("Asia/Shanghai")  # the log says only what the clock on the wall showed
BATCH = 100
KINDS = {"D": "run", "S": "setup", "B": "indirect"}
WHEN = "%Y/%m/%d %H:%M:%S.%f"
LENIENT = {"gate": "soft", "over_report": "record_only"}
Row = dict[str, str]


@dataclass
class Shop:
    """The names of the log and the codes they have in the database."""

    machines: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Api:
    """The public API, spoken to as any program would."""

    client: FlaskClient
    headers: dict[str, str]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a JSON body; RuntimeError unless it went well."""
        answer = self.client.post(f"/api/v1/{path}", json=body, headers=self.headers)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")
        return answer.json


@click.command(help=str(__doc__))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", help="An empty database to fill; a temporary SQLite file when left out.")
def main(file: Path, database: str | None) -> None:
    """Replay a file and print what came of it; the exit code is 0 when every report was kept."""
    rows = read(file)
    with tempfile.TemporaryDirectory() as name, replayed(rows, Path(name), database or f"sqlite:///{name}/replay.db"):
        result = figures(rows)
    click.echo(json.dumps(result))
    sys.exit(0 if result["applied"] + result["pending"] == result["reports"] else 1)


def read(path: Path) -> list[Row]:
    """The rows of the file as they are."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


@contextmanager
def replayed(rows: Sequence[Row], folder: Path, database: str) -> Iterator[Flask]:
    """The application whose database holds the log, as long as the block lasts."""
    config = replace(Config.from_env({"QINGMES_DATA": str(folder)}), database_url=database, locale="en")
    app = create_app(replace(config, only=frozenset({"masterdata", "mrp_routing"}), secret_key=new_token()))
    with app.app_context():
        api = _set_up(app)
        shop = import_shop(api, rows)
        for number, batch in enumerate(_batches(in_order(rows), BATCH), start=1):
            send(api, shop, batch)
            click.echo(f"{min(number * BATCH, len(rows))} of {len(rows)} reports sent", err=True)
        yield app
        db.session.remove()
        db.engine.dispose()


def _set_up(app: Flask) -> Api:
    """A database with the tables, the two apps and somebody whose token may do everything."""
    migrate.upgrade(db.engine, current_registry())
    with acting(SYSTEM):
        run_unit(starter.install)
        forget_enabled()
        run_unit(lambda: [enable(name) for name in current_registry().addons if name != "core"])
        run_unit(pieces)
        user = run_unit(lambda: administrator(login="replay"))
        token = make_token(user)
    return Api(app.test_client(), bearer(token))


def import_shop(api: Api, rows: Sequence[Row]) -> Shop:
    """Work centers, machines, operation types, workers, parts, and a released work order with its routing per case."""
    shop = Shop()
    centers: dict[str, int] = {}
    for number, resource in enumerate(_distinct(row["Resource"] for row in rows), start=1):
        name = _center_of(resource)
        if name not in centers:
            body = {"code": f"C{len(centers) + 1:02d}", "name": name, **LENIENT}
            centers[name] = api.post("mrp_routing/work-centers", body)["id"]
        shop.machines[resource] = f"M{number:02d}"
        body = {"code": shop.machines[resource], "name": resource, "work_center_id": centers[name]}
        api.post("mrp_routing/machines", body)
    types = _operation_types(api, rows, centers)
    for worker in _distinct(row["Worker ID"] for row in rows):
        api.post("core/users", {"login": worker.lower(), "name": worker, "badge": worker})
    _orders(api, rows, types, shop)
    return shop


def _operation_types(api: Api, rows: Sequence[Row], centers: dict[str, int]) -> dict[str, tuple[int, int]]:
    """For each activity the operation type and its work center: where the activity is first seen."""
    first = {row["Activity"]: row for row in reversed(rows)}
    types: dict[str, tuple[int, int]] = {}
    for number, activity in enumerate(_distinct(row["Activity"] for row in rows), start=1):
        center = centers[_center_of(first[activity]["Resource"])]
        body = {"code": f"OP{number:02d}", "name": activity, "work_center_id": center}
        types[activity] = api.post("mrp_routing/operation-types", body)["id"], center
    return types


def _orders(api: Api, rows: Sequence[Row], types: dict[str, tuple[int, int]], shop: Shop) -> None:
    """Each case is a work order; its operations are the activities in the order in which they were first reported."""
    unit = _unit(api)
    items = {
        part: api.post("masterdata/items", {"code": f"P{n:03d}", "name": part, "uom_id": unit, "kind": "part"})["id"]
        for n, part in enumerate(_distinct(row["Part Desc."] for row in rows), start=1)
    }
    for item in items.values():
        api.post(f"masterdata/items/{item}/release", {})
    cases: dict[str, list[Row]] = {}
    for row in in_order(rows):
        cases.setdefault(row["Case ID"], []).append(row)
    for case, reports in cases.items():
        item, steps = items[reports[0]["Part Desc."]], _distinct(row["Activity"] for row in reports)
        operations = [{"operation_type_id": types[s][0], "work_center_id": types[s][1]} for s in steps]
        routing = api.post("mrp_routing/routings", {"item_id": item, "name": case, "operations": operations})
        api.post(f"mrp_routing/routings/{routing['id']}/approve", {})
        order = api.post("mrp_routing/work-orders", {"item_id": item, "quantity": reports[0]["Work Order Qty"]})
        released = api.post(f"mrp_routing/work-orders/{order['id']}/release", {})
        shop.places |= {(case, step): f"{released['number']}/{seq}" for seq, step in enumerate(steps, start=1)}


def _unit(api: Api) -> int:
    answer = api.client.get("/api/v1/masterdata/uoms", headers=api.headers)
    return int(answer.json["items"][0]["id"])  # type: ignore[index]


def _center_of(resource: str) -> str:
    """The kind of work of a station: `Machine 4 - Turning & Milling` is of `Turning & Milling`."""
    parts = [part.strip() for part in resource.split("-")]
    kinds = [part for part in parts if not part.startswith("Machine ")]
    return (kinds[0] if kinds else resource).rstrip(" 0123456789") or resource


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Reports as they were made: by the time they were completed, then as they stand in the file."""
    return sorted(rows, key=lambda row: row["Complete Timestamp"])


def send(api: Api, shop: Shop, rows: Sequence[Row]) -> None:
    """Send reports of the shop's terminal; whatever they say, each is kept."""
    body = {"device": "log", "events": [event_of(row, shop) for row in rows]}
    api.post("mrp_routing/scan-events", body)


def event_of(row: Row, shop: Shop) -> dict[str, Any]:
    """A row of the log as an event of the API: an interval with what was made in it."""
    place = shop.places.get((row["Case ID"], row["Activity"]), f"{row['Case ID']}/{row['Activity']}")
    said = {
        "good": row["Qty Completed"],
        "scrap": row["Qty Rejected"],
        "held": row["Qty for MRB"],
    }
    event: dict[str, Any] = {
        "id": str(uuid.uuid5(NAMESPACE, row["Source Row"])),
        "since": _when(row["Start Timestamp"]),
        "at": _when(row["Complete Timestamp"]),
        "codes": [row["Worker ID"], shop.machines.get(row["Resource"], row["Resource"]), place],
        "kind": "rework" if row["Rework"] == "Y" else KINDS.get(row["Report Type"], "run"),
        "qty": {name: amount for name, amount in said.items() if amount},
        "note": f"row {row['Source Row']}",
    }
    minutes = _span(row["Span"])
    return event if minutes is None else {**event, "minutes": minutes}


def _when(text: str) -> str:
    """The time with its zone; what is no time is sent as it is, to be refused with a sentence."""
    try:
        return datetime.strptime(text, WHEN).replace(tzinfo=ZONE).isoformat()
    except ValueError:
        return text


def _span(text: str) -> int | None:
    """Minutes of `hhh:mm`; None for what a spreadsheet has made of some."""
    hours, _colon, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdigit() and minutes.isdigit() else None


def figures(rows: Sequence[Row]) -> dict[str, int]:
    """What the database holds of the log."""
    total = func.sum(QuantityEntry.quantity, type_=Quantity)
    reworked = select(total).join(TimeEntry, TimeEntry.finish_event == QuantityEntry.event_id)
    reworked = reworked.where(TimeEntry.kind == "rework", QuantityEntry.outcome == "good")
    with acting(SYSTEM):
        verdicts = dict(db.session.execute(select(ScanEvent.verdict, func.count()).group_by(ScanEvent.verdict)).all())
        made = dict(db.session.execute(select(QuantityEntry.outcome, total).group_by(QuantityEntry.outcome)).all())
        rework = db.session.scalar(reworked)
        times = db.session.execute(select(TimeEntry.started_at, TimeEntry.finished_at)).all()
    return {
        "orders": len({row["Case ID"] for row in rows}),
        "reports": len(rows),
        "applied": verdicts.get("applied", 0),
        "pending": verdicts.get("pending", 0),
        "completed": int(made.get("good", 0)),
        "rejected": int(made.get("scrap", 0)),
        "mrb": int(made.get("hold", 0)),
        "rework": int(rework or 0),
        "minutes": sum(int((end - start).total_seconds() // 60) for start, end in times),
    }


def _batches(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while batch := list(itertools.islice(waiting, size)):
        yield batch


if __name__ == "__main__":
    main()
