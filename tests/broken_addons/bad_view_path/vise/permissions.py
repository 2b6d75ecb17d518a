"""Rights."""

from core.kernel.manifest import crud

PERMISSIONS = (*crud("vise.thing"),)
