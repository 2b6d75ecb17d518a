"""Core keeps the contract every addon keeps."""

from __future__ import annotations

from pathlib import Path

from core.db.scope import scoped_models
from core.kernel.discovery import Addon
from core.testing import sources
from core.testing.contract import AddonContract

# Where core itself reads rows whatever the reader's reach, and why.
PAST_THE_SCOPE = {
    "approvals/administration.py": "whether a deputy works here",
    "approvals/pages/away.py": "the names of those who stand in for one another",
    "approvals/pages/cases.py": "the names of those a document waits for",
    "approvals/pages/inbox.py": "the names of those who submitted",
    "approvals/models.py": "says which rows its partial indexes have",
    "approvals/service.py": "whether those asked work here; who an approved transition runs for",
    "approvals/timers.py": "the unit of whoever is asked, for its calendar",
    "approvals/words.py": "what the roles and posts are called that decide",
    "criteria/values.py": "the units below one, by the tree of units",
    "custom/indexes.py": "makes the indexes of searchable fields",
    "db/migrate.py": "takes the lock of an upgrade",
    "db/scope.py": "the row scope itself, by the tree of units",
    "events/deliver.py": "who caused a delivery, and in which language",
    "events/notifications.py": "who may be told, and at which address",
    "events/overview.py": "the names of those who caused a job",
    "kernel/health.py": "asks PostgreSQL for its settings",
    "kernel/readiness.py": "asks whether the database answers",
    "people/colleagues.py": "the names of colleagues, which are no secret",
    "people/directory.py": "the organisation approvals are decided in, the same whoever asks",
    "people/grants.py": "from posts and roles to rights, before there is an actor",
    "people/links.py": "whom a one-time link belongs to, before there is an actor",
    "people/org.py": "the tree of units stays a tree",
    "people/signin.py": "who sets his password by a link, before there is an actor",
    "people/web_profile.py": "one's own account, whatever one's role reaches",
    "workflow/comments.py": "who wrote a comment, and who is mentioned",
    "workflow/records.py": "whether a new record lies within the writer's reach",
}


class TestCore(AddonContract):
    """The same promises; where core is not as an addon, it says how."""

    addon = "core"

    def test_it_has_a_readme_and_a_title(self, subject: Addon) -> None:
        readme = subject.folder.parent / "README.md"
        assert readme.read_text(encoding="utf-8").startswith("# ")

    def test_it_reads_no_rows_past_the_row_scope(self, subject: Addon) -> None:
        found = sources.core_selects(subject, [model.__name__ for model in scoped_models()])
        files = {str(Path(place.partition(":")[0]).relative_to(subject.folder)) for place in found}
        assert files == set(PAST_THE_SCOPE)
