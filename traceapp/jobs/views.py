"""Routes of this room, in the order of the page."""

from flask import Blueprint

blueprint = Blueprint("jobs", "traceapp.jobs", template_folder="templates")
