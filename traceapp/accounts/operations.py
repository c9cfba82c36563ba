"""Accounts made, passwords set, codes for a forgotten one. Callers own the transaction.

The people pages (room `admission`) call `create_account` when somebody joins and
`issue_reset_code` when the owner helps somebody who forgot the password.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask_security import lookup_identity
from marshmallow import ValidationError
from sqlalchemy import bindparam, func, select

from traceapp import problem
from traceapp.accounts import auth_log, names, one_time_codes, sessions
from traceapp.accounts.models import Account
from traceapp.accounts.own_acts import OwnAct, note_own
from traceapp.accounts.passwords import check_new_password, hashed_password
from traceapp.accounts.visitor import Visitor
from traceapp.audit.operations import note
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.database.types import Identifier
from traceapp.problem import N_
from traceapp.producers.models import Membership, Producer, ProducerKind
from traceapp.web.faults import Fault

RESET_LASTS = timedelta(hours=24)

Member = tuple[UUID, UUID]

BAD_NAME = Fault(
    "sign_in_name",
    N_("A sign-in name has 3 to 40 plain letters, digits, dots or dashes; the first is a letter."),
    N_("Write it without spaces and marks, such as lan.nguyen."),
)
BAD_PHONE = Fault(
    "phone", N_("This is no phone number."), N_("Write it as you would dial it: 0912 345 678.")
)
NAME_TAKEN = Fault("taken", N_("Somebody already signs in with this."), N_("Choose another one."))


@dataclass(frozen=True, slots=True)
class Workplace:
    """A producer an account works for, as a member."""

    producer_id: UUID
    member_id: UUID
    producer_name: str


def create_account(
    sign_in_name: str,
    password: str | None,
    *,
    phone: str | None = None,
    email: str | None = None,
    now: datetime,
) -> UUID:
    """Make an account; gives its id, to stand in `membership.account_id`.

    Raises ValidationError whose fields are `sign_in_name`, `phone` and `password`. Without a
    password nobody signs in until a code of `issue_reset_code` has set one.
    """
    name, number = names.sign_in_name(sign_in_name), names.phone_number(phone or "")
    faults = _faults_of_names(name, number)
    if phone and number is None:
        faults["phone"] = [BAD_PHONE]
    words = [word for word in (name, number) if word]
    if password is not None and (wrong := check_new_password(password, words)):
        faults["password"] = [password_fault(wrong)]
    if faults or name is None:
        raise ValidationError(dict(faults))
    account = Account(
        account_id=new_id(),
        sign_in_name=name,
        phone=number,
        email=email,
        password=None if password is None else hashed_password(password),
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    return account.account_id


def set_password(
    account_id: UUID, password: str, act: OwnAct, *, now: datetime, but: UUID | None = None
) -> None:
    """Set a password that `check_new_password` let pass, and end all sessions but one.

    Second factors stay as they are: who sets a password still has to prove them.
    """
    account = db.session.get_one(Account, account_id)
    account.password = hashed_password(password)
    account.fs_uniquifier = secrets.token_hex(32)
    sessions.end_sessions(account_id, now, but=but)
    note_own(account_id, act, now)
    auth_log.decided("password", "changed", account_id)


def set_phone(account_id: UUID, text: str, *, now: datetime) -> Fault | None:
    """Set the number an account signs in with, beside its name; an empty text removes it.

    Gives BAD_PHONE or NAME_TAKEN, and then changes nothing.
    """
    account = db.session.get_one(Account, account_id)
    number = names.phone_number(text)
    if text and number is None:
        return BAD_PHONE
    if number == account.phone:
        return None
    if number and _is_taken(Account.phone, number):
        return NAME_TAKEN
    account.phone = number
    db.session.flush()
    note_own(account_id, "number_changed" if number else "number_removed", now)
    auth_log.decided("number", "changed", account_id)
    return None


def issue_reset_code(owner: Visitor, member: Member, now: datetime) -> str:
    """Make a code with which a member of the owner's producer sets a new password.

    The owner tells it to the person; it works once, for 24 hours, at `/reset-password`, and does
    not pass by a second factor. Raises NotFound for a member of another producer, one who left,
    and one without an account. Someone who also works elsewhere is helped by whoever runs the
    server (`people invite`): else one producer's owner could take over what the account does at
    another.
    """
    account_id = _account_of(member)
    if member[0] != owner.producer_id:
        raise problem.NotFound
    if _works_beside(account_id, owner.producer_id) and "operator" not in owner.kinds:
        raise problem.NotFound
    return make_reset_code(member, by=(owner.producer_id, owner.member_id), now=now)


def make_reset_code(member: Member, *, by: Member | None, now: datetime) -> str:
    """Make such a code for somebody, whoever asks; `by` None is whoever runs the server.

    Raises NotFound for one who left and one without an account.
    """
    about = one_time_codes.About(_account_of(member), *member)
    code = one_time_codes.issue("reset", about, by=by, now=now, lasts=RESET_LASTS)
    note(member[0], "reset_code_issued", f"member:{member[1]}", by=by, now=now)
    return code


def account_of_reset_code(code: str, now: datetime) -> Account | None:
    """Give the account whose password a code may set, without using the code.

    What `issue_reset_code` asks still has to be so: the person may have joined another producer
    since, whose records the maker of the code has no business with.
    """
    row = one_time_codes.find(code, "reset", now)
    account = db.session.get(Account, row.account_id) if row else None
    if row is None or account is None or not account.active:
        return None
    maker = row.made_by_producer_id
    is_elsewhere = maker is not None and _works_beside(account.account_id, maker)
    return None if is_elsewhere and not _is_operator(maker) else account


def reset_password(code: str, password: str, now: datetime) -> UUID | None:
    """Use a code to set a checked password; gives the account, None where the code is no good."""
    if account_of_reset_code(code, now) is None:
        return None
    taken = one_time_codes.take(code, "reset", now)
    if taken is None or taken.account_id is None:
        return None
    set_password(taken.account_id, password, "password_reset", now=now)
    return taken.account_id


def own_words(account: Account) -> list[str]:
    """Give the words a password of this account must not be made of."""
    rows = db.session.execute(
        select(Membership.name, Producer.name)
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .where(Membership.account_id == account.account_id)
    )
    found = [account.sign_in_name, account.phone, *(word for row in rows for word in row)]
    return [word for word in found if word]


def find_account(identity: str) -> Account | None:
    """Find an account by what was typed: a sign-in name, or a phone number as people write it."""
    return cast("Account | None", lookup_identity(identity[: names.LONGEST_IDENTITY]))


def workplaces(account_id: UUID) -> Sequence[Workplace]:
    """Give where an account works, by the name of the producer."""
    return [Workplace(*row) for row in ask(_WORKPLACES, account_id=account_id)]


# Asked for on every page of the desk.
_WORKPLACES = (
    select(Membership.producer_id, Membership.member_id, Producer.name)
    .join(Producer, Producer.producer_id == Membership.producer_id)
    .where(
        Membership.account_id == bindparam("account_id", type_=Identifier),
        Membership.ended_at.is_(None),
    )
    .order_by(Producer.name, Membership.producer_id)
)


def _account_of(member: Member) -> UUID:
    row = db.session.get(Membership, member)
    if row is None or row.ended_at or row.account_id is None:
        raise problem.NotFound
    return row.account_id


def _works_beside(account_id: UUID, producer_id: UUID) -> bool:
    return any(place.producer_id != producer_id for place in workplaces(account_id))


def _is_operator(producer_id: UUID | None) -> bool:
    return db.session.get(ProducerKind, (producer_id, "operator")) is not None


def password_fault(message: str) -> Fault:
    """Make what `check_new_password` says a fault of a field."""
    return Fault("password", message, N_("Three or four ordinary words make a good password."))


def _faults_of_names(name: str | None, number: str | None) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if name is None:
        faults["sign_in_name"] = [BAD_NAME]
    elif _is_taken(Account.sign_in_name, name):
        faults["sign_in_name"] = [NAME_TAKEN]
    if number and _is_taken(Account.phone, number):
        faults["phone"] = [NAME_TAKEN]
    return faults


def _is_taken(column: object, text: str) -> bool:
    return bool(db.session.scalar(select(func.count()).where(column == text)))  # type: ignore[arg-type]
