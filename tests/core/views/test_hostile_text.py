"""Text that tries to be markup is shown as the text it is, wherever a record appears."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item, make_item_category, make_partner
from addons.masterdata.models import PartnerAddress
from core.db import db
from core.testing.people import csrf

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg onload=alert(4)>",
    "<svg><script>alert(5)</script>",
    '"><script>alert(6)</script>',
    "'><script>alert(7)</script>",
    '" onmouseover="alert(8)',
    "' onfocus='alert(9)' autofocus='",
    "<iframe src=javascript:alert(10)>",
    "<a href=javascript:alert(11)>x</a>",
    "<body onload=alert(12)>",
    "<details open ontoggle=alert(13)>",
    "<input autofocus onfocus=alert(14)>",
    "<math><mi xlink:href=javascript:alert(15)>",
    "</textarea><script>alert(16)</script>",
    "</title><script>alert(17)</script>",
    "</select><img src=x onerror=alert(18)>",
    "</option><script>alert(19)</script>",
    "</template><script>alert(20)</script>",
    "<!--<script>alert(21)//-->",
    "<style>@import'http://evil.example'</style>",
    "<link rel=stylesheet href=http://evil.example>",
    "<meta http-equiv=refresh content=0;url=http://evil.example>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example><button>x",
    "<object data=http://evil.example>",
    "<div hx-get=/m/core/users hx-trigger=load>",
    "<div hx-on:load=alert(29)>",
    "{{ 7 * 7 }}{% raw %}",
    "${7*7}#{7*7}",
    "&lt;script&gt;alert(32)&lt;/script&gt;",
    "&#60;script&#62;alert(33)",
    "\u202e<script>alert(34)</script>",
    "＜script＞alert(35)＜/script＞",
    "`onclick=alert(36)`",
)
FOREIGN_TAGS = {"iframe", "object", "embed", "base", "math", "style"}


class Page(HTMLParser):
    """The tags, attributes and texts of a page as a browser takes them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.complaints: list[str] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.said += [value for value in given.values() if value]
        if tag in FOREIGN_TAGS or (tag == "script" and not (given.get("src") or "").startswith("/static/")):
            self.complaints.append(f"<{tag} {given}>")
        if "http-equiv" in given or given.get("hx-get") == "/m/core/users":
            self.complaints.append(f"<{tag} {given}>")
        for name, value in given.items():
            outside = name in ("href", "src", "action") and not (value or "").startswith(("/", "#", "?"))
            if name.startswith(("on", "hx-on", "autofocus")) or outside:
                self.complaints.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"<!--{data}")

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def check(html: str, payload: str, *, shown: bool = True) -> None:
    page = Page(html)
    assert page.complaints == []
    assert not shown or any(payload.strip() in said for said in page.said), payload


@pytest.fixture
def hostile(admin: FlaskClient) -> list[tuple[str, int, int]]:
    """An item and a partner for each payload, in every field that holds text."""
    made = []
    for n, text in enumerate(PAYLOADS):
        category = make_item_category(code=f"C{n}", name=text)
        fields = dict.fromkeys(("name", "specification", "drawing_number", "material"), text)
        item = make_item(code=f"X-{n:02}", category=category, state="draft", **fields)
        partner = make_partner(name=text, short_name=text[:40], tax_number=text[:40])
        partner.addresses = [PartnerAddress(kind="ship_to", address=text, contact=text)]
        made.append((text, item, partner))
    db.session.commit()
    return [(text, item.id, partner.id) for text, item, partner in made]


def test_lists_boards_and_searches_show_it_as_text(admin: FlaskClient, hostile: list[Any]) -> None:
    columns = "columns=code,name,specification,drawing_number,material,category"
    pages = [admin.get(path).text for path in (f"/m/masterdata/items?{columns}", "/m/masterdata/items/kanban")]
    pages.append(admin.get("/m/masterdata/items?group=category_id").text)
    for text, _item, _partner in hostile:
        for page in pages:
            check(page, text)
    for text, _item, _partner in hostile[::4]:
        check(admin.get(f"/search?q={quote(text)}").text, text)
        check(admin.get(f"/m/masterdata/items?q={quote(text)}").text, text)
        check(admin.get(f"/m/masterdata/items?c=name~eq~{quote(text)}").text, text, shown="," not in text)


def test_forms_show_it_as_text(admin: FlaskClient, hostile: list[Any]) -> None:
    for text, item, partner in hostile:
        check(admin.get(f"/m/masterdata/items/{item}").text, text)
        check(admin.get(f"/m/masterdata/partners/{partner}").text, text)


def test_refused_forms_conflicts_dialogs_and_results_show_it_as_text(admin: FlaskClient, hostile: list[Any]) -> None:
    token = csrf(admin)
    for text, item, partner in hostile[::3]:
        sent = {"name": text, "lead_days": text, "version": 1, "csrf_token": token}
        check(admin.post(f"/m/masterdata/items/{item}", data=sent).text, text)
        stale = {**sent, "version": 0, "lead_days": "1", "material": text + "!", "was": text}
        check(admin.post(f"/m/masterdata/items/{item}", data=stale).text, text)
        check(admin.get(f"/m/masterdata/partners/{partner}/fire/block?next={quote(text)}").text, text)
        bulk = {"id": item, "action": "retire", "csrf_token": token}
        check(admin.post("/m/masterdata/items/bulk", data=bulk).text, text)


def test_choices_of_a_link_come_as_json_that_no_browser_takes_for_a_page(
    admin: FlaskClient, hostile: list[Any]
) -> None:
    answer = admin.get("/m/masterdata/partners/options?q=script")
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert any("<script>" in one["text"] for one in answer.get_json()["items"])


def test_names_of_views_and_wrong_addresses_are_shown_as_text(admin: FlaskClient) -> None:
    token = csrf(admin)
    for text in PAYLOADS:
        admin.post("/m/masterdata/items/views", data={"name": text, "q": text, "csrf_token": token})
    page = admin.get("/m/masterdata/items/views").text
    for text in PAYLOADS:
        check(page, text)
        for wrong in ("sort", "group", "c", "filter", "view", "page", "columns"):
            check(admin.get(f"/m/masterdata/items?{wrong}={quote(text)}").text, text, shown=False)
