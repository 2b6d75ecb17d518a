"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="bell",
    version="1.0.0",
    api=1,
    title="Bell",
    summary="Broken on purpose.",
)
