"""Two languages, complete in both: `_()` marks a text, the reader's locale decides how it reads.

Message ids are the English texts; each package keeps `translations/zh.po`, read at start.
"""

from __future__ import annotations

import gettext as std_gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import LazyProxy

LOCALES = {"zh": "中文", "en": "English"}

Text = str | LazyProxy

_locale: ContextVar[str] = ContextVar("qingmes_locale", default="en")
_catalogs: dict[str, dict[str, str]] = {locale: {} for locale in LOCALES}


def gettext(message: str, /, **values: Any) -> str:
    """The text in the reader's language, `%(name)s` filled in."""
    text = _catalogs[_locale.get()].get(message) or message
    return text % values if values else text


def _(message: str, /, **values: Any) -> LazyProxy:
    """A text to be read later, in whatever language its reader then has."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


def get_locale() -> str:
    """The current reader's locale: `zh` or `en`."""
    return _locale.get()


def set_locale(locale: str) -> None:
    """Set the reader's locale for the rest of this request or job; unknown ones mean `en`."""
    _locale.set(locale if locale in LOCALES else "en")


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """Read texts in another language for a while (a mail to someone else, a print)."""
    token = _locale.set(locale if locale in LOCALES else "en")
    try:
        yield
    finally:
        _locale.reset(token)


def read_catalog(path: Path) -> dict[str, str]:
    """Messages of one `.po` file, msgid to translation; untranslated ones left out."""
    with path.open("rb") as handle:
        catalog = read_po(handle)
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string and not m.fuzzy}


def load_catalogs(folders: Iterable[Path]) -> None:
    """Merge the `.po` files of every package's `translations`; a later one wins over an earlier one."""
    for folder in folders:
        for locale in LOCALES:
            for path in sorted(folder.glob(f"{locale}*.po")):
                _catalogs[locale].update(read_catalog(path))


class JinjaTranslations(std_gettext.NullTranslations):
    """Lets Jinja's i18n extension read our catalogues."""

    def gettext(self, message: str) -> str:
        """One message in the reader's language."""
        return gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Chinese has one form; English picks by number."""
        return gettext(msgid1 if n == 1 else msgid2)
