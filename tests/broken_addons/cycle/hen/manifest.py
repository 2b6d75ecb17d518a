"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="hen",
    version="1.0.0",
    api=1,
    title="Hen",
    summary="Broken on purpose.",
    depends=("egg",),
)
