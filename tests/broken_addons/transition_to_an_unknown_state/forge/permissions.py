"""Rights."""

from core.kernel.manifest import crud

PERMISSIONS = (*crud("forge.thing"),)
