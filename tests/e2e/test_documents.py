"""What stands beside a document: trail, remarks, tags, files; the search of the trail; the page about the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from core.kernel.registry import current_registry
from core.workflow.following import record_path
from core.workflow.records import update_record
from tests.e2e.conftest import Site, Visitor

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c6360f8cf0000020401009e6c1d3b0000000049454e44ae426082"
)


@pytest.fixture(params=["en", "zh"])
def reader(request: pytest.FixtureRequest, visitor: Visitor) -> Visitor:
    """An administrator who reads one language."""
    user = visitor.site.administrator(name="林梅", login="linmei", language=request.param)
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    visitor.test = request.param
    return visitor


def item(site: Site) -> str:
    """The address of an item that was renamed once."""
    made: Item = site.write(lambda: make_item(code="A-100", name="轴承座"))
    spec = current_registry().spec_of(made)
    site.write(lambda: update_record(spec, made.id, {"name": "轴承座 B"}, version=made.version))
    return record_path(made)


def tab(page: Page, number: int) -> None:
    page.get_by_role("tab").nth(number).click()
    page.wait_for_load_state("networkidle")


def test_people_talk_keep_files_and_read_the_trail(reader: Visitor, tmp_path: Path) -> None:
    language = reader.test
    reader.site.administrator(name="李娜", login="lina")
    page = reader.go(item(reader.site))
    page.get_by_role("tabpanel").scroll_into_view_if_needed()
    comments = page.locator("#comments")
    comments.locator("textarea").fill("@lina 请看一下第二版图纸。")
    comments.locator("form button.btn-primary").click()
    expect(comments.locator(".comment-text")).to_have_text("@lina 请看一下第二版图纸。")
    comments.locator("input[name=word]").fill("加急")
    comments.locator("input[name=word]").press("Enter")
    expect(comments.locator(".badge")).to_contain_text("加急")
    comments.scroll_into_view_if_needed()
    reader.picture(f"document-comments-{language}")
    tab(page, 1)
    drawing = tmp_path / "图纸 A-100.png"
    drawing.write_bytes(PICTURE)
    files = page.locator("#attachments")
    files.locator("input[type=file]").set_input_files(drawing)
    files.locator("button.btn-primary").click()
    link = files.get_by_role("link", name="图纸 A-100.png")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "图纸 A-100.png"
    assert Path(download.value.path()).read_bytes() == PICTURE
    reader.picture(f"document-files-{language}")
    tab(page, 2)
    trail = page.locator("#tab-audit")
    expect(trail.locator(".audit-line")).to_have_count(3)
    expect(trail.locator("ins", has_text="轴承座 B")).to_be_visible()
    trail.scroll_into_view_if_needed()
    reader.picture(f"document-trail-{language}")


def test_a_file_of_a_kind_not_kept_is_refused_with_a_sentence(reader: Visitor, tmp_path: Path) -> None:
    page = reader.go(item(reader.site))
    tab(page, 1)
    reader.expect_status(422)
    program = tmp_path / "setup.png"
    program.write_bytes(b"MZ\x90\x00")
    page.locator("#attachments input[type=file]").set_input_files(program)
    page.locator("#attachments button.btn-primary").click()
    expect(page.get_by_role("alert").filter(has_text="setup.png")).to_be_in_viewport()
    reader.picture(f"document-file-refused-{reader.test}")
    expect(page.locator("#attachments a")).to_have_count(0)


def test_the_trail_is_searched_by_person_kind_and_day(reader: Visitor) -> None:
    site, language = reader.site, reader.test
    item(site)
    page = reader.go("/audit")
    everything = page.locator(".audit-line").count()
    reader.picture(f"audit-search-{language}")
    page.locator("select[name=model]").select_option("masterdata.item")
    page.locator("form button.btn-primary").last.click()
    reader.settle()
    expect(page.locator(".audit-line")).to_have_count(2)
    assert everything > 2
    reader.picture(f"audit-search-items-{language}")
    page.locator("input[name=until]").fill("2001-01-01")
    page.locator("form button.btn-primary").last.click()
    reader.settle()
    expect(page.locator(".audit-line")).to_have_count(0)
    reader.picture(f"audit-search-nothing-{language}")


def test_the_page_about_the_api_is_readable(reader: Visitor) -> None:
    page = reader.go("/api/docs")
    reader.picture(f"api-docs-{reader.test}")
    items = page.locator("[id='masterdata.item']")
    items.locator("summary").click()
    expect(items.get_by_text("/api/v1/masterdata/items", exact=True).first).to_be_visible()
    items.scroll_into_view_if_needed()
    reader.picture(f"api-docs-items-{reader.test}")
