"""Commands of this room: `flask --app wsgi people ...`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import select

from traceapp.accounts.operations import RESET_LASTS, make_reset_code
from traceapp.admission.newcomers import LASTS, invite_member
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.models import Membership, MembershipRole, Producer
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

Named = tuple[UUID, str]

group = AppGroup("people", help="People of a producer: letting somebody in whom nobody else can.")


@group.command("invite")
@click.argument("producer")
@click.option("--member", help="Name or id of the person; without it, the owner.")
def invite(producer: str, member: str | None) -> None:
    """Print a code that lets a person of a PRODUCER (name or id) in.

    It is an invitation for who has no sign-in yet, as after `import-export`, and a code for a new
    password for who has one.
    """
    now = datetime.now(UTC)
    with transaction():
        producer_id, producer_name = _one(_producers(), producer, "producer")
        people = _people(producer_id, owners_only=member is None)
        member_id, name = _one(people, member, "person")
        key = (producer_id, member_id)
        if db.session.get_one(Membership, key).account_id is None:
            code, path = invite_member(key, by=None, now=now), "/join/member"
            does, ends = "lets them choose a sign-in", f"{LASTS.days} days"
        else:
            code, path = make_reset_code(key, by=None, now=now), "/reset-password"
            does, ends = "sets a new password", f"{RESET_LASTS.total_seconds() / 3600:g} hours"
    click.echo(f"{name}, {producer_name}: this code {does}. It works once, for {ends}, at")
    click.echo(f"{settings().public_url}{path}\n\n    {code}")


def _producers() -> list[Named]:
    query = select(Producer.producer_id, Producer.name).order_by(Producer.folded_name)
    return [(row.producer_id, row.name) for row in db.session.execute(query)]


def _people(producer_id: UUID, *, owners_only: bool) -> list[Named]:
    """Give who is there; somebody who left cannot be let in again."""
    query = select(Membership.member_id, Membership.name).where(
        Membership.producer_id == producer_id, Membership.ended_at.is_(None)
    )
    if owners_only:
        owners = select(MembershipRole.member_id).where(
            MembershipRole.producer_id == producer_id, MembershipRole.role == "owner"
        )
        query = query.where(Membership.member_id.in_(owners))
    return [(row.member_id, row.name or "–") for row in db.session.execute(query)]


def _one(among: Sequence[Named], typed: str | None, what: str) -> Named:
    """Give the one that was typed, by name or id, or the only one there is."""
    found = [one for one in among if typed is None or _is(one, typed)]
    if len(found) == 1:
        return found[0]
    names = "\n".join(f"  {name}  {key}" for key, name in found or among)
    told = f"No {what} here is called “{typed}”" if typed and not found else f"Say which {what}"
    raise click.ClickException(f"{told}. By name or id:\n{names or '  there is none'}")


def _is(one: Named, typed: str) -> bool:
    return typed == str(one[0]) or fold(typed).split() == fold(one[1]).split()
