"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="spring",
    version="1.0.0",
    api=1,
    title="Spring",
    summary="Broken on purpose.",
)
