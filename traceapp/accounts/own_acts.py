"""What somebody changes of how they sign in, in the book of every producer they work for."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.producers.models import Membership

OwnAct = Literal[
    "password_changed",
    "password_reset",
    "number_changed",
    "number_removed",
    "app_set_up",
    "app_removed",
    "passkey_added",
    "passkey_removed",
    "recovery_codes_made",
]


def note_own(account_id: UUID, act: OwnAct, now: datetime) -> None:
    """Note the act; no producer learns from it where else somebody works."""
    of_account = select(Membership.producer_id, Membership.member_id).where(
        Membership.account_id == account_id, Membership.ended_at.is_(None)
    )
    for producer_id, member_id in db.session.execute(of_account).all():
        by = (producer_id, member_id)
        note(producer_id, act, f"member/{member_id}", by=by, now=now)
