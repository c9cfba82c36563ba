"""Sessions of browsers: opened at sign-in, bounded in time, ended one by one.

The browser's cookie holds a random token, the database its SHA-256. Callers own the transaction.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from traceapp.accounts.models import SignedInDevice
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.database.ids import new_id

LONGEST_SESSION = timedelta(days=180)


def open_session(
    account_id: UUID,
    member: tuple[UUID, UUID],
    *,
    name: str,
    now: datetime,
    is_second_factor_proven: bool = False,
) -> str:
    """Open a session of an account that works as this member; gives the browser's token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignedInDevice(
            device_id=new_id(),
            account_id=account_id,
            token_sha256=hashed(token),
            producer_id=member[0],
            member_id=member[1],
            name=name,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST_SESSION,
            is_second_factor_proven=is_second_factor_proven,
        )
    )
    db.session.flush()
    return token
