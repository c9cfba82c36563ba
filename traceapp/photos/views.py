"""Routes of this room, in the order of the page."""

from flask import Blueprint

blueprint = Blueprint("photos", "traceapp.photos", template_folder="templates")
