"""The first run: a one-time code in the server's log, with which its owner sets it up.

Printed by `gunicorn.conf.py` when the server starts, and by `flask --app wsgi first-run`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError

from traceapp import problem
from traceapp.accounts import one_time_codes
from traceapp.accounts.one_time_codes import About
from traceapp.admission import newcomers, queries
from traceapp.admission.newcomers import LASTS, Newcomer
from traceapp.producers import operations as producers
from traceapp.producers import territories
from traceapp.producers.queries import has_operator
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

PATH = "/first-run"


def is_due() -> bool:
    """Tell whether this installation waits for its first run."""
    return not settings().demo and not has_operator()


def new_code(now: datetime) -> str | None:
    """Make the code of the first run in place of an older one; None where there is no need.

    The list of communes is loaded with it, so that the form can offer them.
    """
    if not is_due():
        return None
    if not queries.has_territories():
        territories.load()
    newcomers.end_codes("first_run", None, now=now)
    return one_time_codes.issue("first_run", About(), by=None, now=now, lasts=LASTS)


def run(given: Mapping[str, Any], *, now: datetime) -> Newcomer:
    """Make the operator and its owner. Raises ValidationError, and NotFound once there is one."""
    if not is_due():
        raise problem.NotFound
    newcomer = newcomers.register(given, ["operator"], now=now)
    if one_time_codes.take(str(given.get("code", "")), "first_run", now) is None:
        raise newcomers.bad_code()
    producers.decide_admission(newcomer.workplace.producer_id, admitted=True, by=None, now=now)
    return newcomer


def words(code: str) -> str:
    """Say in a server's log what to do with the code."""
    line = "=" * 72
    address = f"{settings().public_url}{PATH}"
    return (
        f"{line}\nTraceapp is empty. Open  {address}\n"
        f"and type this code (it works once, for {LASTS.days} days; a new start makes a new one):\n"
        f"\n    {code}\n\n"
        f"Traceapp chưa có ai vận hành. Mở địa chỉ trên và nhập mã này.\n{line}"
    )


def print_code(to: TextIO) -> None:
    """Print a fresh code where there is need of one, or why there is none; a start goes on."""
    try:
        with transaction():
            code = new_code(datetime.now(UTC))
    except (DatabaseError, problem.Problem) as error:
        to.write(f"The code of the first run was not made: {type(error).__name__}.\n")
        return
    if code is not None:
        to.write(f"{words(code)}\n")
        to.flush()


@click.command("first-run")
@with_appcontext
def command() -> None:
    """Print a fresh one-time code for setting up an empty installation."""
    with transaction():
        code = new_code(datetime.now(UTC))
    if code is None:
        raise click.ClickException("Somebody runs this installation already, or it is the demo.")
    click.echo(words(code))
