"""Rights."""

from core.kernel.manifest import StarterRole

ROLES = (StarterRole(post="juggler", permissions=("core.user.read",)),)
