"""Pages of process engineers: routings of parts like the one at hand, compared and copied."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from addons.mrp_routing.services.similar import compare_for, copy_routing, find_similar, get_item
from addons.mrp_routing.web.blueprint import blueprint
from core.web.access import requires

READ = "mrp_routing.routing.read"
CREATE = "mrp_routing.routing.create"


@blueprint.get("/similar/<record_id:item_id>")
@requires(READ)
def similar(item_id: int) -> str:
    """Routings of parts like this one, and in what they are alike."""
    return render_template("mrp_routing/similar.html", item=get_item(item_id), found=find_similar(item_id))


@blueprint.get("/similar/<record_id:item_id>/<record_id:routing_id>")
@requires(READ)
def similar_beside(item_id: int, routing_id: int) -> str:
    """One of them beside the latest routing of the part."""
    return render_template("mrp_routing/similar_beside.html", pair=compare_for(item_id, routing_id))


@blueprint.post("/similar/<record_id:item_id>/<record_id:routing_id>")
@requires(CREATE)
def similar_copy(item_id: int, routing_id: int) -> Any:
    """A draft for the part with its operations."""
    made = copy_routing(routing_id, item_id)
    return redirect(url_for("views.form", addon="mrp_routing", resource="routings", record_id=made.id))
