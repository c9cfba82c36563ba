"""Somebody new: a producer with its owner, or a person who joins one. Callers own the transaction.

What is typed is checked whole before anything is written, so that every fault is told at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select, update

from traceapp.accounts import one_time_codes, operations
from traceapp.accounts.models import OneTimeCode
from traceapp.accounts.one_time_codes import About, Purpose
from traceapp.accounts.operations import Workplace
from traceapp.accounts.passwords import check_new_password
from traceapp.admission import queries
from traceapp.admission.schemas import JoinSchema, KindsSchema, RequestSchema
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.producers import operations as producers
from traceapp.producers import territories
from traceapp.producers.communes import place_named
from traceapp.producers.models import Membership
from traceapp.web.faults import Fault

LASTS = timedelta(days=7)
Member = tuple[UUID, UUID]

BAD_CODE = Fault(
    "code",
    N_("This code does not work: it is mistyped, was used, or is too old."),
    N_("Compare it once more, or ask for a new one."),
)

# What the first place of a producer is, by what the producer is.
FIRST_PLACE = {
    "farm": "field",
    "coop": "field",
    "slaughterhouse": "slaughterhouse",
    "processor": "plant",
    "packer": "packing_house",
    "shop": "shop",
    "distributor": "depot",
    "collector": "depot",
}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who has just got an account, and where."""

    account_id: UUID
    workplace: Workplace

    @property
    def member(self) -> Member:
        """The member the account works as."""
        return (self.workplace.producer_id, self.workplace.member_id)


def register(
    given: Mapping[str, Any], kinds: list[str], *, now: datetime, is_demo: bool = False
) -> Newcomer:
    """Register a producer with its owner, who can work at once; nobody has let it in yet.

    Raises ValidationError and InvalidInput at the fields of `RequestSchema`.
    """
    told = RequestSchema().load(given)
    if not queries.has_territories():
        territories.load()
    place = place_named(told["commune"]).record()
    account_id = _account(told, now)
    about = {name: told[name] for name in ("name", "legal_form", "street", "phone", "email")}
    about["tax_code"] = told.get("tax_code")
    producer_id = producers.register_producer(
        {**place, **about, "kinds": kinds}, now=now, is_demo=is_demo
    )
    member_id = producers.add_member(producer_id, {"name": told["owner"], "roles": ["owner"]})
    _belong((producer_id, member_id), account_id)
    if (kind := next((FIRST_PLACE[one] for one in kinds if one in FIRST_PLACE), None)) is not None:
        producers.add_site(producer_id, {**place, "name": told["name"], "kind": kind})
    newcomer = Newcomer(account_id, Workplace(producer_id, member_id, told["name"]))
    note(producer_id, "producer_registered", f"producer/{producer_id}", by=newcomer.member, now=now)
    return newcomer


def kinds_of(given: Mapping[str, Any]) -> list[str]:
    """Give the kinds a request names. Raises ValidationError for none, and for our own."""
    kinds: list[str] = KindsSchema().load({"kinds": given.get("kinds", [])})["kinds"]
    return kinds


def invite_producer(by: Member, *, now: datetime) -> str:
    """Make the code of an invitation for a producer; shown once."""
    code = one_time_codes.issue("join_as_producer", About(), by=by, now=now, lasts=LASTS)
    note(by[0], "producer_invited", f"producer/{by[0]}", by=by, now=now)
    return code


def take_invitation(code: str, newcomer: Newcomer, *, now: datetime) -> None:
    """Use an invitation up for a producer that was just registered. Raises ValidationError."""
    taken = one_time_codes.take(code, "join_as_producer", now)
    if taken is None:
        raise bad_code()
    taken.producer_id = newcomer.workplace.producer_id
    db.session.flush()


def invite_member(member: Member, *, by: Member | None, now: datetime) -> str:
    """Make the code with which a person of the list gets an account; an older one ends.

    `by` None is whoever runs the server.
    """
    end_codes("join_as_member", member, now=now)
    about = About(None, *member)
    code = one_time_codes.issue("join_as_member", about, by=by, now=now, lasts=LASTS)
    note(member[0], "member_invited", f"member/{member[1]}", by=by, now=now)
    return code


def join(given: Mapping[str, Any], *, now: datetime) -> Newcomer:
    """Give the person an invitation was made for an account. Raises ValidationError."""
    told = JoinSchema().load(given)
    row = _invited(told["code"], now)
    account_id = _account(told | {"owner": row.name}, now)
    return _accept(told["code"], row, account_id, now)


def join_with(code: str, account_id: UUID, *, now: datetime) -> Newcomer:
    """Let an account that works elsewhere accept an invitation. Raises ValidationError."""
    row = _invited(code, now)
    mine = select(Membership.member_id).where(
        Membership.producer_id == row.producer_id, Membership.account_id == account_id
    )
    if db.session.scalar(mine) is not None:
        raise bad_code()  # the same account twice at one producer
    return _accept(code, row, account_id, now)


def end_codes(purpose: Purpose, member: Member | None, *, now: datetime) -> None:
    """End the codes of a purpose that nobody has used: all, or those for one member."""
    query = update(OneTimeCode).where(OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None))
    if member is not None:
        query = query.where(
            OneTimeCode.producer_id == member[0], OneTimeCode.member_id == member[1]
        )
    db.session.execute(query.values(used_at=now))


def bad_code() -> ValidationError:
    """Say that a code does not work; never why."""
    return ValidationError({"code": [BAD_CODE]})


def _account(told: Mapping[str, Any], now: datetime) -> UUID:
    own = [told.get(name) for name in ("owner", "name", "phone")]
    password, phone = told["password"], told["sign_in_phone"] or None
    wrong = check_new_password(password, [word for word in own if word])
    faults: dict[str, Any] = {"password": [operations.password_fault(wrong)]} if wrong else {}
    try:
        made = operations.create_account(told["sign_in_name"], password, phone=phone, now=now)
    except ValidationError as error:
        found = _messages(error)
        if "phone" in found:  # the form asks for another one too: that for the public
            found["sign_in_phone"] = found.pop("phone")
        raise ValidationError({**faults, **found}) from error
    if faults:
        raise ValidationError(faults)
    return made


def _invited(code: str, now: datetime) -> Membership:
    invited = one_time_codes.find(code, "join_as_member", now)
    row = None
    if invited is not None:
        row = db.session.get(Membership, (invited.producer_id, invited.member_id))
    if row is None or row.ended_at is not None or row.account_id is not None:
        raise bad_code()
    return row


def _accept(code: str, row: Membership, account_id: UUID, now: datetime) -> Newcomer:
    if one_time_codes.take(code, "join_as_member", now) is None:
        raise bad_code()
    member = (row.producer_id, row.member_id)
    _belong(member, account_id)
    note(row.producer_id, "member_joined", f"member/{row.member_id}", by=member, now=now)
    return Newcomer(account_id, Workplace(*member, ""))


def _messages(error: ValidationError) -> dict[str, Any]:
    return dict(error.messages) if isinstance(error.messages, dict) else {"_schema": error.messages}


def _belong(member: Member, account_id: UUID) -> None:
    db.session.get_one(Membership, member).account_id = account_id
    db.session.flush()
