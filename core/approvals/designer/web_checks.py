"""Before a flow is published and after: trying it, checking it, its versions, and what still runs on older ones."""

from __future__ import annotations

import difflib
import json
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.approvals import flows
from core.approvals.check import find_faults
from core.approvals.designer import drawing, migrating, samples
from core.approvals.designer.replay import DAYS, replay
from core.approvals.designer.web import ONE, READ, WRITE, flow_of
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow, ApprovalVersion
from core.approvals.simulate import Row, simulate, stage_for
from core.approvals.words import Speaker, describe_flow, speaker_for
from core.db.session import db
from core.errors import Conflict, QingmesError, ValidationError
from core.i18n import _
from core.web.access import requires
from core.web.addresses import LARGEST_ID

blueprint = Blueprint("flow_checks", __name__, url_prefix="/flows")
ADMINISTER = "core.approval.administer"
Json = dict[str, Any]


@blueprint.get(f"{ONE}/simulate")
@requires(READ)
def ask(record_id: int) -> str:
    """The sheet on which a flow is tried: who submits, and the facts, typed or of a document (`document`)."""
    board = drawing.board_of(flow_of(record_id))
    document = request.args.get("document", type=int)
    initiator = request.args.get("initiator", type=int) or current_actor().user_id or 0
    facts = samples.document_facts(board.flow, document, initiator, board.speaker) if document else {}
    rows = samples.sample_rows(board.flow, board.read, board.speaker, facts)
    return render_template(
        "approvals/flows_simulate.html",
        board=board,
        rows=rows,
        asked=len(samples.asked_facts(board.flow, board.read, board.speaker.kinds)),
        initiator=initiator,
        document=document,
        document_name=samples.document_name(board.flow, document) if document else "",
        link_names=samples.linked_names(rows, board.speaker.kinds),
    )


@blueprint.post(f"{ONE}/simulate")
@requires(READ)
def try_out(record_id: int) -> Response:
    """Who would be asked, and why. Writes nothing."""
    flow, error, rows = flow_of(record_id), None, list[Row]()
    stage = stage_for(flow)
    try:
        read = flows.read_checked(flow, flows.shown(flow))
        facts = samples.read_facts(request.form, stage.speaker.kinds)
        rows = simulate(flow, read, facts, request.form.get("initiator", 0, type=int), stage=stage)
    except ValidationError as found:
        error = found
    drawn = render_template("approvals/flows_way.html", rows=rows, error=error)
    return make_response(drawn, error.status if error else 200)


@blueprint.get(f"{ONE}/check")
@requires("core.approval_flow.publish")
def check(record_id: int) -> str:
    """What is wrong with the draft, what it changes, and the button that puts it in force."""
    return _check_page(flow_of(record_id))


def _check_page(flow: ApprovalFlow, error: QingmesError | None = None) -> str:
    board = drawing.board_of(flow)
    live = flows.live_version(flow)
    return render_template(
        "approvals/flows_check.html",
        board=board,
        live=live,
        has_draft=flows.find_draft(flow) is not None or live is None,
        before=_sentence(flow, live.definition, board.speaker) if live else "",
        findings=find_faults(flow, board.read, board.speaker.directory),
        days=DAYS,
        error=error,
    )


def _sentence(flow: ApprovalFlow, shown: Json, speaker: Speaker) -> str:
    return describe_flow(flow, read_definition(shown), speaker)


@blueprint.get(f"{ONE}/replay")
@requires("core.approval_flow.publish")
def show_replay(record_id: int) -> str:
    """What the draft would have done with the documents of the last 90 days. Writes nothing."""
    flow = flow_of(record_id)
    try:
        found = replay(flow, flows.read_checked(flow, flows.shown(flow)))
    except ValidationError:
        return render_template("approvals/flows_replay.html", found=None)
    return render_template("approvals/flows_replay.html", found=found, has_version=flow.version_id is not None)


