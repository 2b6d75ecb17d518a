"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="robot",
    version="1.0.0",
    api=1,
    title="Robot",
    summary="Broken on purpose.",
)
