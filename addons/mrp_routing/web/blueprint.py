"""The one blueprint of mrp_routing's pages."""

from flask import Blueprint

blueprint = Blueprint("mrp_routing", __name__)
