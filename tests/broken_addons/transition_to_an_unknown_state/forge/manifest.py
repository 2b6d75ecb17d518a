"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="forge",
    version="1.0.0",
    api=1,
    title="Forge",
    summary="Broken on purpose.",
)
