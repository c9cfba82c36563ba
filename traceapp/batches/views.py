"""Routes of this room, in the order of the page."""

from flask import Blueprint

blueprint = Blueprint("batches", "traceapp.batches", template_folder="templates")
