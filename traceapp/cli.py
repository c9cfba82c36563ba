"""Commands: `flask --app wsgi ...`. Each room brings its own group; this page puts them together."""

from flask import Flask

from traceapp.codes import commands as codes
from traceapp.demo import commands as demo
from traceapp.jobs import commands as jobs
from traceapp.photos import commands as photos
from traceapp.producers import commands as producers
from traceapp.public import commands as reports

GROUPS = (codes.group, demo.group, jobs.group, photos.group, producers.group, reports.group)


def init_app(app: Flask) -> None:
    """Register the commands of all rooms."""
    for group in GROUPS:
        app.cli.add_command(group)
