"""Codes that work once: the first run, a reset of a password, an invitation.

140 random bits in the alphabet of our batch codes, so that a code can be read aloud and typed on a
phone; the database keeps the SHA-256 alone. Callers own the transaction.
"""

import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from traceapp.accounts.models import OneTimeCode
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.gs1.batch_code import ALPHABET as LETTERS

Purpose = Literal["first_run", "reset", "join_as_member", "join_as_producer"]

LENGTH, GROUP = 28, 4
LONGEST_LIFE = timedelta(days=7)
_AS_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make(  # noqa: PLR0913 - for whom, by whom, how long
    purpose: Purpose,
    *,
    now: datetime,
    life: timedelta = LONGEST_LIFE,
    account_id: UUID | None = None,
    member: tuple[UUID, UUID | None] | None = None,
    by: tuple[UUID, UUID | None] | None = None,
) -> str:
    """Make a code and give it as it is read; nobody can read it again."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    db.session.add(
        OneTimeCode(
            code_sha256=hashed(code),
            purpose=purpose,
            account_id=account_id,
            producer_id=member[0] if member else None,
            member_id=member[1] if member else None,
            made_by_producer_id=by[0] if by else None,
            made_by_member_id=by[1] if by else None,
            made_at=now,
            expires_at=now + min(life, LONGEST_LIFE),
        )
    )
    db.session.flush()
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def plain(typed: str) -> str:
    """Give the code behind what was typed: any case, with or without hyphens and spaces."""
    return "".join(filter(str.isalnum, typed.upper().translate(_AS_TYPED)))


def find(typed: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """Give the code if it still works."""
    return db.session.scalars(
        select(OneTimeCode).where(
            OneTimeCode.code_sha256 == hashed(plain(typed)),
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    ).one_or_none()


def use(typed: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """Use a code up and give it; None where it does not work, or somebody was faster."""
    return db.session.scalars(
        update(OneTimeCode)
        .where(
            OneTimeCode.code_sha256 == hashed(plain(typed)),
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeCode)
    ).one_or_none()


def end_unused(purpose: Purpose, *, now: datetime, member: tuple[UUID, UUID] | None = None) -> None:
    """End the codes of a purpose that nobody has used: all of them, or those for a member."""
    query = update(OneTimeCode).where(OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None))
    if member is not None:
        query = query.where(
            OneTimeCode.producer_id == member[0], OneTimeCode.member_id == member[1]
        )
    db.session.execute(query.values(used_at=now))
