"""Pages of administrators: the organisation, the role editor, rights explained, links and tokens of others."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.criteria.form import read_tree
from core.db.session import db
from core.errors import Forbidden, NotFound, QingmesError, StaleVersion, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.people import accounts, roles, tokens
from core.people.chart import chart
from core.people.models import SCOPES, UNIT_KINDS, Role, User
from core.web.access import requires
from core.workflow.records import get_record

blueprint = Blueprint("roles", __name__)


def _role(role_id: int) -> Role:
    found: Role = get_record(current_registry().model("core.role"), role_id)
    return found


def _user(user_id: int) -> User:
    found: User = get_record(current_registry().model("core.user"), user_id)
    return found


@blueprint.get("/organisation")
@requires("core.org_unit.read")
def organisation() -> str:
    """The org units as a tree, with the posts in each and who holds them."""
    shown = chart()
    return render_template("people/organisation.html", tops=shown.tops, holders=shown.holders, kinds=UNIT_KINDS)


@blueprint.get("/roles/<int:role_id>/edit")
@requires("core.role.write")
def edit(role_id: int) -> str:
    """The tree menu → page → actions with check boxes. `copy` fills in another role's rights."""
    role = _role(role_id)
    source_id = request.args.get("copy", type=int)
    source = _role(source_id) if source_id else role
    shown = roles.RoleInput(
        name=role.name,
        scope=source.scope,
        permissions=frozenset(source.permissions),
        field_groups=frozenset(source.field_groups),
        version=role.version,
        row_rules=source.row_rules or {},
    )
    return _editor(role, shown, changed=source is not role)


def _editor(role: Role, shown: roles.RoleInput, *, changed: bool, error: QingmesError | None = None) -> str:
    return render_template(
        "people/role_editor.html",
        role=role,
        shown=shown,
        changed=changed,
        error=error,
        stale=isinstance(error, StaleVersion),
        held=current_actor().permissions,
        tree=roles.tree(),
        scopes=SCOPES,
        field_groups=current_registry().field_groups,
        others=roles.others(role),
        rule_specs=roles.can_have_rules(),
    )


@blueprint.post("/roles/<int:role_id>/edit")
@requires("core.role.write")
def save(role_id: int) -> Response:
    """Keep what was ticked; a refusal comes back with everything as it was ticked."""
    form, error = request.form, None
    try:
        row_rules = {name: read_tree(form, f"rule.{name}") for name in form.getlist("rule")}
    except ValidationError as unreadable:
        row_rules, error = {}, unreadable
    given = roles.RoleInput(
        name=form.get("name", ""),
        scope=form.get("scope", ""),
        permissions=frozenset(form.getlist("permission")),
        field_groups=frozenset(form.getlist("group")),
        version=form.get("version", 0, type=int),
        row_rules=row_rules,
    )
    try:
        if error is not None:
            raise error
        roles.save_role(role_id, given)
    except (ValidationError, Forbidden, StaleVersion) as error:
        db.session.rollback()
        return make_response(_editor(_role(role_id), given, changed=True, error=error), error.status)
    return redirect(url_for("roles.edit", role_id=role_id), 303)


@blueprint.get("/roles/rules/new")
@requires("core.role.write")
def new_rule() -> str:
    """An empty row rule on one kind of document, for the editor."""
    spec = next((s for s in roles.can_have_rules() if s.name == request.args.get("model")), None)
    if spec is None:
        raise NotFound(_("There is no such kind of record."))
    return render_template("people/row_rule.html", spec=spec, tree=None)


@blueprint.get("/roles/<int:role_id>/compare/<int:other_id>")
@requires("core.role.read")
def compare(role_id: int, other_id: int) -> str:
    """Two roles side by side."""
    first, second = _role(role_id), _role(other_id)
    return render_template(
        "people/role_compare.html",
        first=first,
        second=second,
        rows=roles.compare(first, second),
        rules=roles.compare_rules(first, second),
        scopes=SCOPES,
        field_groups=current_registry().field_groups,
    )


@blueprint.get("/users/<int:user_id>/rights")
@requires("core.user.read")
def rights(user_id: int) -> str:
    """What this user may do, and why; and what an administrator does for his account."""
    user = _user(user_id)
    return render_template("people/rights.html", user=user, rights=roles.rights_of(user), scopes=SCOPES)


@blueprint.get("/permissions/<name>/holders")
@requires("core.user.read")
def holders(name: str) -> str:
    """Who holds a right, and how."""
    found = roles.holders_of(name)
    permission = current_registry().permissions[name].what
    return render_template(
        "people/holders.html",
        permission=permission,
        title=roles.full_title(permission),
        holders=found,
        scopes=SCOPES,
    )


@blueprint.post("/users/<int:user_id>/password-link")
@requires("core.user.reset_password")
def password_link(user_id: int) -> str:
    """Make a one-time link with which the user sets a password; shown once."""
    user = _user(user_id)
    secret = accounts.password_link(user)
    address = url_for("people.password_link", secret=secret, _external=True)
    return render_template("people/password_link_made.html", user=user, address=address)


@blueprint.post("/users/<int:user_id>/two-factor/remove")
@requires("core.user.reset_password")
def remove_two_factor(user_id: int) -> Response:
    """Turn the second factor of a user off who has lost his telephone."""
    accounts.remove_two_factor(_user(user_id))
    return redirect(url_for("roles.rights", user_id=user_id), 303)


@blueprint.post("/users/<int:user_id>/end-sessions")
@requires("core.user.end_sessions")
def end_sessions(user_id: int) -> Response:
    """Sign a user out everywhere."""
    accounts.end_sessions(_user(user_id))
    return redirect(url_for("roles.rights", user_id=user_id), 303)


@blueprint.get("/devices")
@requires("core.api_token.manage")
def devices() -> str:
    """Tokens of programs and shop-floor devices, of everybody."""
    return _devices()


def _devices(secret: str | None = None, error: QingmesError | None = None) -> str:
    return render_template(
        "people/devices.html",
        tokens=tokens.find_tokens(),
        permissions=roles.grouped(tokens.for_devices(current_actor().permissions)),
        users=db.session.scalars(select(User).where(User.active).order_by(User.name)).all(),
        secret=secret,
        error=error,
    )


@blueprint.post("/devices")
@requires("core.api_token.manage")
def make_device() -> Response:
    """Make a token for a device, in the name of the chosen user; its secret is shown once."""
    form = request.form
    try:
        secret = tokens.issue(
            user_id=_user(form.get("user_id", 0, type=int)).id,
            name=form.get("name", ""),
            permissions=form.getlist("permission"),
            days=form.get("days", type=int),
            kind="device",
        )
    except (ValidationError, Forbidden) as error:
        db.session.rollback()
        return make_response(_devices(error=error), error.status)
    return make_response(_devices(secret))


@blueprint.post("/devices/<int:token_id>/revoke")
@requires("core.api_token.manage")
def revoke(token_id: int) -> Response:
    """End any token."""
    tokens.revoke(token_id)
    return redirect(url_for("roles.devices"), 303)
