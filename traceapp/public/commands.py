"""Commands of this room: `flask --app wsgi reports ...`."""

import click
from flask.cli import AppGroup

from traceapp.public.report_queries import latest
from traceapp.public.schemas import ReportKind
from traceapp.web.pages import moment

group = AppGroup("reports", help="Read what shoppers report.")


@group.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ReportKind]),
    help="Only reports of this kind.",
)
def list_reports(limit: int, kind: str | None) -> None:
    """List reports of a problem, newest first."""
    found = latest(limit=limit, kind=ReportKind(kind) if kind else None)
    for report in found:
        about = report.code or "-"
        click.echo(f"{report.number}  {moment(report.received_at)}  {report.kind}  {about}")
        if report.area:
            click.echo(f"    {report.area}")
        for line in report.text.splitlines():
            click.echo(f"    {line}")
    if not found:
        click.echo("No reports.")
