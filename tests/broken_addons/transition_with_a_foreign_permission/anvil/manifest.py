"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="anvil",
    version="1.0.0",
    api=1,
    title="Anvil",
    summary="Broken on purpose.",
)
