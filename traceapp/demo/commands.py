"""Commands of this room: `flask --app wsgi demo ...`."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from traceapp import problem
from traceapp.demo import operations, queries, resetting, skipping
from traceapp.demo.operations import ALL_PARTS, Outcome
from traceapp.demo.second_act import Part
from traceapp.web.endpoints import transaction

group = AppGroup("demo", help="Load the invented Hanoi, play its second act, start it over.")


@group.command("load")
def load() -> None:
    """Load act 1, as if it happened up to today noon; do nothing where it is loaded."""
    _load()


@group.command("play")
@click.argument("parts", nargs=-1, type=click.Choice([str(part) for part in Part]))
def play(parts: tuple[str, ...]) -> None:
    """Play act 2, or the named parts of it and what they follow from."""
    wanted = [Part(part) for part in parts] or ALL_PARTS
    try:
        with transaction():
            outcome = operations.play(datetime.now(UTC), wanted)
    except problem.DemoRefused as refused:
        raise _complaint(refused) from refused
    if outcome is None:
        click.echo("This was played already; `demo reset` starts the demo over.")
    else:
        _tell(outcome)


@group.command("reset")
def reset() -> None:
    """Empty the demo database and load act 1 again."""
    try:
        resetting.empty()
    except problem.DemoRefused as refused:
        raise _complaint(refused) from refused
    _load()


@group.command("status")
def status() -> None:
    """Say which day the loaded demo plays on."""
    t = queries.loaded_on()
    if t is None:
        click.echo("No demo is loaded.")
        return
    old = ", which is long ago: `demo reset` brings it up to today"
    click.echo(f"The demo plays on {t}{old if queries.is_stale(datetime.now(UTC)) else ''}.")


def _load() -> None:
    try:
        with transaction():
            outcome = operations.load(datetime.now(UTC))
    except problem.DemoRefused as refused:
        raise _complaint(refused) from refused
    if outcome is None:
        click.echo("The demo is loaded already; `demo reset` starts it over.")
    else:
        _tell(outcome)


def _complaint(refused: problem.DemoRefused) -> click.ClickException:
    return click.ClickException(f"The demo data was not loaded. {refused.values['reason']}")


def _tell(outcome: Outcome) -> None:
    click.echo(f"The demo plays on {outcome.t}: {outcome.recorded} events recorded.")
    if outcome.attempted:
        click.echo(f"  {outcome.attempted} attempts refused, each by the rule it should meet")
    for line in skipping.told(outcome.skipped):
        click.echo(f"  {line}")
