"""Commands of this room: `flask --app wsgi territories ...`."""

import click
from flask.cli import AppGroup

from traceapp.producers import territories
from traceapp.web.endpoints import transaction

group = AppGroup("territories", help="The provinces and communes of Viet Nam since July 2025.")


@group.command("load")
def load() -> None:
    """Write the provinces and communes; loading again changes nothing."""
    with transaction():
        provinces, communes = territories.load()
    click.echo(f"{provinces} provinces, {communes} communes")
