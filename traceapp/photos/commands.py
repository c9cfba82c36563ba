"""Commands of this room: `flask --app wsgi photos ...`."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from traceapp.photos import operations
from traceapp.web.endpoints import transaction

group = AppGroup("photos", help="Look after photos.")


@group.command("render")
def render() -> None:
    """Make the pictures of every photo again, in jobs."""
    with transaction():
        count = operations.render_all_again(datetime.now(UTC))
    click.echo(f"{count} photos")
