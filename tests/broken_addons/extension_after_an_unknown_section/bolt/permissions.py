"""Rights."""

from core.kernel.manifest import crud

PERMISSIONS = (*crud("bolt.thing"),)
