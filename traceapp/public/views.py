"""Routes of this room, in the order of the page."""

from flask import Blueprint

blueprint = Blueprint("public", "traceapp.public", template_folder="templates")
