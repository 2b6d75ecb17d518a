"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="jobs",
    version="1.0.0",
    api=1,
    title="Jobs",
    summary="Broken on purpose.",
)
