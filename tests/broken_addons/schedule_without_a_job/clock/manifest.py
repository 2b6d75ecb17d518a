"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="clock",
    version="1.0.0",
    api=1,
    title="Clock",
    summary="Broken on purpose.",
)
