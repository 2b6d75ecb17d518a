"""What printing needs of pages: the dialog, the PDF, and printouts made in the background."""

from __future__ import annotations

import io

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor
from core.db.session import db, run_unit, writing
from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.i18n import LOCALES, _
from core.kernel.registry import current_registry
from core.paper import pages
from core.paper.choosing import choices_for, choose
from core.paper.declare import Document
from core.paper.printing import MOST_AT_ONCE, Order, file_name, make_ready
from core.paper.printouts import get_printout, order_printout, read_file
from core.paper.sizes import FORMATS, page_title
from core.views.drawing import list_url
from core.web.access import requires_on_model, signed_in
from core.web.addresses import LARGEST_ID, read_id
from core.workflow import audit

blueprint = Blueprint("paper", __name__)
blueprint.add_app_template_global(pages.code128, "code128")
blueprint.add_app_template_global(pages.qr, "qr")
PRINT = "/m/<addon>/<resource>/print"
PRINTOUT = f"/paper/printouts/<int(max={LARGEST_ID}):printout_id>"


@blueprint.get(f"{PRINT}/ask")
@requires_on_model("read")
def ask(addon: str, resource: str) -> str:
    """The dialog that asks which paper, and how; asked again when another paper is chosen."""
    spec, actor = current_registry().at(addon, resource), current_actor()
    order = _order(spec, request.args)
    order.check()
    choice = choose(spec, actor, order.paper)
    paper = choice.paper
    return render_template(
        "paper/dialog.html",
        base=list_url(spec),
        order=order,
        choices=choices_for(spec, actor),
        chosen=choice,
        sizes={size: page_title(size) for size in paper.sizes} if isinstance(paper, Document) else {},
        formats={key: FORMATS[key].title for key in (*getattr(paper, "formats", ()), *FORMATS)}
        if choice.is_label
        else {},
        languages=LOCALES,
        is_long=len(order.ids) > MOST_AT_ONCE,
    )


def _order(spec: ModelSpec, given: MultiDict[str, str]) -> Order:
    """What the address or the form asks for."""
    return Order(
        model=spec.name,
        paper=given.get("paper", ""),
        ids=tuple(dict.fromkeys(given.getlist("id", type=read_id))),
        language=given.get("lang", ""),
        size=given.get("size", ""),
        format=given.get("own_format", "").strip() or given.get("format", ""),
        start=given.get("start", 1, type=int),
        copies=given.get("copies", 0, type=int),
        frames="frames" in given,
    )


@blueprint.get(PRINT)
@requires_on_model("read")
def show(addon: str, resource: str) -> Response:
    """The PDF. Reads only, so that nobody waits while pages are laid out."""
    spec = current_registry().at(addon, resource)
    order = _order(spec, request.args)
    if order.is_long:
        raise ValidationError(_("More than %(most)s records are printed in the background.", most=MOST_AT_ONCE))
    ready = make_ready(order)
    db.session.rollback()  # the records are read; the press needs no database
    run = ready.run()
    for _done in run:
        pass
    _note_print(order)
    return pdf_response(run.pdf, ready.title)


def pdf_response(pdf: bytes, title: str) -> Response:
    """A PDF to look at and print."""
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", download_name=file_name(title))


def _note_print(order: Order) -> None:
    """Leave a trace of who printed what."""
    with writing():
        run_unit(lambda: audit.note("print", model=order.model, paper=order.paper, records=list(order.ids)))


@blueprint.post(PRINT)
@requires_on_model("read")
def start(addon: str, resource: str) -> BaseResponse:
    """Have a job print many records."""
    order = _order(current_registry().at(addon, resource), request.form)
    printout = order_printout(order)
    audit.note("print", model=order.model, paper=order.paper, records=list(order.ids))
    return redirect(url_for("paper.printout", printout_id=printout.id), 303)


@blueprint.get(PRINTOUT)
@signed_in
def printout(printout_id: int) -> str:
    """How far a printout is, and its file when it is done."""
    return render_template("paper/printout.html", printout=get_printout(printout_id))


@blueprint.get(f"{PRINTOUT}/progress")
@signed_in
def progress(printout_id: int) -> str:
    """The same, for the page that asks every two seconds."""
    return render_template("paper/progress.html", printout=get_printout(printout_id))


@blueprint.get(f"{PRINTOUT}/file")
@signed_in
def file(printout_id: int) -> Response:
    """The PDF of a printout."""
    found = get_printout(printout_id)
    return make_response(pdf_response(read_file(found), found.title))
