"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="press",
    version="1.0.0",
    api=1,
    title="Press",
    summary="Broken on purpose.",
)
