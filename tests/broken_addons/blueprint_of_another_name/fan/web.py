"""Pages."""

from flask import Blueprint

blueprint = Blueprint("blower", __name__)
