"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="bore",
    version="1.0.0",
    api=1,
    title="Bore",
    summary="Broken on purpose.",
)
