"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="gear_box",
    version="1.0.0",
    api=1,
    title="Gear_box",
    summary="Broken on purpose.",
)
