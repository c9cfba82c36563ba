"""Links by which a receiver without account answers once: making, finding, using, revoking them.

The token in the link has 128 random bits; the code beside it has 60 and can be read out on the
telephone. The database keeps the SHA-256 of each. Callers own the transaction.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from traceapp.accounts.one_time_codes import plain_form, readable_code
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.handoffs.models import HandOffLink

TOKEN_BYTES = 16
GROUPS = 3  # 12 letters of five bits
LONGEST = 64

Shipment = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Made:
    """What is shown once: the token of the link, and the code that can be typed instead."""

    token: str
    code: str
    expires_at: datetime


def make(shipment: Shipment, *, by: UUID, now: datetime, lasts: timedelta) -> Made:
    """Make a link to a shipment; `by` is a member of the sender."""
    made = Made(secrets.token_urlsafe(TOKEN_BYTES), readable_code(GROUPS), now + lasts)
    db.session.add(
        HandOffLink(
            link_id=new_id(),
            token_sha256=hashed(made.token),
            code_sha256=hashed(plain_form(made.code)),
            producer_id=shipment[0],
            ship_event_id=shipment[1],
            made_by_member_id=by,
            made_at=now,
            expires_at=made.expires_at,
        )
    )
    db.session.flush()
    return made


def find(text: str, now: datetime) -> HandOffLink | None:
    """Give the link behind a token or code: one that may be used, or that was used for an answer.

    What is revoked or too old is like one that never was.
    """
    if not 0 < len(text) <= LONGEST or not text.isascii():
        return None
    link = db.session.scalars(
        select(HandOffLink).where(
            or_(
                HandOffLink.token_sha256 == hashed(text),
                HandOffLink.code_sha256 == hashed(plain_form(text)),
            ),
            HandOffLink.revoked_at.is_(None),
        )
    ).first()
    if link is None or (link.used_at is None and link.expires_at <= now):
        return None
    return link


def use(link: HandOffLink, now: datetime) -> bool:
    """Use a link up; of two that do at once only one may."""
    taken = db.session.execute(
        update(HandOffLink)
        .where(
            HandOffLink.link_id == link.link_id,
            HandOffLink.used_at.is_(None),
            HandOffLink.revoked_at.is_(None),
            HandOffLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(HandOffLink.link_id)
    )
    return taken.first() is not None


def open_links(shipment: Shipment, now: datetime) -> Sequence[HandOffLink]:
    """List the links to a shipment that may still be used, the newest first."""
    return db.session.scalars(
        select(HandOffLink)
        .where(*_of(shipment), HandOffLink.used_at.is_(None), HandOffLink.expires_at > now)
        .order_by(HandOffLink.made_at.desc(), HandOffLink.link_id)
    ).all()


def revoke_all(shipment: Shipment, now: datetime) -> None:
    """Let none of the links to a shipment be used any more."""
    db.session.execute(
        update(HandOffLink)
        .where(*_of(shipment), HandOffLink.used_at.is_(None))
        .values(revoked_at=now)
    )


def _of(shipment: Shipment) -> tuple[ColumnElement[bool], ...]:
    return (
        HandOffLink.producer_id == shipment[0],
        HandOffLink.ship_event_id == shipment[1],
        HandOffLink.revoked_at.is_(None),
    )
