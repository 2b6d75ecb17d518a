"""The organisation as people draw it: units under units, the posts in each, and who holds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.actor import current_actor
from core.db.session import db
from core.people.models import OrgUnit, Post, PostRole, User, UserPost


@dataclass
class Node:
    """One unit with what is in it. `others` are people of the unit who hold no post in it."""

    unit: OrgUnit
    posts: list[Post] = field(default_factory=list)
    others: list[User] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Chart:
    """The tops of the tree within the reader's reach, and the active holders of each post by its id."""

    tops: list[Node]
    holders: dict[int, list[User]]


def chart() -> Chart:
    """The units, posts and people the reader reaches. A fixed number of statements; rights he lacks leave parts out."""
    nodes = {unit.id: Node(unit) for unit in db.session.scalars(select(OrgUnit).order_by(OrgUnit.code))}
    for post in _posts():
        if post.org_unit_id in nodes:
            nodes[post.org_unit_id].posts.append(post)
    holders = _fill_people(nodes)
    tops: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.unit.parent_id or 0)
        (above.below if above else tops).append(node)
    return Chart(tops, holders)


def _posts() -> list[Post]:
    if not current_actor().can("core.post.read"):
        return []
    roles = selectinload(Post.roles).joinedload(PostRole.role)
    return list(db.session.scalars(select(Post).where(Post.active).options(roles).order_by(Post.name)))


def _fill_people(nodes: dict[int, Node]) -> dict[int, list[User]]:
    """Put everybody without a post into his unit; returns the holders of posts."""
    holders: dict[int, list[User]] = defaultdict(list)
    if not current_actor().can("core.user.read"):
        return holders
    query = select(User).where(User.active).order_by(User.name)
    for user in db.session.scalars(query.options(selectinload(User.posts).options(joinedload(UserPost.post)))):
        for held in user.posts:
            holders[held.post_id].append(user)
        if user.org_unit_id in nodes and not any(h.post and h.post.org_unit_id == user.org_unit_id for h in user.posts):
            nodes[user.org_unit_id].others.append(user)
    return holders
