"""The tabs beside a record and the search of the trail, as a browser asks for them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.db.session import db
from core.testing import people
from core.workflow.models import Attachment, Comment
from tests.core.api.fixtures import make_sheet, system_unit
from tests.core.workflow.test_attachments import PNG

ALL = ("gauge.sheet.read", "gauge.sheet.write", "core.audit.read")


class Browser:
    """Somebody signed in, whose forms carry their mark."""

    def __init__(self, app: Flask, *permissions: str, **role: Any) -> None:
        self.user = system_unit(lambda: people.make_user(people.make_role(*permissions, **role)))
        self.client: FlaskClient = people.sign_in(app.test_client(), self.user)
        self.mark = {"X-CSRFToken": people.csrf(self.client)}

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **form: Any) -> Any:
        return self.client.post(path, data=form, headers=self.mark, content_type="multipart/form-data")


@pytest.fixture
def clerk(one_app: Flask) -> Browser:
    """Somebody who may read and change every sheet."""
    return Browser(one_app, *ALL)


@pytest.fixture
def sheet(one_app: Flask) -> str:
    """The address of a sheet."""
    return f"/m/gauge/sheets/{system_unit(lambda: make_sheet('1', title='T').id)}"


def upload(browser: Browser, sheet: str, *files: tuple[str, bytes]) -> Any:
    return browser.post(f"{sheet}/attachments", file=[(io.BytesIO(content), name) for name, content in files])


def count(model: Any) -> int:
    return int(system_unit(lambda: db.session.scalar(select(func.count(model.id)))))


def file_path(sheet: str) -> str:
    return f"{sheet}/attachments/{system_unit(lambda: db.session.scalar(select(Attachment.id)))}"


def test_a_file_is_handed_out_as_a_download_that_runs_nothing(clerk: Browser, sheet: str) -> None:
    assert "图纸.png" in upload(clerk, sheet, ("图纸.png", PNG)).text
    for query, how in (("", "attachment"), ("?show", "inline")):
        answer = clerk.get(file_path(sheet) + query)
        assert answer.data == PNG
        assert answer.headers["Content-Disposition"].startswith(how)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_pictures_and_pdf_are_shown(clerk: Browser, sheet: str) -> None:
    upload(clerk, sheet, ("notes.xml", b"<notes/>"))
    assert clerk.get(f"{file_path(sheet)}?show").headers["Content-Disposition"].startswith("attachment")


def test_of_several_files_all_are_kept_or_none(clerk: Browser, sheet: str) -> None:
    assert upload(clerk, sheet, ("a.png", PNG), ("b.exe", b"MZ")).status_code == 422
    assert count(Attachment) == 0
    assert upload(clerk, sheet, ("a.png", PNG), ("b.png", PNG)).status_code == 200
    assert count(Attachment) == 2


def test_without_a_file_there_is_nothing_to_keep(clerk: Browser, sheet: str) -> None:
    assert clerk.post(f"{sheet}/attachments").status_code == 422


TABS = ("audit", "comments", "attachments")


def test_tabs_are_as_far_away_as_their_record(one_app: Flask, clerk: Browser, sheet: str) -> None:
    upload(clerk, sheet, ("a.png", PNG))
    stranger = Browser(one_app, *ALL, scope="own")
    for path in (*(f"{sheet}/{tab}" for tab in TABS), file_path(sheet)):
        assert (clerk.get(path).status_code, stranger.get(path).status_code) == (200, 404), path
    for path, form in (("comments", {"text": "x"}), ("tags", {"word": "x"}), ("follow", {}), ("attachments", {})):
        assert stranger.post(f"{sheet}/{path}", **form).status_code == 404, path
    assert stranger.post(f"{file_path(sheet)}/delete").status_code == 404
    assert (count(Comment), count(Attachment)) == (0, 1)


def test_who_only_reads_comments_and_follows_but_keeps_no_files_and_tags(one_app: Flask, sheet: str) -> None:
    reader = Browser(one_app, "gauge.sheet.read")
    assert reader.post(f"{sheet}/comments", text="Please check.").status_code == 200
    assert reader.post(f"{sheet}/follow").status_code == 200
    assert upload(reader, sheet, ("a.png", PNG)).status_code == 403
    assert reader.post(f"{sheet}/tags", word="x").status_code == 403
    assert 'type="file"' not in reader.get(f"{sheet}/attachments").text


def test_what_people_write_is_shown_as_text(clerk: Browser, sheet: str) -> None:
    payload = "<img src=x onerror=alert(1)>"
    shown = clerk.post(f"{sheet}/comments", text=payload).text
    tagged = clerk.post(f"{sheet}/tags", word=payload).text
    named = upload(clerk, sheet, (f"{payload}.png", PNG)).text
    assert all("<img" not in page and "&lt;img" in page for page in (shown, tagged, named))


def test_the_search_of_the_trail_needs_its_permission_and_a_real_day(
    one_app: Flask, clerk: Browser, sheet: str
) -> None:
    assert Browser(one_app, "gauge.sheet.read").get("/audit").status_code == 403
    assert clerk.get("/audit?model=gauge.sheet&since=2026-01-01").status_code == 200
    assert clerk.get("/audit?since=yesterday").status_code == 422
    for odd in ("user=x", "model=nothing", "before=x", "before=99999999999999999999", "model=%00"):
        assert clerk.get(f"/audit?{odd}").status_code in (200, 422), odd


def test_a_number_no_row_can_have_is_not_found(clerk: Browser, sheet: str) -> None:
    for huge in ("9223372036854775808", "9" * 40):
        assert clerk.get(f"/m/gauge/sheets/{huge}/audit").status_code == 404
        assert clerk.get(f"{sheet}/attachments/{huge}").status_code == 404
        assert clerk.get(f"{sheet}/audit?before={huge}").status_code == 200
        assert clerk.post(f"{sheet}/tags", remove=huge).status_code == 200