@blueprint.post(f"{ONE}/publish")
@requires("core.approval_flow.publish")
def publish(record_id: int) -> Response:
    """Put the draft in force for what is submitted from now on."""
    flow = flow_of(record_id)
    try:
        if flows.digest(flows.shown(flow)) != request.form.get("was"):
            raise Conflict(_("Somebody else has changed this flow meanwhile. Load the page again to see it."))
        flows.publish(flow, " ".join(request.form.get("note", "").replace("\x00", "").split()))
    except (Conflict, ValidationError) as error:
        db.session.rollback()
        return make_response(_check_page(flow_of(record_id), error), error.status)
    return redirect(url_for("flow_checks.versions", record_id=record_id), 303)


@blueprint.get(f"{ONE}/versions")
@requires(READ)
def versions(record_id: int) -> str:
    """Every version with its sentence, the newest first."""
    flow = flow_of(record_id)
    speaker = speaker_for(flow)
    rows = drawing.version_rows(flow, speaker)
    return render_template(
        "approvals/flows_versions.html",
        flow=flow,
        rows=rows,
        sentences={row.version.id: _sentence(flow, row.version.definition, speaker) for row in rows},
        old=sum(row.running for row in rows if row.version.id != flow.version_id),
        may_write=drawing.may_write(),
    )


@blueprint.get(f"{ONE}/versions/<int(max={LARGEST_ID}):version_id>")
@requires(READ)
def version(record_id: int, version_id: int) -> str:
    """What a version changed against the one before: as sentences and as JSON."""
    flow = flow_of(record_id)
    shown = flows.version_of(flow, version_id)
    before = next((v for v in flows.versions_of(flow) if v.no < shown.no), None)
    speaker = speaker_for(flow)
    return render_template(
        "approvals/flows_version.html",
        flow=flow,
        version=shown,
        before=before,
        sentence=_sentence(flow, shown.definition, speaker),
        sentence_before=_sentence(flow, before.definition, speaker) if before else "",
        lines=_difference(before, shown),
        may_write=drawing.may_write(),
    )


def _difference(before: ApprovalVersion | None, after: ApprovalVersion) -> list[str]:
    old, new = _json_lines(before.definition) if before else [], _json_lines(after.definition)
    return [line for line in difflib.unified_diff(old, new, lineterm="", n=2) if not line.startswith(("---", "+++"))]


def _json_lines(shown: Json) -> list[str]:
    return json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


@blueprint.post(f"{ONE}/versions/<int(max={LARGEST_ID}):version_id>/draft")
@requires(WRITE)
def begin_from(record_id: int, version_id: int) -> Response:
    """Begin a new draft from an earlier version."""
    flow = flow_of(record_id)
    flows.draft_from(flow, flows.version_of(flow, version_id))
    return redirect(url_for("flows.edit", record_id=record_id), 303)


@blueprint.post(f"{ONE}/discard")
@requires(WRITE)
def discard(record_id: int) -> Response:
    """Forget the draft."""
    flows.discard_draft(flow_of(record_id))
    return redirect(url_for("flows.edit", record_id=record_id), 303)


@blueprint.get(f"{ONE}/running")
@requires(ADMINISTER)
def running(record_id: int) -> str:
    """Requests on older versions, and how the version in force would go on with them."""
    return _running_page(flow_of(record_id))


def _running_page(flow: ApprovalFlow, results: list[tuple[int, str]] | None = None, error: Any = None) -> str:
    rows = migrating.find_running(flow)
    return render_template("approvals/flows_running.html", flow=flow, rows=rows, results=results, error=error)


@blueprint.post(f"{ONE}/running")
@requires(ADMINISTER)
def send_back(record_id: int) -> Response:
    """Send the chosen ones back to who submitted them."""
    flow, form = flow_of(record_id), request.form
    try:
        results = migrating.send_back(flow, form.getlist("request", type=int), form.get("reason", "").strip()[:400])
    except ValidationError as error:
        db.session.rollback()
        return make_response(_running_page(flow_of(record_id), error=error), error.status)
    return make_response(_running_page(flow, results))
