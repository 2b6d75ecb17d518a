"""The people of a factory and what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Document, Meta, Record
from core.db.fields import choice, column, link
from core.db.scope import ScopeColumns
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _

UNIT_KINDS = {
    "company": _("Company"),
    "plant": _("Plant"),
    "department": _("Department"),
    "team": _("Team"),
}
SCOPES = {
    "own": _("Own records"),
    "unit": _("Org unit"),
    "subtree": _("Org subtree"),
    "all": _("Everything"),
}
LANGUAGES = {"zh": _("Chinese"), "en": _("English")}


class OrgUnit(Document):
    """A node of the tree company → plant → department → team.

    `path` is the materialised path `/1/4/9/`, kept by `core.people.org`; a subtree is a prefix.
    """

    __tablename__ = "core_org_unit"
    __meta__ = Meta(
        title=_("Org unit"),
        plural=_("Org units"),
        resource="org-units",
        search=("code", "name"),
        order=("path",),
        public_name=True,
    )
    __scope__ = ScopeColumns(owner="manager_id", unit="id")

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    kind: Mapped[str] = choice(UNIT_KINDS, _("Kind"), default="department")
    parent_id: Mapped[int | None] = link("core_org_unit.id", _("Belongs to"))
    manager_id: Mapped[int | None] = link("core_user.id", _("Manager"), constraint=False)
    path: Mapped[str] = column(String(255), _("Path"), index=True, default="/", info={"write": "never", "hidden": True})
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    parent: Mapped[OrgUnit | None] = relationship(remote_side="OrgUnit.id")
    manager: Mapped[User | None] = relationship(primaryjoin="foreign(OrgUnit.manager_id) == User.id")


class Role(Document):
    """A named set of permissions with a data scope and the field groups it may see.

    `row_rules` are conditions (`core.criteria`) by kind of document: within the scope only rows for which they hold.
    """

    __tablename__ = "core_role"
    __meta__ = Meta(title=_("Role"), plural=_("Roles"), resource="roles", search=("code", "name"), order=("code",))

    code: Mapped[str] = column(String(60), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    scope: Mapped[str] = choice(SCOPES, _("Data scope"), default="own")
    permissions: Mapped[list[str]] = column(Json, _("Permissions"), default=list, info={"write": "never"})
    field_groups: Mapped[list[str]] = column(Json, _("Field groups"), default=list, info={"write": "never"})
    row_rules: Mapped[dict[str, Any]] = column(Json, _("Row rules"), default=dict, info={"write": "never"})
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)


class Post(Document):
    """A named position in an org unit; people hold posts, posts carry roles."""

    __tablename__ = "core_post"
    __meta__ = Meta(title=_("Post"), plural=_("Posts"), resource="posts", search=("name",), order=("name",))
    __scope__ = ScopeColumns(owner="updated_by_id", unit="org_unit_id")

    code: Mapped[str] = column(String(60), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    org_unit_id: Mapped[int] = link("core_org_unit.id", _("Org unit"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    org_unit: Mapped[OrgUnit] = relationship()
    roles: Mapped[list[PostRole]] = relationship(back_populates="post", cascade="all, delete-orphan")


class PostRole(Record):
    """A role carried by a post."""

    __tablename__ = "core_post_role"
    __table_args__ = (UniqueConstraint("post_id", "role_id"),)
    __meta__ = Meta(title=_("Role of the post"), plural=_("Roles of the post"), parent="post", display=())

    post_id: Mapped[int] = link("core_post.id", _("Post"), ondelete="CASCADE")
    role_id: Mapped[int] = link("core_role.id", _("Role"))

    post: Mapped[Post] = relationship(back_populates="roles")
    role: Mapped[Role] = relationship()


class User(Document):
    """Someone who signs in; `badge` is the employee code on their card.

    Users are deactivated, never deleted: history keeps their name.
    """

    __tablename__ = "core_user"
    __meta__ = Meta(
        title=_("User"),
        plural=_("Users"),
        resource="users",
        search=("login", "name", "badge"),
        order=("login",),
        public_name=True,
    )
    __scope__ = ScopeColumns(owner="id", unit="org_unit_id")

    login: Mapped[str] = column(String(80), _("Sign-in name"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    badge: Mapped[str | None] = column(String(40), _("Badge"), unique=True)
    email: Mapped[str | None] = column(String(200), _("E-mail"))
    phone: Mapped[str | None] = column(String(40), _("Phone"))
    org_unit_id: Mapped[int | None] = link("core_org_unit.id", _("Org unit"))
    language: Mapped[str] = choice(LANGUAGES, _("Language"), default="zh")
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int | None] = mapped_column(Integer)
    recovery_hashes: Mapped[list[str]] = mapped_column(Json, default=list)

    org_unit: Mapped[OrgUnit | None] = relationship()
    posts: Mapped[list[UserPost]] = relationship(back_populates="user", cascade="all, delete-orphan")
    roles: Mapped[list[UserRole]] = relationship(back_populates="user", cascade="all, delete-orphan")


class UserPost(Record):
    """A post held by a user; at most one is the main post."""

    __tablename__ = "core_user_post"
    __table_args__ = (UniqueConstraint("user_id", "post_id"),)
    __meta__ = Meta(title=_("Post held"), plural=_("Posts held"), parent="user", display=())

    user_id: Mapped[int] = link("core_user.id", _("User"), ondelete="CASCADE")
    post_id: Mapped[int] = link("core_post.id", _("Post"))
    is_main: Mapped[bool] = column(Boolean, _("Main post"), default=False)

    user: Mapped[User] = relationship(back_populates="posts")
    post: Mapped[Post] = relationship()


class UserRole(Record):
    """A role held directly, besides those of the posts."""

    __tablename__ = "core_user_role"
    __table_args__ = (UniqueConstraint("user_id", "role_id"),)
    __meta__ = Meta(title=_("Role held"), plural=_("Roles held"), parent="user", display=())

    user_id: Mapped[int] = link("core_user.id", _("User"), ondelete="CASCADE")
    role_id: Mapped[int] = link("core_role.id", _("Role"))

    user: Mapped[User] = relationship(back_populates="roles")
    role: Mapped[Role] = relationship()


class UserSession(Record):
    """One signed-in browser; ended by sign-out, remotely, by disuse or by disabling the user."""

    __tablename__ = "core_user_session"
    __meta__ = Meta(title=_("Session"), generic=False, audited=False, display=("id",))

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(255))

    user: Mapped[User] = relationship()


class ApiToken(Record):
    """A secret for programs or shop-floor devices, narrowed to some permissions; shown once."""

    __tablename__ = "core_api_token"
    __meta__ = Meta(title=_("Token"), generic=False, display=("name",))

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="api")
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"), index=True)
    permissions: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class SignInAttempt(Record):
    """One failed sign-in, kept for throttling by account and by address."""

    __tablename__ = "core_sign_in_attempt"
    __table_args__ = (Index("ix_core_sign_in_attempt_key_at", "key", "at"),)
    __meta__ = Meta(title=_("Sign-in attempt"), generic=False, audited=False, display=("id",))

    key: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class OneTimeLink(Record):
    """A link that works once: first set-up, or a new password given by an administrator."""

    __tablename__ = "core_one_time_link"
    __meta__ = Meta(title=_("One-time link"), generic=False, display=("purpose",))

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_user.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
