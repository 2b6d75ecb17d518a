"""The pages of production: the terminal at the machine, the desk of those who decide, and boards of the floor."""

from addons.mrp_routing.web import desk, floor, planning, terminal
from addons.mrp_routing.web.blueprint import blueprint

__all__ = ["blueprint", "desk", "floor", "planning", "terminal"]
