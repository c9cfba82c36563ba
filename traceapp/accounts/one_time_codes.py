"""Codes that work once: the first run, a reset of a password, an invitation.

140 random bits in the alphabet of our batch codes, so that a code can be read aloud and typed on a
phone; the database keeps the SHA-256 alone. Callers own the transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import update

from traceapp.accounts.models import OneTimeCode
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.gs1.batch_code import ALPHABET as LETTERS

Purpose = Literal["first_run", "reset", "join_as_member", "join_as_producer"]
Member = tuple[UUID, UUID]

GROUP, GROUPS = 4, 7  # 28 letters of five bits
_AS_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class About:
    """What a code is for: an account, or a producer and perhaps a member of it."""

    account_id: UUID | None = None
    producer_id: UUID | None = None
    member_id: UUID | None = None


def issue(
    purpose: Purpose, about: About, *, by: Member | None, now: datetime, lasts: timedelta
) -> str:
    """Make a code that works once until `now + lasts`; it is shown now and never again."""
    code = readable_code(GROUPS)
    db.session.add(
        OneTimeCode(
            code_sha256=hashed(plain_form(code)),
            purpose=purpose,
            account_id=about.account_id,
            producer_id=about.producer_id,
            member_id=about.member_id,
            made_by_producer_id=by[0] if by else None,
            made_by_member_id=by[1] if by else None,
            made_at=now,
            expires_at=now + lasts,
        )
    )
    db.session.flush()
    return code


def find(code: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """Give a code that may still be used, without using it."""
    row = db.session.get(OneTimeCode, hashed(plain_form(code)))
    if row is None or row.purpose != purpose or row.used_at or row.expires_at <= now:
        return None
    return row


def take(code: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """Use a code up; None where it is unknown, for something else, used or too old.

    Of two that take it at once only one gets it.
    """
    taken = db.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.code_sha256 == hashed(plain_form(code)),
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeCode)
    )
    return taken.scalar_one_or_none()


def readable_code(groups: int) -> str:
    """Make a code of groups of four letters: 7K3M-9QRT-..."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(groups))


def plain_form(code: str) -> str:
    """Give the code behind what was typed: any case, with or without hyphens and spaces."""
    return "".join(filter(str.isalnum, code.upper().translate(_AS_TYPED)))
