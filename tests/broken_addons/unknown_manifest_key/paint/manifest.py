"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="paint",
    version="1.0.0",
    api=1,
    title="Paint",
    summary="Broken on purpose.",
    colour="red",
)
