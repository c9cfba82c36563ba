"""Commands of this room: `flask --app wsgi codes ...`."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from traceapp import problem
from traceapp.codes import audits, operations, queries
from traceapp.codes.page_asking import Pace
from traceapp.codes.states import CodeState
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.errors import InvalidKey
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

group = AppGroup("codes", help="Look at public codes, and try out what their pages say.")

# A date makes a code expired; the rest is said by hand.
SETTABLE = tuple(state.value for state in CodeState if state is not CodeState.EXPIRED)


@group.command("list")
def list_codes() -> None:
    """List the codes that were issued, with their state and producer."""
    for code, state, producer in queries.issued():
        click.echo(f"{BatchCode(code).readable}  {state.value:14}{producer}")


@group.command("set-state")
@click.argument("code")
@click.argument("state", type=click.Choice(SETTABLE))
@click.option("--reason", help="What readers are told, in the language of your readers.")
@click.option("--by", "actor", help="Who is named as having done it; else the producer.")
@click.option("--to", help="With `moved`: the code it leads to from now on.")
def set_state(code: str, state: str, reason: str | None, actor: str | None, to: str | None) -> None:
    """Say that CODE is in STATE. Only in development and in the demo."""
    if not settings().prints_sample_labels:
        raise click.ClickException(
            "This installation answers real shoppers. Here a state follows from what people "
            "record; this command is for development and the demo."
        )
    _check_options(CodeState(state), reason, actor, to)
    try:
        found = BatchCode.parse(code)
        onward = BatchCode.parse(to) if to else None
        with transaction():
            _set(found, CodeState(state), actor, onward or reason)
    except InvalidKey as error:
        raise click.ClickException(f"{error.message} {error.fix}") from error
    except problem.UnknownCode as error:
        raise click.ClickException("This code was never issued. `codes list` shows all.") from error
    click.echo(f"{found.readable} is now {state}.")


@group.command("audit")
@click.option(
    "--sample",
    "size",
    type=click.IntRange(1, audits.LARGEST_SAMPLE),
    default=audits.SAMPLE,
    show_default=True,
    help="How many of the issued codes are asked for.",
)
@click.option("--seed", type=click.IntRange(0, audits.LARGEST_SEED), help="Draw the same again.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 120),
    default=Pace().timeout_s,
    show_default=True,
    help="Seconds that one page may take as a whole.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 16),
    default=Pace().at_once,
    show_default=True,
    help="How many pages are asked for at the same time.",
)
def audit(size: int, seed: int | None, timeout_s: float, at_once: int) -> None:
    """Ask for pages of issued codes through PUBLIC_URL, as shoppers do; ends with 1 if one fails.

    What came is kept and shown at the desk.
    """
    made = audits.audit(size, seed=seed, pace=Pace(timeout_s, at_once))
    with transaction():
        audits.keep(made)
    for line in audits.told(made):
        click.echo(line)
    if made.live < made.sampled:
        raise click.exceptions.Exit(1)


def _check_options(state: CodeState, reason: str | None, actor: str | None, to: str | None) -> None:
    if state is CodeState.SUSPENDED and actor is None:
        raise click.UsageError("Only an authority suspends a code: name it with --by.")
    if (state is CodeState.MOVED) != (to is not None):
        raise click.UsageError("`moved` and --to go together: --to names where the code leads.")
    if to is not None and reason is not None:
        raise click.UsageError("A code that moved shows no page of its own: leave --reason out.")


def _set(
    code: BatchCode, state: CodeState, actor: str | None, said: BatchCode | str | None
) -> None:
    actor = actor or queries.producer_name(code.text)
    if actor is None:
        raise problem.UnknownCode
    now = datetime.now(UTC)
    if isinstance(said, BatchCode):
        operations.move(code.text, said.text, actor=actor, now=now)
    else:
        operations.set_state(code.text, state, actor=actor, now=now, reason=said)
