"""Commands: `flask --app wsgi ...`. Each room brings its own group; here they come together."""

from collections.abc import Iterator, Mapping

import click
from flask import Flask
from flask.cli import AppGroup

from traceapp import problem
from traceapp.accounts import commands as accounts
from traceapp.admission import commands as people
from traceapp.admission import first_run
from traceapp.codes import commands as codes
from traceapp.demo import commands as demo
from traceapp.exchange import commands as exchange
from traceapp.jobs import commands as jobs
from traceapp.mail import commands as mail
from traceapp.photos import commands as photos
from traceapp.producers import commands as producers
from traceapp.public import commands as reports
from traceapp.upkeep import commands as upkeep

GROUPS = (
    accounts.group,
    codes.group,
    demo.group,
    jobs.group,
    people.group,
    photos.group,
    producers.group,
    *(mail.group, reports.group),
)


class PlainSpoken(AppGroup):
    """A group whose commands end a problem in words and with status 1, not in a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except problem.Problem as error:
            raise click.ClickException("\n".join(_lines(error))) from error


def init_app(app: Flask) -> None:
    """Register the commands of all rooms."""
    app.cli.add_command(first_run.command)
    for group in GROUPS:
        app.cli.add_command(PlainSpoken(group.name, commands=group.commands, help=group.help))
    for command in (*exchange.COMMANDS, *upkeep.COMMANDS):
        app.cli.add_command(command)


def _lines(error: problem.Problem) -> Iterator[str]:
    yield f"{error.title}. {_said(error.detail, error.values)}"
    for finding in error.findings:
        told = _said(f"{finding.message} {finding.fix}", finding.values)
        yield f"{finding.pointer}: {told}" if finding.pointer else told


def _said(text: str, values: Mapping[str, str]) -> str:
    return text.format_map(values) if values else text
