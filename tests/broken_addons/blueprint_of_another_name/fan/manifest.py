"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="fan",
    version="1.0.0",
    api=1,
    title="Fan",
    summary="Broken on purpose.",
)
