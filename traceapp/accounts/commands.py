"""Commands of this room: `flask --app wsgi tokens ...`."""

from datetime import UTC, datetime
from uuid import UUID

import click
from flask.cli import AppGroup

from traceapp.accounts import tokens
from traceapp.accounts.tokens import Member, Scope
from traceapp.database.folding import fold
from traceapp.web.endpoints import transaction

group = AppGroup("tokens", help="Tokens by which programs work as a member.")


@group.command("create")
@click.option("--member", "sign_in_name", required=True, metavar="SIGN_IN_NAME")
@click.option("--producer", help="Its name, where the member works for several.")
@click.option("--scope", type=click.Choice(tokens.SCOPES), default="write", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="Ends after so many days.")
@click.option("--name", default="flask tokens create", help="What it is for, for the list.")
def create(
    sign_in_name: str, producer: str | None, scope: Scope, days: int | None, name: str
) -> None:
    """Make a token and print nothing but it; nobody can read it again."""
    with transaction():
        member = _member(sign_in_name, producer)
        made = tokens.create(
            member, name=name[:60], scope=scope, days=days, by=None, now=datetime.now(UTC)
        )
    click.echo(made)


@group.command("list")
def list_tokens() -> None:
    """List the tokens of all producers, newest first: number, ending, scope, state, last use."""
    for one in tokens.find(None, datetime.now(UTC)):
        used = f"{one.last_used_at:%Y-%m-%dT%H:%MZ}" if one.last_used_at else "never"
        click.echo(
            f"{one.token_id}  …{one.ending}  {one.scope}  {one.state}  used {used}  "
            f"{one.producer}: {one.member or '–'}  {one.name}"
        )


@group.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """End a token at once; its number is in the list."""
    now = datetime.now(UTC)
    with transaction():
        owners = [one.producer_id for one in tokens.find(None, now) if one.token_id == token_id]
        if not owners:
            raise click.ClickException("There is no token with this number; see `tokens list`.")
        tokens.revoke(owners[0], token_id, by=None, now=now)


def _member(sign_in_name: str, producer: str | None) -> Member:
    found = tokens.members_named(sign_in_name)
    if not found:
        raise click.ClickException(f"Nobody signs in as “{sign_in_name}” and works here.")
    if producer is not None:
        found = [one for one in found if producer == str(one[0][0]) or _same(producer, one[1])]
    if len(found) == 1:
        return found[0][0]
    names = "\n".join(f"  {name}  {member[0]}" for member, name in found)
    raise click.ClickException(
        f"Say which producer with --producer:\n{names or '  none has this name'}"
    )


def _same(typed: str, name: str) -> bool:
    return fold(typed).split() == fold(name).split()
