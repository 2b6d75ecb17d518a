"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="crane",
    version="1.0.0",
    api=1,
    title="Crane",
    summary="Broken on purpose.",
)
