"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="twin",
    version="1.0.0",
    api=1,
    title="Twin",
    summary="Broken on purpose.",
)
