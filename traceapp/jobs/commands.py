"""Commands of this room: `flask --app wsgi jobs ...`."""

from datetime import UTC, datetime
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from traceapp.jobs import operations, queries
from traceapp.jobs.runner import Runner
from traceapp.web.endpoints import transaction

group = AppGroup("jobs", help="Look at the work that waits, and do it.")


@group.command("list")
def list_unfinished() -> None:
    """List the jobs that are not done, and why."""
    for job in queries.unfinished():
        state = "given up" if job.is_given_up else f"due {job.run_after:%Y-%m-%dT%H:%M:%SZ}"
        click.echo(f"{job.job_id}  {job.kind}  {state}  tried {job.attempts}  {job.last_error}")


@group.command("run")
def run_due() -> None:
    """Do what is due now, in this process."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    tried = Runner(app, lambda: datetime.now(UTC)).run_due()
    click.echo(f"{tried} tried")


@group.command("retry")
@click.argument("job_id", type=click.UUID)
def retry(job_id: UUID) -> None:
    """Give a job that was given up a fresh set of attempts."""
    with transaction():
        found = operations.retry(job_id, datetime.now(UTC))
    if not found:
        raise click.ClickException("There is no unfinished job with this number.")
