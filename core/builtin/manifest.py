"""Core as the kernel sees it: an addon that is always enabled."""

from core import __version__
from core.i18n import _
from core.kernel.manifest import API_VERSION, Manifest

MANIFEST = Manifest(
    name="core",
    version=__version__,
    api=API_VERSION,
    title=_("Core"),
    summary=_("People, documents, screens, jobs and the API."),
    icon="settings",
)
